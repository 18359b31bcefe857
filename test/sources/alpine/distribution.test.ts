import { readFileSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ScriptCoverage } from "../../../src/model/rootfs.ts";
import { alpine } from "../../../src/sources/alpine/distribution.ts";
import { apkUnpacker } from "../../../src/sources/alpine/unpack.ts";
import { minirootfs } from "../../kit/apk-fixtures.ts";
import { membersOf } from "../../kit/apk-minirootfs.ts";
import { type ApkData, type ApkFile, apkOf } from "../../kit/apk-package.ts";
import { type ApkRootOptions, rootOfApks } from "../../kit/apk-root.ts";
import { observed } from "../../kit/chunks.ts";
import { withFolder } from "../../kit/temporary.ts";

interface Made {
  readonly text: (path: string) => Promise<string>;
  readonly folder: string;
  readonly coverage: readonly ScriptCoverage[];
}

function made(packages: readonly ApkData[], look: (made: Made) => Promise<void>, options?: ApkRootOptions) {
  return withFolder(async (place) => {
    const { folder, root } = await rootOfApks(place, packages, options);
    await look({ folder, coverage: root.coverage, text: (path) => readFile(join(folder, path), "utf8") });
  });
}

const accounts = { "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n" };
const busybox = { "bin/busybox": { content: "no real one", mode: 0o755 } };
const install = "#!/bin/busybox sh\n/bin/busybox mkdir -p /bin /usr/sbin\nexec /bin/busybox --install -s\n";

test("what is left out is not in apk's database, and what was not asked for is not in its world", () =>
  made(
    [
      { name: "base", files: { ...accounts, "usr/share/doc/base": "a manual", "usr/share/base": "1" } },
      { name: "more", depends: ["base"], files: { "srv/more": "1" } },
    ],
    async ({ text }) => {
      const installed = await text("lib/apk/db/installed");
      expect(installed).toContain("F:usr/share\nR:base\n");
      expect(installed).not.toContain("doc");
      expect(await text("etc/apk/world")).toBe("more\n");
      expect(await text("etc/apk/arch")).toBe("x86_64\n");
    },
    { world: ["more"], excludes: [{ action: "exclude", glob: "/usr/share/doc*" }] },
  ));

test("its world has what was asked for with its versions, and without its tags", () =>
  made(
    [
      { name: "base", provides: ["cmd:base=1.0-r0"], files: accounts },
      ...["exact", "more", "needed", "tagged", "unnamed"].map((name) => ({ name })),
    ],
    async ({ text }) => {
      expect(await text("etc/apk/world")).toBe("cmd:base\nexact=1.0-r0\nmore~1\ntagged>=1\nunnamed\n");
    },
    {
      world: ["base", "exact", "more", "tagged", "unnamed"],
      include: ["tagged@edge>=1", "more~=1", "exact==1.0-r0", "cmd:base"],
    },
  ));

test("where a busybox comes with a list of its links, the list counts", () =>
  made(
    [
      {
        name: "busybox",
        files: { ...busybox, "etc/busybox-paths.d/busybox": "bin/arch\nusr/sbin/arping\nbin/busybox\n" },
        scripts: { "post-install": install },
      },
    ],
    async ({ folder, coverage }) => {
      expect(await readlink(join(folder, "bin/arch"))).toBe("/bin/busybox");
      expect(await readlink(join(folder, "usr/sbin/arping"))).toBe("/bin/busybox");
      expect((await readdir(join(folder, "bin"))).sort()).toEqual(["arch", "busybox"]);
      expect(coverage.map(({ verdict }) => verdict)).toEqual(["handled"]);
    },
  ));

