import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { chmod, chown, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { byText } from "../../src/bytes/text.ts";
import { readSidecar } from "../../src/formats/sidecar.ts";
import { flatten } from "../../src/images/flatten.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { EntryHeader } from "../../src/model/entry.ts";
import type { Image } from "../../src/model/image.ts";
import { mustRun } from "../kit/command.ts";
import { compareRoots } from "../kit/compare-roots.ts";
import { buildExample } from "../kit/example.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { imageOf, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { tarBlock } from "../kit/tar-blocks.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const repository = join(import.meta.dirname, "../..");
const alpine = join(repository, "../shared/fixtures/alpine/alpine-minirootfs-3.17.10-x86_64.tar.gz");

/** Every path on which what we extract differs from what GNU tar does; all times count, those of symlinks, too. */
async function differences(folder: string, location: string, tarball: string, ...options: string[]) {
  const [ours, theirs] = [join(folder, "ours"), join(folder, "theirs")];
  const line = ["extract", location, "--to", ours, "--setuid", "--quiet", ...options];
  expect(await runTare(line, { folder })).toMatchObject({ code: 0, notes: [] });
  await mkdir(theirs);
  await mustRun("tar", ["-xpf", tarball, "--numeric-owner", "--delay-directory-restore", "-C", theirs]);
  // A root that the tar does not speak of is as old as the epoch for us, and as old as it is for tar.
  const hasRoot = (await mustRun("tar", ["-tf", tarball])).startsWith("./\n");
  const [our, their] = [attributesOf(ours), attributesOf(theirs)];
  expect({ ...our, mtimeMs: 0 }).toEqual({ ...their, mtimeMs: 0 });
  // Node takes a time as a float of seconds, which is right to a microsecond.
  if (hasRoot) expect(Math.abs(our.mtimeMs - their.mtimeMs)).toBeLessThan(0.002);
  return compareRoots(folderRoot(ours), folderRoot(theirs), { names: ["ours", "tar"], times: () => true });
}

const attributesOf = (path: string) => {
  const { mode, uid, gid, mtimeMs } = statSync(path);
  return { mode, uid, gid, mtimeMs };
};

test("Alpine's root is extracted as GNU tar does it", async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    expect(await differences(folder, `tar:${alpine}`, alpine)).toEqual([]);
  });
});

test("a Debian image is extracted as GNU tar does its flattened tar", {
  timeout: 300_000,
}, async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    const { image } = await buildExample("debian-small", folder);
    expect(await differences(folder, `docker-archive:${image.archive}`, image.tarball)).toEqual([]);
  });
});

const oddImage = async () =>
  imageOf([
    await layerOf({
      "/": { mode: 0o750, uid: 7, mtime: 1000 },
      "a/": { mode: 0o2711, uid: 3_000_000, gid: 5, mtime: -100 },
      "a/null": { type: "character", major: 1, minor: 3, mode: 0o666, uid: 4, mtime: 99 },
      "a/-b": { type: "block", major: 8, minor: 17, mode: 0o1660 },
      "a/pipe": { type: "fifo", mode: 0o622, gid: 9, mtime: 5 },
      "a/set": { content: "x", mode: 0o6755, uid: 12, mtime: -1 },
      [`${"long".repeat(50)}/`]: {},
      [`${"long".repeat(50)}/${"name".repeat(50)}`]: { content: "deep", mtime: 4_000_000_000 },
      zeros: { content: Buffer.concat([Buffer.from("x"), Buffer.alloc(1 << 20), Buffer.from("y")]) },
      "all-zeros": { content: Buffer.alloc(300_000) },
      "l -> /nowhere": { uid: 44, gid: 45, mtime: 123_456 },
      "é ü\n -> a": {},
    }),
    await layerOf({
      "a/": { mode: 0o700, mtime: 50 },
      "a/hard => a/set": {},
      "b => l": {},
      "a/pipe2 => a/pipe": {},
    }),
  ]);

test("devices, pipes, odd owners, times and names are GNU tar's, as root and when asked for", async (context) => {
  needsRoot(context);
  needsPeers(context, "mknod");
  await withFolder(async (folder) => {
    const image = await oddImage();
    await saveImage(image, parseLocation(`oci:${folder}/image`));
    await saveImage(image, parseLocation(`tar:${folder}/flat.tar`));
    const odd = await differences(folder, `oci:${folder}/image`, join(folder, "flat.tar"), "--devices");
    expect(odd).toEqual([]);
    const numbers = (place: string) =>
      ["a/null", "a/-b"].map((name) => lstatSync(join(folder, place, name)).rdev);
    expect(numbers("ours")).toEqual(numbers("theirs"));
    for (const name of ["a/set", "a/pipe"]) expect(lstatSync(join(folder, "ours", name)).nlink).toBe(2);
    expect(statSync(join(folder, "ours/zeros")).blocks).toBeLessThan(1000);
  });
});

