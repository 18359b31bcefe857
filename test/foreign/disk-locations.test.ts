import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { imageOf, layerOf } from "../kit/images.ts";
import { needsPeers } from "../kit/peers.ts";
import { onSmallDisk } from "../kit/small-disk.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const capability = Buffer.from("0100000200040000000000000000000000000000", "hex");
const many = Object.fromEntries(
  Array.from({ length: 600 }, (_, at) => [`many/${"long-".repeat(20)}${at}`, { mtime: 9 }] as const),
);
const tree = {
  "./": { mode: 0o750, uid: 70000, gid: 6, mtime: 1_500_000_000 },
  "usr/": { mode: 0o1777, mtime: 5 },
  "usr/a b": { content: "x".repeat(5000), mode: 0o4755, uid: 70000, gid: 70001, mtime: 1_600_000_000 },
  "usr/hard => usr/a b": { mode: 0o4755, uid: 70000, gid: 70001, mtime: 1_600_000_000 },
  "usr/sym -> ../x": { uid: 6, mtime: 7 },
  cap: { content: "c", xattrs: new Map([["security.capability", capability]]), mtime: 8 },
  '<12> "odd"': { content: "name", mtime: 8 },
  "dev/": {},
  "dev/null": { type: "character", mode: 0o666, major: 1, minor: 3 },
  "dev/big": { type: "block", mode: 0o600, major: 300, minor: 70000 },
  pipe: { type: "fifo", mode: 0o600 },
  long: { type: "symlink", mode: 0o777, link: "a/".repeat(60) },
  "many/": {},
  ...many,
  "many/z => cap": { mtime: 8 },
} as const;

/** The image in `oci:image:1`, written twice; both files are the same, and this is the first. */
async function written(transport: string, work: (file: string) => Promise<void>) {
  await withFolder(async (folder) => {
    const image = imageOf([await layerOf(tree)], {
      config: { Cmd: ["/x"] },
    });
    await saveImage(image, parseLocation(`oci:${folder}/image:1`));
    for (const name of ["one", "two"]) {
      const line = ["copy", "oci:image:1", `${transport}:${name}`];
      const { code, out, notes } = await runTare(line, {
        folder,
        environment: { PATH: process.env.PATH ?? "" },
      });
      expect([code, notes]).toEqual([0, []]);
      expect(out).toContain("has no place for what the configuration says of Cmd.");
    }
    const [one, two] = [await readFile(join(folder, "one")), await readFile(join(folder, "two"))];
    expect(one.equals(two)).toBe(true);
    await work(join(folder, "one"));
  });
}

test("sqfs2tar reads of squashfs: every entry that went in, and mksquashfs writes the same bytes twice", async (context) => {
  needsPeers(context, "mksquashfs", "unsquashfs", "sqfs2tar");
  await written("squashfs", async (file) => {
    const tarball = `${file}.tar`;
    await mustRun("sh", ["-c", 'sqfs2tar --root-becomes . "$1" > "$2"', "sh", file, tarball]);
    const got = new Map<string, unknown>();
    for await (const { content, uname, gname, nanoseconds, ...header } of readTar(
      [await readFile(tarball)],
      tarball,
    )) {
      const source = content instanceof Uint8Array ? [content] : content;
      const text = (await collect(source, 1 << 20, header.path)).toString();
      got.set(header.path, { ...header, text });
    }
    expect(got.get("")).toMatchObject({ mode: 0o750, uid: 70000, gid: 6, mtime: 1_500_000_000 });
    expect(got.get("cap")).toMatchObject({
      text: "c",
      xattrs: new Map([["security.capability", capability]]),
    });
    expect(got.get("usr/sym")).toMatchObject({ type: "symlink", link: "../x", uid: 6, mtime: 7 });
    expect(got.get("dev/null")).toMatchObject({ type: "character", mode: 0o666, major: 1, minor: 3 });
    expect(got.get("dev/big")).toMatchObject({ type: "block", major: 300, minor: 70000 });
    expect(got.get("pipe")).toMatchObject({ type: "fifo", mode: 0o600 });
    const twins = [got.get("usr/a b"), got.get("usr/hard")] as { type: string }[];
    expect(twins.map(({ type }) => type).sort()).toEqual(["file", "hardlink"]);
    expect(twins.find(({ type }) => type === "file")).toMatchObject({
      ...{ mode: 0o4755, uid: 70000, gid: 70001, size: 5000, mtime: 1_600_000_000 },
    });
    expect(got.size).toBe(Object.keys(tree).length);
    expect(await mustRun("unsquashfs", ["-stat", file])).toContain("Compression zstd");
  });
});

