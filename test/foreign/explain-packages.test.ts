import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Lock } from "../../src/build/lock/lock.ts";
import { parseLock } from "../../src/build/lock/parse-lock.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { readMinirootfs } from "../kit/apk-minirootfs.ts";
import { type ApkData, apkSigner } from "../kit/apk-package.ts";
import { type ApkProgram, apkProgram } from "../kit/apk-program.ts";
import { apkRepository } from "../kit/apk-repository.ts";
import { mustRun } from "../kit/command.ts";
import { debianRepository } from "../kit/debian-repository.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { buildRpms, type RpmData } from "../kit/rpm-package.ts";
import { rpmRepository } from "../kit/rpm-repository.ts";
import { rpmSigner } from "../kit/rpm-signer.ts";
import { serveFiles } from "../kit/serve.ts";
import { makeSigningKey } from "../kit/signing-key.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

/** What `tare explain` prints for a recipe is run as it is printed, and must come to the packages of the lock. */

interface Ran {
  readonly out: string;
  readonly commands: readonly string[];
  readonly lock: Lock;
}

/** Where a recipe lies, below a test's folder: a name that shells and programs take amiss. */
const placeIn = (folder: string) => join(folder, "it's here");

/** Locks and explains a recipe, and runs all that is printed in a shell where it lies. */
async function runExplained(
  folder: string,
  recipe: string,
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Ran> {
  const place = placeIn(folder);
  await writeFile(join(place, "tare.yaml"), recipe);
  const tare = async (...argv: string[]) => {
    const { code, out, notes } = await runTare(argv, { folder: place, environment });
    if (code !== 0) throw new Error(notes.join("\n"));
    return out;
  };
  await tare("lock");
  const lock = parseLock(await readFile(join(place, "tare.lock"), "utf8"), { file: "tare.lock" });
  const explanation = JSON.parse(await tare("explain", "--json", ...flags)) as Explanation;
  const commands = explanation.steps.flatMap((step) => step.commands);
  const page = (await tare("explain", ...flags)).split("\n");
  for (const command of commands) expect(page).toContain(`     ${command}`);
  // Pasted from the page: with the blanks in front.
  const script = ["set -euo pipefail", ...commands.map((line) => `     ${line}`), 'echo "made $made"'];
  await mkdir(join(folder, "tmp"), { recursive: true });
  const out = await mustRun("bash", [], {
    cwd: place,
    input: script.join("\n"),
    env: { ...environment, TMPDIR: join(folder, "tmp"), PATH: `${join(folder, "bin")}:${process.env.PATH}` },
  });
  return { out, commands, lock };
}

async function write(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

function locked({ platforms }: Lock, platform = "linux/amd64"): string[] {
  const packages = platforms.find((one) => one.platform === platform)?.packages ?? [];
  return packages.map(({ name, version }) => `${name} ${version}`).sort();
}

/** Lines between `from` and the end that look like what a program lists. */
const linesOf = (out: string, pattern: RegExp) =>
  Array.from(out.matchAll(pattern), ([, line]) => line as string);

/** What `rpm --query --all` said, in the lock's words. */
function installed({ out }: Ran): string[] {
  const names = linesOf(out, /^(\S+-\S+-\S+\.(?:noarch|x86_64))$/gm);
  return names.map((line) => line.replace(/^(.*)-([^-]+-[^-]+)\.[^.]+$/, "$1 $2")).sort();
}

const folders = ["etc/", "usr/", "usr/bin/", "usr/lib/", "usr/share/"];
const filesystem: RpmData = {
  name: "filesystem",
  files: Object.fromEntries(folders.map((path) => [path, {}])),
};

test("dnf, as explained, installs what the lock has", { timeout: 180_000 }, async (context) => {
  needsRoot(context);
  needsPeers(context, "dnf", "rpm", "rpmbuild", "rpmsign", "createrepo_c", "gpg", "umoci", "skopeo");
  needsPeers(context, "systemd-sysusers");
  await withFolder(async (folder) => {
    await mkdir(join(folder, "keys"));
    const signer = await rpmSigner(join(folder, "keys"));
    const keys = {
      archive: await signer.makeKey("archive", "rsa2048"),
      own: await signer.makeKey("own", "rsa2048"),
    };
    const repository = async (packages: readonly RpmData[], key?: string) => {
      const built = await buildRpms(packages);
      const rpms = await Promise.all(
        built.map(async ({ fileName, bytes }) => ({
          fileName,
          bytes: key === undefined ? bytes : await signer.sign(bytes, key),
        })),
      );
      return rpmRepository(rpms);
    };
    const archive = await repository(
      [
        filesystem,
        {
          name: "tool",
          requires: ["filesystem", "library >= 1"],
          recommends: ["manual"],
          files: { "usr/bin/tool": "1" },
        },
        { name: "library", version: "1", files: { "usr/lib/library": "1" } },
        { name: "manual", files: { "usr/share/manual": "1" } },
        { name: "guide", files: { "usr/share/guide": "1" } },
        { name: "kernel-like", provides: ["library = 9"] },
      ],
      "archive",
    );
    const updates = await repository(
      [{ name: "library", version: "2", files: { "usr/lib/library": "2" } }],
      "archive",
    );
    const own = await repository(
      [
        { name: "extra", version: "1", requires: ["guide"], files: { "usr/share/extra": "1" } },
        { name: "tool", version: "9" },
      ],
      "own",
    );
    const loose = await repository([{ name: "loose", files: { "usr/share/loose": "it's" } }]);
    const place = placeIn(folder);
    await write(join(place, "own repository"), own);
    await write(join(folder, "loose"), loose);
    await write(
      place,
      new Map([
        ["keys/archive.asc", await readFile(await signer.keyFile("archive"))],
        ["own key.asc", await readFile(await signer.keyFile("own"))],
      ]),
    );
    await signer.close();
    await writeFile(
      join(place, "extras.repo"),
      `[loose]\nname=loose\nenabled=1\nbaseurl=file://${folder}/loose\ngpgcheck=0\npriority=20\n`,
    );
    const files = new Map<string, Uint8Array>();
    for (const [path, bytes] of archive) files.set(`releases/42/Everything/x86_64/os/${path}`, bytes);
    for (const [path, bytes] of updates) files.set(`updates/42/Everything/x86_64/${path}`, bytes);
    const server = await serveFiles(files);
    try {
      const recipe = (more: string) => `name: x
packages:
  - from: fedora
    release: 42
    keyring: keys/archive.asc
    keys: ["${keys.archive}"]
    exclude: [kernel*]
    repositories:
      - name: own
        baseurl: "file://${encodeURI(place).replaceAll("'", "%27")}/own%20repository"
        keyring: own key.asc
        keys: ["${keys.own}"]
        priority: 10
        exclude: [tool]
${more}
files:
  - { to: /etc/motd, text: "it's\\n-100% $HOME\\n" }
accounts: { run-as: nonroot }
`;
      const environment = { TARE_FEDORA_MIRROR: `${server.url} http://mirror.example/second` };
      const strict = await runExplained(folder, recipe("    include: [tool, extra]"), environment);
      expect(installed(strict)).toEqual(locked(strict.lock));
      expect(locked(strict.lock)).toEqual([
        "extra 1-1",
        "filesystem 1.0-1",
        "guide 1.0-1",
        "library 2-1",
        "tool 1.0-1",
      ]);
      const loosely = await runExplained(
        folder,
        recipe(
          "    recommends: true\n    include: [tool, loose]\n    allow-unsigned: true\n    repo-files: [extras.repo]",
        ),
        environment,
      );
      expect(installed(loosely)).toEqual(locked(loosely.lock));
      expect(locked(loosely.lock).join()).toMatch(/loose .*manual /);
      const made = /^made (.*)$/m.exec(loosely.out)?.[1] ?? "";
      expect(await readFile(join(made, "rootfs/etc/motd"), "utf8")).toBe("it's\n-100% $HOME\n");
    } finally {
      await server.close();
    }
  });
});

test("dnf, as explained, takes a signed index, a mirrorlist and a metalink", {
  timeout: 180_000,
}, async (context) => {
  needsRoot(context);
  needsPeers(context, "dnf", "rpm", "rpmbuild", "createrepo_c", "gpg", "umoci", "skopeo", "systemd-sysusers");
  await withFolder(async (folder) => {
    await mkdir(join(folder, "keys"));
    const signer = await rpmSigner(join(folder, "keys"));
    await signer.makeKey("index", "rsa2048");
    const files = new Map<string, Uint8Array>();
    const add = async (place: string, packages: readonly RpmData[]) => {
      for (const [path, bytes] of await rpmRepository(await buildRpms(packages)))
        files.set(`${place}/${path}`, bytes);
      return files.get(`${place}/repodata/repomd.xml`) as Uint8Array;
    };
    for (const machine of ["x86_64", "aarch64"]) {
      const top = await add(`signed/${machine}`, [
        { ...filesystem, arch: "noarch" },
        { name: "tool", arch: "noarch", requires: ["filesystem"] },
      ]);
      const home = ["--homedir", join(folder, "keys/gpg"), "--batch"];
      const signature = await mustRun("gpg", [...home, "--armor", "--detach-sign"], { input: top });
      files.set(`signed/${machine}/repodata/repomd.xml.asc`, Buffer.from(signature));
    }
    await add("listed", [
      { name: "listed", arch: "noarch" },
      { name: "tool", version: "9" },
    ]);
    const linked = await add("linked", [{ name: "linked", arch: "noarch" }]);
    await write(placeIn(folder), new Map([["key.asc", await readFile(await signer.keyFile("index"))]]));
    await signer.close();
    const server = await serveFiles(files);
    try {
      files.set("mirrors", Buffer.from(`${server.url}/listed\n`));
      const digest = digestOf(linked).replace("sha256:", "");
      files.set(
        "metalink",
        Buffer.from(
          `<?xml version="1.0" encoding="utf-8"?><metalink version="3.0" xmlns="http://www.metalinker.org/"><files><file name="repomd.xml"><size>${linked.length}</size><verification><hash type="sha256">${digest}</hash></verification><resources maxconnections="1"><url protocol="http" type="http" location="XX" preference="100">${server.url}/linked/repodata/repomd.xml</url></resources></file></files></metalink>`,
        ),
      );
      await writeFile(
        join(placeIn(folder), "listed.repo"),
        `[listed]\nname=listed\nmirrorlist=${server.url}/mirrors\nincludepkgs=listed\ngpgcheck=1\n[off]\nenabled=0\nbaseurl=${server.url}/off\n`,
      );
      const recipe = (include: string, more = "") => `name: x
packages:
  from: dnf
  keyring: key.asc
  repositories:
    - { name: signed, baseurl: "${server.url}/signed/$basearch", signed-index: true }
${more}
  include: [${include}]
`;
      const names = ({ lock }: Ran) => locked(lock).map((line) => line.replace(/ .*/, ""));
      const ran = await runExplained(folder, recipe("tool"));
      expect(ran.commands.join("\n")).toContain(`gpgcheck=0 repo_gpgcheck=1 "gpgkey=file://$made/keys.asc"`);
      expect(installed(ran)).toEqual(locked(ran.lock));
      const both = recipe("tool").replace("packages:", "platforms: [linux/amd64, linux/arm64]\npackages:");
      const arm = await runExplained(folder, both, {}, ["--platform", "linux/arm64"]);
      expect(arm.commands.join("\n")).toContain("--forcearch=aarch64");
      expect(installed(arm)).toEqual(locked(arm.lock, "linux/arm64"));
      const more = `    - { name: linked, metalink: "${server.url}/metalink", allow-unsigned: true }
  repo-files: [listed.repo]
  allow-unsigned: true`;
      const all = await runExplained(folder, recipe("tool, listed, linked", more));
      expect(installed(all)).toEqual(locked(all.lock));
      expect(names(all)).toEqual(["filesystem", "linked", "listed", "tool"]);
      expect(locked(all.lock)).toContain("tool 1.0-1");
    } finally {
      await server.close();
    }
  });
});

test("apk, as explained, installs what the lock has", { timeout: 120_000 }, async (context) => {
  needsRoot(context);
  needsPeers(context, "openssl", "umoci", "skopeo");
  await withFolder(async (folder) => {
    await withApk(folder);
    const [first, second] = [
      apkSigner("one@mirror.example-1.rsa.pub"),
      apkSigner("two@mirror.example-2.rsa.pub"),
    ];
    const main: ApkData[] = [
      { name: "app", depends: ["so:libx.so.1"], files: { "usr/bin/app": "1" } },
      { name: "libx", provides: ["so:libx.so.1=1.0"], files: { "usr/lib/libx.so.1": "1" } },
      { name: "other-x", provides: ["so:libx.so.1=2.0"], files: { "usr/lib/libx.so.1": "2" } },
      { name: "docs" },
      { name: "app-doc", installIf: ["docs", "app"], files: { "usr/share/app": "doc" } },
      { name: "tool", version: "1.0-r0" },
    ];
    const edge: ApkData[] = [{ name: "tool", version: "2.0-r0", depends: ["app>0.5"] }];
    const files = new Map<string, Uint8Array>();
    const architectures = ["x86_64", "aarch64"];
    for (const [path, bytes] of apkRepository(main, { signer: first, architectures }))
      files.set(`v3.22/main/${path}`, bytes);
    for (const [path, bytes] of apkRepository([], { signer: first, architectures }))
      files.set(`v3.22/community/${path}`, bytes);
    await write(join(folder, "edge"), apkRepository(edge, { signer: second, architectures }));
    await write(join(folder, "loose"), apkRepository([{ name: "loose" }], { architectures }));
    const place = placeIn(folder);
    await mkdir(join(place, "my keys"), { recursive: true });
    await writeFile(join(place, "my keys", first.name), first.publicPem);
    await writeFile(join(place, second.name), second.publicPem);
    const server = await serveFiles(files);
    try {
      const recipe = (more: string) => `name: x
platforms: [linux/amd64, linux/arm64]
packages:
  - from: alpine
    release: 3.22
    components: [main, community]
    keyring: my keys
    keys: [${first.fingerprint}]
    exclude: [other-x]
    repositories:
      - { url: "file://${folder}/edge", tag: edge, keyring: ${second.name} }
${more}
`;
      const environment = { TARE_ALPINE_MIRROR: server.url };
      const installed = ({ out }: Ran) => linesOf(out, /^([a-z-]+)$/gm).sort();
      const names = (lock: Lock, platform?: string) =>
        locked(lock, platform).map((line) => line.replace(/ .*/, ""));
      const asked = recipe("    include: [docs, app>0.1, tool@edge]");
      const ran = await runExplained(folder, asked, environment);
      expect(installed(ran)).toEqual(names(ran.lock));
      expect(locked(ran.lock)).toEqual([
        "app 1.0-r0",
        "app-doc 1.0-r0",
        "docs 1.0-r0",
        "libx 1.0-r0",
        "tool 2.0-r0",
      ]);
      const arm = await runExplained(folder, asked, environment, ["--platform", "linux/arm64"]);
      expect(installed(arm)).toEqual(names(arm.lock, "linux/arm64"));
      expect(arm.commands.join("\n")).toContain("--arch aarch64");
      const loosely = await runExplained(
        folder,
        recipe(`      - { url: "file://${folder}/loose", allow-unsigned: true }\n    include: [loose, tool]`),
        environment,
      );
      expect(installed(loosely)).toEqual(["loose", "tool"]);
    } finally {
      await server.close();
    }
  });
});

test("apk and chroot, as explained, make a root whose shell runs", { timeout: 120_000 }, async (context) => {
  needsRoot(context);
  needsPeers(context, "chroot", "umoci", "skopeo");
  await withFolder(async (folder) => {
    const { root } = await withApk(folder);
    const { packages, world } = await readMinirootfs();
    const signer = apkSigner();
    await write(join(folder, "main"), apkRepository(packages, { signer }));
    await write(placeIn(folder), new Map([[signer.name, Buffer.from(signer.publicPem)]]));
    const recipe = `name: x
packages:
  from: apk
  repositories: { url: "file://${folder}/main" }
  keyring: ${signer.name}
  include: [${world.join(", ")}]
accounts: { run-as: nonroot }
`;
    const ran = await runExplained(folder, recipe);
    const made = /^made (.*)$/m.exec(ran.out)?.[1] ?? "";
    expect(await readdir(join(made, "rootfs"))).toEqual(expect.arrayContaining(await readdir(root)));
    const shell = await mustRun("chroot", [
      join(made, "rootfs"),
      "/bin/sh",
      "-c",
      "apk info | sort; id nonroot",
    ]);
    const names = packages.map(({ name }) => name).sort();
    expect(shell.trim().split("\n")).toEqual([
      ...names,
      "uid=65532(nonroot) gid=65532(nonroot) groups=65532(nonroot)",
    ]);
    expect(locked(ran.lock).map((line) => line.replace(/ .*/, ""))).toEqual(names);
  });
});

/** The real apk, where the scripts find it: as a program of the host, with the C library of its own root. */
async function withApk(folder: string): Promise<ApkProgram> {
  const program = await apkProgram(folder);
  const { root } = program;
  await mkdir(join(folder, "bin"));
  const start = `exec ${root}/lib/ld-musl-x86_64.so.1 --library-path ${root}/lib:${root}/usr/lib ${root}/sbin/apk "$@"`;
  await writeFile(join(folder, "bin/apk"), `#!/bin/sh\n${start}\n`);
  await chmod(join(folder, "bin/apk"), 0o755);
  return program;
}

test("mmdebstrap, as explained, unpacks what the lock has", { timeout: 180_000 }, async (context) => {
  needsRoot(context);
  needsPeers(context, "mmdebstrap", "apt-get", "gpg", "umoci", "skopeo");
  await withFolder(async (folder) => {
    const own = await makeSigningKey({ name: "own" });
    const file = (name: string, fields: Record<string, string> = {}, more: object = {}) => ({
      name,
      fields,
      files: { [`usr/share/taken/${name}`]: "1" },
      ...more,
    });
    const architectures = ["amd64", "arm64"];
    const archive = await debianRepository({
      architectures,
      packages: architectures.flatMap((architecture) => [
        file("app", { Depends: "library | other", Recommends: "manual" }, { architecture }),
        file("library", {}, { architecture }),
        file("other", {}, { architecture }),
        file("base", { Essential: "yes" }, { architecture }),
        file("needed", { Priority: "required" }, { architecture }),
        file("manual", {}, { architecture }),
        file("apt", { Depends: "library" }, { architecture }),
      ]),
    });
    const updates = await debianRepository({
      suite: "bookworm-updates",
      suiteName: "stable-updates",
      architectures,
      packages: architectures.map((architecture) => file("library", {}, { architecture, version: "2.0" })),
    });
    const extra = await debianRepository({
      suite: "extra",
      suiteName: "extra",
      keys: [own],
      architectures,
      packages: architectures.map((architecture) => file("extra", { Depends: "app" }, { architecture })),
    });
    const loose = await debianRepository({
      suite: "loose",
      suiteName: "loose",
      keys: [],
      architectures,
      packages: [file("loose", {}, { architecture: "all" })],
    });
    const place = placeIn(folder);
    await write(join(folder, "extra"), extra.files);
    await write(join(folder, "loose"), loose.files);
    await write(
      place,
      new Map([
        ["archive.gpg", archive.keyring],
        ["own key.asc", Buffer.from(own.armoredKeyring)],
      ]),
    );
    const server = await serveFiles(new Map([...archive.files, ...updates.files]));
    try {
      const recipe = (more: string) => `name: x
platforms: [linux/amd64, linux/arm64]
packages:
  - from: debian
    suite: bookworm
    security: false
    keyring: archive.gpg
    repositories:
      - { uri: "file:${folder}/extra", suite: extra, signed-by: own key.asc, keys: ["${own.fingerprint}"] }
${more}
`;
      const environment = { TARE_DEBIAN_MIRROR: server.url };
      const taken = async ({ out }: Ran) => {
        const made = /^made (.*)$/m.exec(out)?.[1] ?? "";
        return (await readdir(join(made, "rootfs/usr/share/taken"))).sort();
      };
      const names = (lock: Lock, platform?: string) =>
        locked(lock, platform).map((line) => line.replace(/ .*/, ""));
      const ran = await runExplained(folder, recipe("    include: [extra]"), environment);
      expect(await taken(ran)).toEqual(names(ran.lock));
      expect(locked(ran.lock)).toEqual(["app 1.0", "extra 1.0", "library 2.0"]);
      const arm = await runExplained(folder, recipe("    include: [extra]"), environment, [
        "--platform",
        "linux/arm64",
      ]);
      expect(await taken(arm)).toEqual(names(arm.lock, "linux/arm64"));
      const other = await runExplained(
        folder,
        recipe(`      - { uri: "file:${folder}/loose", suite: loose, allow-unsigned: true }
    variant: minbase
    recommends: true
    exclude: [manual]
    pin: { bookworm-updates: 100 }
    include: [app, loose, library=1*]`),
        environment,
      );
      expect(await taken(other)).toEqual(names(other.lock));
      expect(locked(other.lock)).toContain("library 1.0");
      expect(names(other.lock)).toEqual(["app", "apt", "base", "library", "loose", "needed"]);
    } finally {
      await server.close();
    }
  });
});
