import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { decompress } from "../../../src/bytes/compression/compression.ts";
import { inChunks } from "../../kit/chunks.ts";
import { runCommand } from "../../kit/command.ts";
import { needsPeers } from "../../kit/peers.ts";

const lines = Array.from({ length: 60 }, (_, at) => `line ${at + 1} of a text, again and again\n`).join("");
const plain = Buffer.from(`${lines}${"\0".repeat(300)}`);

/** What bzip2 1.0.8 makes of it, and of nothing. */
const packed = Buffer.from(
  [
    "QlpoOTFBWSZTWfrI3BMAAwxZgMAQQCR/4CelhEAACDAA2swwbUH/qqAAAGVRn/qqgeoA0AE1VI0AAaGmj9q1TOhlQ9UPVDhQxocc",
    "sOfTr27+Nt7CkBWJAVBAIBUEkRnpJbev2S2sYxjGegZyw1jKWDI1ywM2qWAWwCAAQCSyr5UMKHaocKGlDnVDSh9zI0qGNDChvofq",
    "GFDSh5/i7kinChIfWRuCYA==",
  ].join(""),
  "base64",
);
const nothing = Buffer.from("QlpoORdyRThQkAAAAAA=", "base64");

function read(bytes: Uint8Array, size = bytes.length): Promise<Buffer> {
  return collect(decompress(inChunks(bytes, size), "old.tar.bz2"), 1 << 26, "it");
}

test("bzip2 is read, however it is cut", async () => {
  for (const size of [1, 7, 100, packed.length]) expect(await read(packed, size)).toEqual(plain);
});

test("several streams follow one another, empty ones too", async () => {
  const all = Buffer.concat([nothing, packed, nothing, nothing, packed, nothing]);
  expect(await read(all, 33)).toEqual(Buffer.concat([plain, plain]));
  expect(await read(nothing)).toEqual(Buffer.alloc(0));
});

test("a stream that ends anywhere before its end is refused", async () => {
  for (let size = 10; size < packed.length; size += 1)
    await expect(read(packed.subarray(0, size))).rejects.toThrow(
      "old.tar.bz2 is not a sound bzip2 stream: it ends too early.",
    );
});

test("what follows the last stream is refused", async () => {
  for (const rest of ["\0\0\0\0", "BZh", "BZx9aaaa"])
    await expect(read(Buffer.concat([packed, Buffer.from(rest)]))).rejects.toThrow(
      /it ends too early|something follows its end/,
    );
});

test("no flipped bit goes by unseen", async () => {
  for (let bit = 48; bit < packed.length * 8; bit += 1) {
    const bent = Buffer.from(packed);
    bent[bit >> 3] = (bent[bit >> 3] as number) ^ (0x80 >> (bit & 7));
    // Some bits say nothing: those that fill the last byte, and the codes of symbols that do not occur.
    const outcome = await read(bent).catch((error: Error) => error);
    if (outcome instanceof Error) expect(outcome.message).toMatch(/is not a sound bzip2 stream: /);
    else expect(outcome.equals(plain)).toBe(true);
  }
});

test("a run that counts beyond every number ends", async () => {
  await expect(read(endlessRun())).rejects.toThrow("bzip2 stream: its data make no sense");
});

/** One block with 40 times the symbol for a run, which makes other decoders write for ever. */
function endlessRun(): Buffer {
  let bits = "";
  const add = (value: number, count: number) => {
    bits += value.toString(2).padStart(count, "0");
  };
  for (const byte of Buffer.from("BZh9")) add(byte, 8);
  add(0x314159, 24);
  add(0x265359, 24);
  add(0, 32); // checksum
  add(0, 1);
  add(0, 24);
  add(0x8000, 16); // one byte occurs, a zero
  add(0x8000, 16);
  add(2, 3);
  add(1, 15);
  add(0, 1); // the first code
  // Three symbols, each of two bits, twice.
  for (let code = 0; code < 2; code += 1) {
    add(2, 5);
    add(0, 3);
  }
  add(0, 80);
  while (bits.length < 4000) add(0b10, 2);
  return Buffer.from((bits.match(/.{8}/g) as string[]).map((byte) => Number.parseInt(byte, 2)));
}

test("real programs agree: what bzip2 writes is read, blocks of every kind", async (context) => {
  needsPeers(context, "bzip2");
  const noise = randomBytes(1_200_000);
  const mixed = Buffer.concat([noise.subarray(0, 250_000), Buffer.alloc(1_500_000, 7), plain, noise]);
  for (const [level, input] of [
    ["-1", mixed],
    ["-9", mixed],
    ["-9", Buffer.alloc(5_000_000)],
  ] as const) {
    const { stdout } = await runCommand("sh", ["-c", `bzip2 ${level} | base64 -w0`], { input });
    const back = await read(Buffer.from(stdout, "base64"), 65_537);
    expect(back.equals(input)).toBe(true);
  }
});
