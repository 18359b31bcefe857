import { randomBytes } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { decompress } from "../../../src/bytes/compression/compression.ts";
import { framewise } from "../../../src/bytes/compression/zstd-frames.ts";
import { TareError } from "../../../src/errors.ts";

const unpacked = (chunks: readonly Uint8Array[]) =>
  collect(decompress(chunks, "a layer"), 1 << 28, "a layer");
const skippable = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from("notes")]);

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const end = at + (sizes[turn % sizes.length] as number);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

test("small frames that arrive in one chunk are all read", async () => {
  const texts = ["one", "", "two", "x".repeat(300_000), "three"];
  const frames = texts.map((text) => zstdCompressSync(Buffer.from(text)));
  expect((await unpacked([Buffer.concat(frames)])).toString()).toBe(texts.join(""));
});

test("frames that only a reader of their format knows are passed over", async () => {
  const frames = [
    skippable,
    zstdCompressSync(Buffer.from("a")),
    skippable,
    zstdCompressSync(Buffer.from("b")),
  ];
  expect((await unpacked([Buffer.concat(frames.slice(1))])).toString()).toBe("ab");
});

test("however frames are made and cut, nothing is lost", async () => {
  const frame = fc
    .tuple(fc.nat(70_000), fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 9 }))
    .map(([size, random, summed, level]) => {
      const plain = random ? randomBytes(size) : Buffer.alloc(size, "tare ");
      // ZSTD_c_compressionLevel and ZSTD_c_checksumFlag.
      return { plain, packed: zstdCompressSync(plain, { params: { 100: level, 201: summed ? 1 : 0 } }) };
    });
  const sizes = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 8 }), sizes, async (frames, cuts) => {
      const packed = Buffer.concat(frames.map((one) => one.packed));
      const chunks = cut(packed, cuts);
      expect((await collect(framewise(chunks), 1 << 28, "")).equals(packed)).toBe(true);
      const plain = Buffer.concat(frames.map((one) => one.plain));
      expect((await unpacked(chunks)).equals(plain)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("what follows the frames and is none is no sound stream", async () => {
  const packed = Buffer.concat([zstdCompressSync(Buffer.from("a")), Buffer.from("rubbish")]);
  await expect(unpacked([packed])).rejects.toThrow(TareError);
});

test("a last frame that is cut short is no sound stream", async () => {
  const frames = [zstdCompressSync(Buffer.from("a")), zstdCompressSync(randomBytes(5000)).subarray(0, 3000)];
  await expect(unpacked([Buffer.concat(frames)])).rejects.toThrow(TareError);
});