test("bbsuid takes the place of busybox's links, and of no file", () =>
  made(
    [
      {
        name: "busybox",
        files: { ...busybox, "etc/busybox-paths.d/busybox": "bin/mount\nbin/su\nusr/bin/passwd\n" },
        scripts: {
          "post-install": install,
          trigger: "#!/bin/sh\n[ -e /bin/bbsuid ] && /bin/bbsuid --install\nbusybox --install -s\n",
        },
        triggers: ["/bin"],
      },
      {
        name: "busybox-suid",
        depends: ["busybox"],
        files: {
          "bin/bbsuid": {
            content:
              "\x7fELF\0/bin/bbsuid\0/bin/mount\0/bin/umount\0/usr/bin/passwd\0\0Only root\0/bin/busybox\0",
            mode: 0o4111,
          },
          "usr/bin/passwd": "another's",
        },
      },
    ],
    async ({ folder, text, coverage }) => {
      const link = (path: string) => readlink(join(folder, path));
      expect(await link("bin/mount")).toBe("/bin/bbsuid");
      expect(await link("bin/umount")).toBe("/bin/bbsuid");
      expect(await link("bin/su")).toBe("/bin/busybox");
      expect(await text("usr/bin/passwd")).toBe("another's");
      expect(coverage).toContainEqual({
        package: "busybox",
        script: "trigger",
        verdict: "handled",
        notes: ["links to bbsuid", "links to busybox"],
      });
    },
  ));

test("links of a busybox that does not say where they belong are not guessed", () =>
  made([{ name: "busybox", files: busybox, scripts: { "post-install": install } }], async ({ coverage }) => {
    expect(coverage).toEqual([
      {
        package: "busybox",
        script: "post-install",
        verdict: "needs-you",
        notes: ["line 3, the programs in busybox are not known: exec /bin/busybox --install -s"],
      },
    ]);
  }));

test("trusted certificates are one file, with links by name and by hash", async () => {
  const bundle = (await membersOf(gunzipSync(readFileSync(minirootfs)))).get(
    "etc/ssl/certs/ca-certificates.crt",
  );
  const [one = "", two = ""] =
    bundle?.bytes.toString().match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----\n/g) ?? [];
  await made(
    [
      {
        name: "ca-certificates",
        triggers: ["/usr/share/ca-certificates", "/usr/local/share/ca-certificates"],
        files: {
          "etc/ca-certificates.conf": "# some\nmozilla/One_(A).crt\n!mozilla/Two.crt\n",
          "etc/ca-certificates/update.d/certhash": { content: "#!/bin/sh\n", mode: 0o755 },
          "etc/ssl/certs/ca-certificates.crt": "old",
          "usr/share/ca-certificates/mozilla/One_(A).crt": one.trimEnd(),
          "usr/share/ca-certificates/mozilla/Two.crt": two,
          "usr/local/share/ca-certificates/": {},
        },
        scripts: { trigger: "#!/bin/sh\n\nexec /usr/sbin/update-ca-certificates --fresh\n" },
      },
    ],
    async ({ text, folder, coverage }) => {
      expect(await text("etc/ssl/certs/ca-certificates.crt")).toBe(one);
      const names = (await readdir(join(folder, "etc/ssl/certs"))).sort();
      expect(names).toEqual([
        expect.stringMatching(/^[0-9a-f]{8}\.0$/),
        "ca-cert-One_=A=.pem",
        "ca-certificates.crt",
      ]);
      expect(await readlink(join(folder, "etc/ssl/certs/ca-cert-One_=A=.pem"))).toBe(
        "/usr/share/ca-certificates/mozilla/One_(A).crt",
      );
      expect(await readlink(join(folder, "etc/ssl/certs", names[0] as string))).toBe("ca-cert-One_=A=.pem");
      expect(coverage.map(({ script, verdict }) => [script, verdict])).toEqual([["trigger", "handled"]]);
    },
  );
});

test("a package's bundle stays where no update-ca-certificates is there to be called", () =>
  made(
    [
      { name: "ca-certificates-bundle", files: { "etc/ssl/certs/ca-certificates.crt": "all of them" } },
      {
        name: "caller",
        scripts: { "post-install": "#!/bin/sh\nupdate-ca-certificates 2>/dev/null || true\n" },
      },
    ],
    async ({ text, coverage }) => {
      expect(await text("etc/ssl/certs/ca-certificates.crt")).toBe("all of them");
      expect(coverage.map(({ verdict }) => verdict)).toEqual(["harmless"]);
    },
  ));