test("folders that no entry speaks of are root's, also below one that gives its group away", async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    await chown(folder, 0, 1234);
    await chmod(folder, 0o2755);
    await writeFile(join(folder, "x.tar"), Buffer.concat([tarBlock({ name: "a/b/c" }), Buffer.alloc(1024)]));
    await runTare(["extract", "tar:x.tar", "--to", "ours"], { folder });
    for (const path of ["ours", "ours/a", "ours/a/b", "ours/a/b/c"]) {
      const { uid, gid, mode } = statSync(join(folder, path));
      expect([path, uid, gid, mode & 0o7000]).toEqual([path, 0, 0, 0]);
    }
  });
});

test("umoci unpacks an image to the same root", async (context) => {
  needsRoot(context);
  needsPeers(context, "umoci");
  await withFolder(async (folder) => {
    const layers = [await layerOf({ "/": {}, "etc/": {}, "etc/a": "1", "etc/b": "2", "x/": {}, "x/y": "" })];
    layers.push(
      await layerOf({ "etc/": {}, "etc/.wh.a": "", "etc/c -> b": "", "x/": {}, "x/.wh..wh..opq": "" }),
    );
    await saveImage(imageOf(layers), parseLocation(`oci:${folder}/image:1`));
    await mustRun("umoci", ["unpack", "--image", `${folder}/image:1`, `${folder}/bundle`]);
    await runTare(["extract", "oci:image", "--to", "ours"], { folder });
    expect(
      compareRoots(folderRoot(join(folder, "ours")), folderRoot(join(folder, "bundle/rootfs")), {
        names: ["ours", "umoci"],
      }),
    ).toEqual([]);
  });
});

/** Runs the program as nobody, from a copy of the program that nobody can read. */
async function tareAsNobody(folder: string, ...argv: string[]): Promise<string> {
  const copy = join(folder, "program");
  const nodeCopy = join(copy, "node");
  if (!existsSync(nodeCopy)) {
    for (const name of ["src", "package.json"])
      await cp(join(repository, name), join(copy, name), { recursive: true });
    await cp(process.execPath, nodeCopy);
  }
  await chmod(folder, 0o755);
  return mustRun(
    "setpriv",
    ["--reuid=65534", "--regid=65534", "--clear-groups", nodeCopy, join(copy, "src/cli/main.js"), ...argv],
    { cwd: folder, env: { HOME: join(folder, "home"), TARE_STORE: join(folder, "home/store") } },
  );
}

const lossless = ({ nanoseconds: _, xattrs, ...header }: EntryHeader) => ({
  ...header,
  xattrs: [...(xattrs ?? [])].map(([name, value]) => [name, Buffer.from(value).toString("hex")]),
});

/** What each path of an image is, whichever name of a file comes first. */
async function inodesOf(image: Image) {
  const inodes = new Map<string, object>();
  for await (const { content, ...header } of flatten(image.layers)) {
    const { path, type, link = "" } = header;
    const bytes = await collect(content instanceof Uint8Array ? [content] : content, 1 << 22, path);
    const own = { ...lossless(header), content: digestOf(bytes) };
    inodes.set(path, type === "hardlink" ? (inodes.get(link) ?? {}) : own);
  }
  const names = new Map<object, string[]>();
  for (const [path, inode] of inodes) names.set(inode, [...(names.get(inode) ?? []), path]);
  const all = [...names].map(([inode, paths]) => ({ ...inode, path: paths.sort().join(" and ") }));
  return all.sort((a, b) => byText(a.path, b.path));
}

