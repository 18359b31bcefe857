import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { elfFile } from "../kit/elf-file.ts";
import { rawTarHeader } from "../kit/raw-tar.ts";
import { serveFiles } from "../kit/serve.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";
import { withWorkplace } from "../kit/workplace.ts";

interface File {
  readonly path: string;
  readonly type?: string;
  readonly link?: string;
  readonly text?: string | Uint8Array;
}

function tar(files: readonly File[]): Buffer {
  const blocks = files.flatMap(({ text = "", ...file }) => {
    const content = typeof text === "string" ? Buffer.from(text) : text;
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return [rawTarHeader({ ...file, size: content.length }), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const hello = tar([
  { path: "bin/", type: "5" },
  { path: "bin/hello", text: "#!/bin/sh\n" },
  { path: "etc/passwd", text: "root:x:0:0::/:/bin/sh\nalice:x:77:77::/:/bin/sh\n" },
  { path: "etc/group", text: "root:x:0:\nalice:x:77:\n" },
  { path: "bin/hi", type: "2", link: "hello" },
]);

function recipe(folder: string, packages: readonly object[], more: object = {}): void {
  const whole = { name: "demo", platforms: ["linux/amd64"], packages, to: ["tar:out.tar"], ...more };
  writeFileSync(join(folder, "tare.yaml"), JSON.stringify(whole));
}

function listed(folder: string): string[] {
  const text = execFileSync("tar", ["--numeric-owner", "-tvf", join(folder, "out.tar")], {
    encoding: "utf8",
  });
  return text
    .trim()
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
}

test("tarballs and folders make one image together, with the accounts of a tarball", async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, "root.tgz"), gzipSync(hello));
    writeFileSync(join(folder, "data.tar"), tar([{ path: "data", text: "1234" }]));
    mkdirSync(join(folder, "site/sub"), { recursive: true });
    writeFileSync(join(folder, "site/.dockerignore"), "*.log\n");
    writeFileSync(join(folder, "site/a.log"), "no");
    writeFileSync(join(folder, "site/sub/run"), "yes");
    chmodSync(join(folder, "site/sub/run"), 0o700);
    symlinkSync("sub/run", join(folder, "site/link"));
    const packages = [
      { from: "tarball", file: "root.tgz" },
      { from: "tarball", file: "data.tar", to: "/srv/one" },
      { from: "tarball", file: "data.tar", to: "/srv/two" },
      { from: "directory", path: "site", to: "/srv/site" },
    ];
    recipe(folder, packages, { accounts: { "run-as": "alice" }, config: { cmd: ["/srv/site/sub/run"] } });
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0, notes: [] });
    const lines = listed(folder).join("\n");
    for (const path of ["bin/hello", "srv/one/data", "srv/two/data", "srv/site/sub/run", "bin/hi -> hello"])
      expect(lines).toContain(path);
    expect(lines).toMatch(/-rwxr-xr-x 0\/0 3 1970-01-01 \S+ srv\/site\/sub\/run/);
    expect(lines).not.toContain("a.log");
    const lock = readFileSync(join(folder, "tare.lock"), "utf8");
    expect(lock).toContain(`digest: ${digestOf(gzipSync(hello))}`);
    expect(lock).toMatch(/name: site\n {6}version: \S+\n {6}architecture: any/);

    const first = readFileSync(join(folder, "out.tar"));
    utimesSync(join(folder, "site/sub/run"), 5, 5);
    const again = ["build", "--quiet", "--locked"];
    expect(
      await runTare(again, { folder, environment: { TARE_STORE: join(folder, "other") } }),
    ).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(folder, "out.tar")).equals(first)).toBe(true);

    const explained = await runTare(["explain"], { folder });
    expect(explained.out).toContain("Tarballs and folders");
    expect(explained.out).toContain('cp -rT site "$made/rootfs/srv/site"');
    recipe(folder, [{ from: "tarball", file: "$(id).tar" }]);
    writeFileSync(join(folder, "$(id).tar"), hello);
    expect((await runTare(["explain"], { folder })).out).toMatch(/echo '[0-9a-f]{64} {2}\$\(id\)\.tar' \|/);
    recipe(folder, packages);
    await runTare(["lock", "--quiet"], { folder });

    writeFileSync(join(folder, "site/sub/run"), "other");
    const stale = await runTare(again, { folder });
    expect(stale.code).not.toBe(0);
    expect(stale.notes.join(" ")).toContain("site changed after it was written");
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0 });
    writeFileSync(join(folder, "root.tgz"), hello);
    expect((await runTare(again, { folder })).notes.join(" ")).toContain(
      "root.tgz changed after it was written",
    );
  });
});