test("what a script does that nobody knows is told, and so is a script of another language", () =>
  made(
    [
      { name: "unknown", scripts: { "post-install": "#!/bin/sh\nfrobnicate --all\n" } },
      {
        name: "lua",
        scripts: { "pre-install": "#!/usr/bin/lua\nos.exit(0)\n", "pre-upgrade": "#!/bin/sh\n" },
      },
    ],
    async ({ coverage }) => {
      expect(coverage.map(({ package: name, verdict, notes }) => [name, verdict, notes[0]])).toEqual([
        ["lua", "needs-you", "line 1, it is not a shell script: #!/usr/bin/lua"],
        ["unknown", "needs-you", "line 2, 'frobnicate' is not known: frobnicate --all"],
        ["lua", "harmless", "runs only when it is updated"],
      ]);
    },
  ));

test("accounts need files to be in", () =>
  made(
    [{ name: "nobodys", scripts: { "pre-install": "#!/bin/sh\naddgroup -S some\n" } }],
    async ({ coverage }) => {
      expect(coverage[0]?.notes).toEqual([
        "line 2, addgroup needs /etc/passwd and /etc/group: addgroup -S some",
      ]);
    },
  ));

test("a file that is another package than the lock says is refused", async () => {
  const bytes = apkOf({ name: "evil", version: "1.0-r0" });
  const about = await apkUnpacker.unpack(observed(bytes, 5000).stream, bytes.length, "it", async (opened) => {
    for await (const _ of opened.entries);
    return opened.about(new Map());
  });
  const facts = {
    entries: [],
    excluded: 0,
    excludedSize: 0,
    date: 0,
    about: JSON.parse(JSON.stringify(about)),
  };
  const wanted = {
    name: "good",
    version: "1.0-r0",
    architecture: "x86_64",
    digest: "sha256:00" as const,
    size: bytes.length,
    location: "good.apk",
    repository: "test",
    source: "good",
    because: [],
  };
  const root = { get: () => undefined, under: () => [], read: () => undefined };
  const configured = (one: typeof wanted) =>
    alpine([]).configure(root, [{ package: one, facts }], {
      architecture: "x86_64",
      timestamp: 0,
      excludes: [],
    });
  expect(() => configured(wanted)).toThrow(
    "good 1.0-r0 of test cannot be used: its file is evil 1.0-r0 for x86_64",
  );
  expect(() => configured({ ...wanted, name: "evil" })).not.toThrow();
});

test("a package that waits for more folders than anybody needs is refused", async () => {
  const triggers = Array.from({ length: 257 }, (_, at) => `/srv/*/${at}`);
  const bytes = apkOf({ name: "eager", triggers });
  const opened = apkUnpacker.unpack(observed(bytes, 5000).stream, bytes.length, "it", async () => {});
  await expect(opened).rejects.toThrow("it is not a sound Alpine package: it has more than 256 triggers.");
});

test.each<[string, Record<string, string | ApkFile>, string]>([
  ["a file", { "lib/apk": "" }, "/lib/apk/db/installed"],
  ["a folder", { "lib/apk/db/triggers/": {} }, "/lib/apk/db/triggers"],
  ["a link that leads nowhere", { "etc/apk": { link: "/nowhere" } }, "/etc/apk/world"],
])("%s in the way of apk's database is refused", async (_, files, path) => {
  await expect(made([{ name: "evil", files }], async () => {})).rejects.toThrow(
    `The root of these packages cannot be unpacked: something stands in the way of apk's own ${path}.`,
  );
});

test("apk's database takes the place of a file or link, and follows links of folders within the root", () => {
  const files = {
    "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
    "lib/apk": { link: "../../../../tmp/apk" },
    "tmp/apk/db/installed": { link: "/etc/passwd" },
    "tmp/apk/db/triggers": "mine",
  };
  return made([{ name: "odd", files }], async ({ text }) => {
    expect(await text("etc/passwd")).toBe("root:x:0:0::/root:/bin/sh\n");
    expect(await text("tmp/apk/db/installed")).toContain("P:odd\n");
    expect(await text("tmp/apk/db/triggers")).toBe("");
  });
});

test("packages that would change more files than anybody needs are refused", async () => {
  const names = Array.from({ length: 200_001 }, (_, at) => at.toString(36).padStart(4, "0"));
  const paths = { "etc/busybox-paths.d/busybox": names.join("\n") };
  const full = made(
    [{ name: "busybox", files: { ...busybox, ...paths }, scripts: { "post-install": install } }],
    async () => {},
  );
  await expect(full).rejects.toThrow(
    "The root of these packages cannot be unpacked: their scripts and owners change too many files.",
  );
});
