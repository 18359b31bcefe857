import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { blocks, type Compressor, compressBlocks, compressed } from "../../src/layers/compressor.ts";
import { compressMember, type Part, sealLayer } from "../../src/layers/seal.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { inChunks } from "../kit/chunks.ts";
import { needsPeers } from "../kit/peers.ts";
import { seededBytes } from "../kit/seeded-bytes.ts";
import { tarBlock } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const compressors: Compressor[] = [
  { format: "none", level: 0 },
  { format: "gzip", level: 5 },
  { format: "zstd", level: 3 },
];
const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const segments = [
  tarBlock({ name: "a", content: "first" }),
  tarBlock({ name: "b", content: seededBytes(1, 900_000) }),
  Buffer.alloc(0),
  tarBlock({ name: "c", content: "c".repeat(600_000) }),
];
const whole = Buffer.concat([...segments, Buffer.alloc(1024)]);

describe.each(compressors)("a layer of $format", (compressor) => {
  test("has the digests of its real bytes, whether its parts' plain bytes are at hand or not", () =>
    withFolder(async (folder) => {
      const known: string[] = [];
      for (const [at, plains] of [
        [true, true, true, true],
        [true, false, true, false],
        [false, false, false, false],
      ].entries()) {
        const store = await openStore(join(folder, String(at)));
        const parts = await Promise.all(
          segments.map(async (plain, index): Promise<Part> => {
            const member = await compressMember(plain, compressor, store, 2);
            return plains[index] ? { member, plain } : { member };
          }),
        );
        const layer = await sealLayer(parts, compressor, store);
        const stored = await collect(layer.open(), 1 << 24, "layer");
        expect(layer.digest).toBe(sha256(stored));
        expect(layer.size).toBe(stored.length);
        expect(layer.diffId).toBe(sha256(whole));
        expect(layer.uncompressedSize).toBe(whole.length);
        const plain = await collect(decompress(inChunks(stored, 10_000), "layer"), 1 << 24, "layer");
        expect(plain.equals(whole)).toBe(true);
        known.push(layer.digest);
      }
      expect(new Set(known).size).toBe(1);
    }));

  test("with a part in a file is the same, and is remembered when the file is gone", () =>
    withFolder(async (folder) => {
      const store = await openStore(join(folder, "store"));
      const file = join(folder, "plain");
      const plain = segments[1] as Buffer;
      await writeFile(file, plain);
      const member = await compressMember(plain, compressor, store, 1);
      const layer = await sealLayer([{ member, plain: file }], compressor, store);
      expect(layer.diffId).toBe(sha256(Buffer.concat([plain, Buffer.alloc(1024)])));
      await rm(file);
      const { open: _, ...again } = await sealLayer([{ member, plain: file }], compressor, store);
      expect({ ...again, open: layer.open }).toEqual(layer);
    }));

  test("is refused when a member is lost or damaged", () =>
    withFolder(async (folder) => {
      const store = await openStore(folder);
      const member = await compressMember(segments[1] as Buffer, compressor, store, 1);
      const { file } = (await store.find(member.digest)) ?? { file: "" };
      await truncate(file, 100);
      const sealing = () => sealLayer([{ member }], compressor, store);
      await expect(sealing()).rejects.toThrow(`The store has lost or damaged ${member.digest}`);
      await rm(file);
      await expect(sealing()).rejects.toThrow(`The store has lost or damaged ${member.digest}`);
    }));

  test("comes out the same, however many are compressed at once and however they are cut", async () => {
    const bytes = seededBytes(7, 300_000);
    const pack = async (chunk: number, inFlight: number) =>
      collect(compressBlocks(blocks(inChunks(bytes, chunk), 50_000), compressor, inFlight), 1 << 24, "x");
    const first = await pack(300_000, 1);
    for (const [chunk, inFlight] of [
      [1, 1],
      [777, 2],
      [50_000, 3],
      [300_000, 100],
    ] as const)
      expect((await pack(chunk, inFlight)).equals(first)).toBe(true);
    const plain = await collect(decompress([first], "x"), 1 << 24, "x");
    expect(plain.equals(bytes)).toBe(true);
  });

  test("a failure of the source is thrown, after what it waits for", async () => {
    const failing = async function* () {
      yield seededBytes(1, 200_000);
      throw new Error("the disk is gone");
    };
    const reading = collect(compressBlocks(failing(), compressor, 4), 1 << 24, "x");
    await expect(reading).rejects.toThrow(/^the disk is gone$/);
  });
});

test("nothing compresses to nothing", async () => {
  for (const compressor of compressors)
    expect((await collect(compressed([], compressor, 2), 9, "x")).length).toBe(0);
});

test.each([1, 9])("gzip of level %i names no host, no time, and Node reads it in one call", async (level) => {
  const packed = await collect(compressed([Buffer.from("text")], { format: "gzip", level }, 1), 999, "x");
  expect([...packed.subarray(0, 8)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
  expect(packed[9]).toBe(3);
  expect(gunzipSync(packed).toString()).toBe("text");
});

test("blocks are exactly as long as they should be, the last one shorter", async () => {
  for (const chunk of [1, 10, 64, 1000]) {
    const sizes: number[] = [];
    const parts: Buffer[] = [];
    const bytes = seededBytes(3, 1000);
    for await (const block of blocks(inChunks(bytes, chunk), 64)) {
      sizes.push(block.length);
      parts.push(Buffer.from(block));
    }
    expect(sizes).toEqual([...Array(15).fill(64), 40]);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  }
});

for (const [program, format] of [
  ["gzip", "gzip"],
  ["pigz", "gzip"],
  ["zstd", "zstd"],
] as const)
  test(`${program} reads a layer of many members, and GNU tar lists it`, (context) => {
    needsPeers(context, program, "tar");
    return withFolder(async (folder) => {
      const store = await openStore(folder);
      const compressor = { format, level: 3 };
      const parts = await Promise.all(
        segments.map(async (plain) => ({ member: await compressMember(plain, compressor, store, 1) })),
      );
      const layer = await sealLayer(parts, compressor, store);
      const stored = await collect(layer.open(), 1 << 24, "layer");
      const plain = execFileSync(program, ["-dc"], { input: stored, maxBuffer: 1 << 24 });
      expect(plain.equals(whole)).toBe(true);
      expect(execFileSync("tar", ["-t"], { input: plain, encoding: "utf8" })).toBe("a\nb\nc\n");
    });
  });