test("debugfs reads of ext4: what went in, e2fsck finds nothing to mend, and two are the same bytes", async (context) => {
  needsPeers(context, "mke2fs", "debugfs", "e2fsck");
  await written("ext4", async (file) => {
    await mustRun("e2fsck", ["-fn", file]);
    const script = `${file}.commands`;
    const ask = async (...lines: string[]) => {
      await writeFile(script, `${lines.join("\n")}\n`);
      return mustRun("debugfs", ["-f", script, file], { env: { TZ: "UTC" } });
    };
    expect(await ask("stat <2>")).toMatch(
      /Mode:\s+0750[\s\S]*User: 70000\s+Group:\s+6[\s\S]*mtime: 0x59682f00/,
    );
    const twin =
      /Type: regular\s+Mode:\s+04755[\s\S]*User: 70000\s+Group: 70001.*Size: 5000[\s\S]*Links: 2[\s\S]*mtime: 0x5f5e1000/;
    expect(await ask('stat "usr/a b"')).toMatch(twin);
    expect(await ask("stat usr/hard")).toMatch(twin);
    expect(await ask("stat usr/sym")).toMatch(/User:\s+6 [\s\S]*Fast link dest: "\.\.\/x"/);
    expect(await ask("stat dev/null")).toMatch(/Mode:\s+0666[\s\S]*major\/minor number: 01:03/);
    expect(await ask("stat dev/big")).toMatch(/Type: block[\s\S]*major\/minor number: 300:70000/);
    expect(await ask("stat pipe")).toMatch(/Type: FIFO\s+Mode:\s+0600/);
    expect(await ask("ea_list many/z")).toContain("security.capability (20) = 01 00 00 02 00 04");
    expect(await ask('cat "./<12> ""odd"""')).toContain("name");
    const dumped = `${file}.dumped`;
    await ask(`dump "usr/a b" ${dumped}`);
    expect(await readFile(dumped, "utf8")).toBe("x".repeat(5000));
    expect((await ask("ls -p many")).match(/^\/\d+\/100644/gm)).toHaveLength(601);
    expect(await ask("show_super_stats -h")).toMatch(/Filesystem created:\s+Fri Jan {2}2 03:04:05 2026/);
  });
});

test("what cannot be written is refused in a sentence, and nothing is left", async (context) => {
  needsPeers(context, "mke2fs", "debugfs");
  await withFolder(async (folder) => {
    const image = imageOf([await layerOf({ "a\nb": "" })]);
    await saveImage(image, parseLocation(`oci:${folder}/image:1`));
    const PATH = process.env.PATH ?? "";
    const ran = await runTare(["copy", "oci:image:1", "ext4:out"], { folder, environment: { PATH } });
    expect([ran.code, ran.notes.join()]).toEqual([
      3,
      expect.stringContaining("debugfs reads commands of one line"),
    ]);
    expect((await runCommand("ls", ["-A", folder])).stdout).toBe(".store\nimage\n");
  });
});

test.for([
  ["squashfs", "mksquashfs"],
  ["ext4", "debugfs"],
] as const)(
  "a full disk under %s: is told as such, and keeps nothing",
  async ([transport, program], context) => {
    needsPeers(context, program);
    await withFolder(async (folder) => {
      const image = imageOf([
        await layerOf({ a: { content: randomBytes(1_500_000) }, b: { content: randomBytes(1_500_000) } }),
      ]);
      await saveImage(image, parseLocation(`oci:${folder}/image:1`));
      const small = join(folder, "small");
      const outcomes = new Set<number>();
      for (const size of [200, 2000, 3200, 5000, 20_000])
        await onSmallDisk(context, small, size, async () => {
          const { code, notes } = await runTare(["copy", "oci:image:1", `${transport}:small/x`], {
            folder,
            environment: { PATH: process.env.PATH ?? "" },
          });
          outcomes.add(code);
          if (code === 0) return;
          expect(notes.join()).toMatch(`There is no room left on the disk under ${small};`);
          expect(await readdir(small)).toEqual([]);
        });
      expect([...outcomes]).toEqual([3, 0]);
    });
  },
);