test("a tarball of the web is held to the recipe's sha256, and is fetched once", async () => {
  const server = await serveFiles(new Map([["hello.tar", hello]]));
  try {
    await withFolder(async (folder) => {
      const url = `${server.url}/hello.tar`;
      const sha256 = digestOf(hello).slice("sha256:".length);
      recipe(folder, [{ from: "tarball", url, sha256, to: "/opt" }]);
      expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0, notes: [] });
      expect(listed(folder).join("\n")).toContain("opt/bin/hello");
      expect(await runTare(["build", "--quiet", "--locked"], { folder })).toMatchObject({ code: 0 });
      expect(server.asked).toHaveLength(1);
      recipe(folder, [{ from: "tarball", url, sha256: "0".repeat(64) }]);
      const wrong = await runTare(["build", "--quiet"], { folder });
      expect(wrong.code).not.toBe(0);
      expect(wrong.notes).toHaveLength(1);
    });
  } finally {
    await server.close();
  }
});

test("a file that a package of Debian brings too is said in one sentence", async () => {
  const packages = [{ name: "hello", files: { "usr/bin/hello": "1" } }];
  await withWorkplace({ packages, recipe: { packages: { include: ["hello"] } } }, async (place) => {
    const file = join(place.folder, "tare.yaml");
    const whole = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(join(place.folder, "mine.tar"), tar([{ path: "usr/bin/hello", text: "2" }]));
    const item = { from: "tarball", file: "mine.tar" };
    writeFileSync(file, JSON.stringify({ ...whole, packages: [...whole.packages, item] }));
    const ran = await place.tare("build --quiet");
    expect(ran.code).toBe(1);
    expect(ran.notes).toEqual([
      expect.stringMatching(/^hello:\w+ and tarball mine\.tar both bring \/usr\/bin\/hello/),
    ]);
    writeFileSync(file, JSON.stringify({ ...whole, packages: [...whole.packages, { ...item, to: "/opt" }] }));
    expect(await place.tare("build --quiet")).toMatchObject({ code: 0, notes: [] });
  });
});

test("the distribution brings the libraries that a tarball's programs are linked to", async () => {
  const elf = { bits: 64, littleEndian: true, machine: 62, flags: 0, type: 3 } as const;
  const library = elfFile({ ...elf, needed: [], soname: "libfoo.so.1" });
  const packages = [
    { name: "base", files: { "usr/bin/base": "1" } },
    { name: "libfoo1", files: { "usr/lib/x86_64-linux-gnu/libfoo.so.1": library } },
  ];
  await withWorkplace({ packages, recipe: { packages: { include: ["base"] } } }, async (place) => {
    const file = join(place.folder, "tare.yaml");
    const whole = JSON.parse(readFileSync(file, "utf8"));
    const program = elfFile({ ...elf, needed: ["libfoo.so.1", "libown.so.2"] });
    const own = elfFile({ ...elf, needed: [], soname: "libown.so.2" });
    const files = [
      { path: "bin/program", text: program },
      { path: "lib/x86_64-linux-gnu/libown.so.2", text: own },
    ];
    writeFileSync(join(place.folder, "mine.tar"), tar(files));
    const item = { from: "tarball", file: "mine.tar" };
    writeFileSync(file, JSON.stringify({ ...whole, packages: [...whole.packages, item] }));
    expect(await place.tare("build --quiet")).toMatchObject({ code: 0, notes: [] });
    const why = await place.tare("why libfoo1");
    expect(why.out).toContain("mine.tar");
    expect((await place.tare("explain")).out).toMatch(/So these\s+come\s+along:\s+libfoo1\./);
  });
});

