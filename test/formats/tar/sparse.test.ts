import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { readTar } from "../../../src/formats/tar/decode.ts";
import { inChunks } from "../../kit/chunks.ts";
import { mustRun } from "../../kit/command.ts";
import { needsPeers } from "../../kit/peers.ts";
import { paxBlock, tarBlock, tarOfBlocks } from "../../kit/tar-blocks.ts";
import { withFolder } from "../../kit/temporary.ts";

/** Contents by path, with a star for those that were sparse. */
async function contentsOf(tar: Uint8Array, size = tar.length): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  const sparse = new Set<string>();
  for await (const { path, content } of readTar(inChunks(tar, size), "x.tar", {
    onSparse: (path) => sparse.add(path),
  })) {
    const source = content instanceof Uint8Array ? [content] : content;
    const bytes = await collect(source, 1 << 26, path);
    found[sparse.has(path) ? `${path}*` : path] = bytes;
  }
  return found;
}

/** A file of 30 parts of 4 kB with holes between, that ends in a hole. */
async function writeSparse(path: string): Promise<Buffer> {
  const handle = await open(path, "w");
  for (let at = 0; at < 30; at += 1)
    await handle.write(Buffer.alloc(4096, 65 + at), 0, 4096, at * 65_536 + (at > 0 ? 4096 : 0));
  await handle.truncate(2_500_001);
  await handle.close();
  return readFile(path);
}

test.for<[string, readonly string[]]>([
  ["GNU's own", ["--format=gnu"]],
  ["pax 0.0", ["--format=pax", "--sparse-version=0.0"]],
  ["pax 0.1", ["--format=pax", "--sparse-version=0.1"]],
  ["pax 1.0", ["--format=pax", "--sparse-version=1.0"]],
])("sparse files are whole again: %s format", async ([, format], context) => {
  needsPeers(context, "tar");
  await withFolder(async (folder) => {
    const long = `${"long".repeat(40)}.img`;
    const holes = await writeSparse(join(folder, "disk.img"));
    await writeFile(join(folder, "plain"), "between");
    await mustRun("cp", ["--sparse=always", "disk.img", long], { cwd: folder });
    await mustRun("truncate", ["--size=1000000", "empty.img"], { cwd: folder });
    const names = ["disk.img", "plain", long, "empty.img", "plain"];
    await mustRun("tar", ["-cSf", "x.tar", ...format, "--hard-dereference", ...names], { cwd: folder });
    const tar = await readFile(join(folder, "x.tar"));
    expect(tar.length).toBeLessThan(400_000);
    for (const size of [tar.length, 1000]) {
      const found = await contentsOf(tar, size);
      expect(Object.keys(found)).toEqual(["disk.img*", "plain", `${long}*`, "empty.img*"]);
      expect(found["disk.img*"]?.equals(holes)).toBe(true);
      expect(found[`${long}*`]?.equals(holes)).toBe(true);
      expect(found["empty.img*"]?.equals(Buffer.alloc(1_000_000))).toBe(true);
      expect(found.plain?.toString()).toBe("between");
    }
  });
});

test("without anybody who asks for them, sparse files are refused", async (context) => {
  needsPeers(context, "tar");
  await withFolder(async (folder) => {
    await writeSparse(join(folder, "disk.img"));
    await mustRun("tar", ["-cSf", "x.tar", "--format=gnu", "disk.img"], { cwd: folder });
    const tar = await readFile(join(folder, "x.tar"));
    await expect(Array.fromAsync(readTar([tar], "x.tar"))).rejects.toThrow("disk.img is a sparse file");
  });
});

const file = (records: Record<string, string>, content = "") =>
  tarOfBlocks([paxBlock(records), { name: "x", content }]);
const one = { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" };

test.each<[string, Buffer, string]>([
  ["parts that overlap", file({ "GNU.sparse.size": "9", "GNU.sparse.map": "0,2,1,1" }, "abc"), "no sense"],
  ["parts beyond the end", file({ "GNU.sparse.size": "9", "GNU.sparse.map": "8,2" }, "ab"), "no sense"],
  ["half a pair", file({ "GNU.sparse.size": "9", "GNU.sparse.map": "0,1,2" }, "a"), "no sense"],
  ["no number", file({ "GNU.sparse.size": "9", "GNU.sparse.map": "0,-1" }, ""), "no sense"],
  ["no size", file({ "GNU.sparse.map": "0,1" }, "a"), "no sense"],
  ["more data than parts", file({ "GNU.sparse.size": "9", "GNU.sparse.map": "0,1" }, "ab"), "no sense"],
  ["a map that does not end", file(one, `5\n${"0".repeat(510)}`), "no sense"],
  ["a map without an end of line", file(one, "1".repeat(2048)), "no sense"],
  ["a map of millions", file(one, "9999999\n".padEnd(512, "0\n")), "no sense"],
  ["no map at all", file(one), "no sense"],
  ["a version of the future", file({ ...one, "GNU.sparse.major": "2" }), "of an unknown version"],
  [
    "holes without end",
    file({ "GNU.sparse.size": "999999999999999", "GNU.sparse.map": "0,1" }, "a"),
    "its sparse files have holes of 999999999999998 bytes",
  ],
  ["a folder", tarOfBlocks([paxBlock({ "GNU.sparse.size": "1" }), { name: "x/" }]), "x is a sparse file"],
  ["GNU's with too little", tarOfBlocks([tarBlock({ name: "x", type: "S", content: "abc" })]), "no sense"],
])("%s: refused", async (_, tar, why) => {
  await expect(contentsOf(tar)).rejects.toThrow(why);
});