test("nobody keeps everything, what the folder cannot hold in the sidecar", {
  timeout: 60_000,
}, async (context) => {
  needsRoot(context);
  needsPeers(context, "setpriv");
  await withFolder(async (folder) => {
    const layer = await layerOf({
      "locked/": { mode: 0, uid: 5 },
      "locked/file": { content: "s", mode: 0, xattrs: new Map([["user.note", Buffer.from([0, 255])]]) },
    });
    const image = imageOf([...(await oddImage()).layers, layer]);
    await saveImage(image, parseLocation(`oci:${folder}/image`));
    await mkdir(join(folder, "home"));
    await chown(join(folder, "home"), 65534, 65534);
    await tareAsNobody(
      folder,
      "extract",
      `oci:${folder}/image`,
      "--to",
      "home/root",
      "--setuid",
      "--devices",
    );
    const written = join(folder, "home/root");
    const sidecar = await readSidecar([await readFile(`${written}.tare.jsonl`)], "the sidecar");
    const wanted: EntryHeader[] = [];
    for await (const { content: _, ...header } of flatten(image.layers)) wanted.push(header);
    expect([...sidecar.values()].map(lossless)).toEqual(wanted.map(lossless));
    // Each file has its content, belongs to nobody, who may read all of it; only devices are missing.
    for (const { path, type, size, mtime } of wanted) {
      const found = lstatSync(join(written, path), { throwIfNoEntry: false });
      if (type === "character" || type === "block") {
        expect(found).toBeUndefined();
        continue;
      }
      expect([path, found?.uid, found?.gid]).toEqual([path, 65534, 65534]);
      if (type !== "symlink" && type !== "hardlink")
        expect([path, found?.mtimeMs]).toEqual([path, mtime * 1000]);
      if (type === "file")
        expect([path, found?.size, (found?.mode ?? 0) & 0o6400]).toEqual([path, size, 0o400]);
    }
    expect(readFileSync(join(written, "locked/file"), "utf8")).toBe("s");
    // And all of it comes back.
    await tareAsNobody(folder, "import", "--to", "oci:home/again", "home/root", "again");
    expect(await inodesOf((await openImage(parseLocation(`oci:${folder}/home/again`))) as Image)).toEqual(
      await inodesOf(image),
    );
  });
});

test("nobody extracts a whole Alpine, and can list and remove it", { timeout: 60_000 }, async (context) => {
  needsRoot(context);
  needsPeers(context, "setpriv");
  await withFolder(async (folder) => {
    await mkdir(join(folder, "home"));
    await chown(join(folder, "home"), 65534, 65534);
    await cp(alpine, join(folder, "alpine.tar.gz"));
    await tareAsNobody(folder, "extract", `tar:${folder}/alpine.tar.gz`, "--to", "home/root");
    const listed = (await mustRun("tar", ["-tzf", alpine])).trim().split("\n");
    expect([...folderRoot(join(folder, "home/root")).under("")].length).toBe(listed.length - 1);
    await tareAsNobody(
      folder,
      "extract",
      `tar:${folder}/alpine.tar.gz`,
      "etc",
      "--to",
      "home/root",
      "--replace",
    );
    expect(readdirSync(join(folder, "home/root"))).toEqual(["etc"]);
    const made = readdirSync(join(folder, "home")).filter((name) => name !== ".cache");
    expect(made.sort()).toEqual(["root", "root.tare.jsonl"]);
  });
});

test("a sparse file of GNU tar's is extracted with its holes", async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    await mkdir(join(folder, "in"));
    await mustRun("truncate", ["--size=50M", join(folder, "in/sparse")]);
    await mustRun("sh", ["-c", 'printf end >> "$0"', join(folder, "in/sparse")]);
    for (const format of ["gnu", "posix"]) {
      const tarball = join(folder, `${format}.tar`);
      await mustRun("tar", [`--format=${format}`, "-cSf", tarball, "-C", join(folder, "in"), "."]);
      const room = join(folder, format);
      await mkdir(room);
      expect(await differences(room, `tar:${tarball}`, tarball)).toEqual([]);
      expect(statSync(join(room, "ours/sparse")).blocks).toBeLessThan(1000);
    }
  });
});

test("an image that skopeo wrote is read without any of its layers lying anywhere", async (context) => {
  needsPeers(context, "skopeo");
  await withFolder(async (folder) => {
    await saveImage(await oddImage(), parseLocation(`oci:${folder}/image`), { name: "x:1" });
    const copy = ["--insecure-policy", "copy", `oci:${folder}/image`, `docker-archive:${folder}/d.tar:x:1`];
    await mustRun("skopeo", copy);
    const { out } = await runTare(["ls", `docker-archive:${folder}/d.tar`, "--json"], { folder });
    const opened = (await openImage(parseLocation(`oci:${folder}/image`))) as Image;
    const paths: string[] = [];
    for await (const { path } of flatten(opened.layers)) paths.push(path);
    expect(JSON.parse(out).map(({ path }: { path: string }) => path)).toEqual(paths.sort());
  });
});