test("what is no sound tarball, or hides files of other layers, is refused", async () => {
  await withFolder(async (folder) => {
    const says = async (item: object) => {
      recipe(folder, [item]);
      const { code, notes } = await runTare(["build", "--quiet"], { folder });
      expect(code).not.toBe(0);
      expect(notes).toHaveLength(1);
      return notes[0];
    };
    const file = "bad.tar";
    const write = (bytes: Uint8Array) => writeFileSync(join(folder, file), bytes);
    write(tar([{ path: "etc/.wh.passwd" }]));
    expect(await says({ from: "tarball", file })).toContain("would hide files of other layers");
    write(tar([{ path: "../out", text: "x" }]));
    expect(await says({ from: "tarball", file })).toContain("bad.tar");
    write(Buffer.from("this is no tarball".repeat(100)));
    expect(await says({ from: "tarball", file })).toContain("bad.tar");
    write(gzipSync(hello).subarray(0, 90));
    expect(await says({ from: "tarball", file })).toContain("bad.tar");
    expect(await says({ from: "tarball", file, sha256: "0".repeat(64) })).toContain("bad.tar");
    expect(await says({ from: "tarball", file: "none.tar" })).toContain("none.tar");
    expect(await says({ from: "directory", path: file })).toContain("it is no folder");
    mkdirSync(join(folder, "sub"));
    expect(await says({ from: "tarball", file: "sub" })).toContain("it is a folder");
    symlinkSync("/etc", join(folder, "away"));
    expect(await says({ from: "directory", path: "away" })).toContain("leads out of the recipe's folder");
    expect(await says({ from: "tarball" })).toContain("must have one of file and url");
    expect(await says({ from: "tarball", url: "https://files.example/a.tar" })).toContain("needs sha256");
    expect(await says({ from: "tarball", file: "../a.tar" })).toContain("must stay inside");
    expect(await says({ from: "directory", path: "." })).toContain("must be below the recipe's folder");
  });
});

test("what usually holds secrets in a folder is said, unless .dockerignore leaves it out", async () => {
  await withFolder(async (folder) => {
    mkdirSync(join(folder, "site"));
    writeFileSync(join(folder, "site/.env"), "PASSWORD=x");
    recipe(folder, [{ from: "directory", path: "site" }]);
    const said =
      "packages takes site/.env along, which usually holds secrets or history: leave it out with .dockerignore, or name it in an item of files if it is meant.";
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0, notes: [said] });
    writeFileSync(join(folder, "site/.dockerignore"), ".env\n");
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0, notes: [] });
  });
});

test("names that differ only in their folder, and names with anything in them, stay apart and reproducible", async () => {
  await withFolder(async (folder) => {
    for (const [place, text] of [
      ["a b", "1"],
      ["ü?#%", "2"],
    ] as const) {
      mkdirSync(join(folder, place));
      writeFileSync(join(folder, place, "x.tar"), tar([{ path: `only-${text}`, text }]));
    }
    const packages = ["a b/x.tar", "ü?#%/x.tar"].map((file) => ({ from: "tarball", file }));
    recipe(folder, packages);
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0, notes: [] });
    expect(listed(folder).join("\n")).toMatch(/only-1.*only-2/s);
    expect(await runTare(["build", "--quiet", "--locked"], { folder })).toMatchObject({ code: 0 });
    recipe(folder, [...packages, ...packages]);
    const { code, notes } = await runTare(["build", "--quiet"], { folder });
    expect(code).toBe(1);
    expect(notes).toEqual([
      expect.stringMatching(/^tarball x\.tar and tarball x\.tar \(3\) both bring \/only-1/),
    ]);
  });
});
