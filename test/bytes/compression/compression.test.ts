import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnyBytes, collect } from "../../../src/bytes/bytes.ts";
import { compressionOf, decompress } from "../../../src/bytes/compression/compression.ts";
import { nativeXz, wasmXz, type XzDecoder } from "../../../src/bytes/compression/xz.ts";
import { inChunks, observed } from "../../kit/chunks.ts";
import { runCommand } from "../../kit/command.ts";
import { needsPeers } from "../../kit/peers.ts";

const { xzSync } = await import("node-liblzma").catch(() => ({ xzSync: undefined }));
const native = await nativeXz();

type Compress = (plain: Uint8Array) => Uint8Array;
type Open = (source: AnyBytes) => AsyncIterable<Uint8Array>;
const xzWith =
  (decoder: XzDecoder): Open =>
  (source) =>
    decoder(source, "a.deb", 256 * 1024);

const decoders: [string, Compress, Open][] = [
  ["gzip", gzipSync, (source) => decompress(source, "a.deb")],
  ["zstd", zstdCompressSync, (source) => decompress(source, "a.deb")],
  [
    "zstd with checksums",
    (plain) => zstdCompressSync(plain, { params: { 201: 1 } }),
    (source) => decompress(source, "a.deb"),
  ],
];
if (xzSync !== undefined && native !== undefined) {
  const xz: Compress = (plain) => xzSync(Buffer.from(plain));
  decoders.push(["native xz", xz, xzWith(native)], ["wasm xz", xz, xzWith(wasmXz)]);
  decoders.push(["xz, as it is told", xz, (source) => decompress(source, "a.deb")]);
}

const read = async (source: AsyncIterable<Uint8Array>) =>
  (await collect(source, 1 << 24, "test")).toString("latin1");

/** Not so regular that a few bytes say it all. */
const text = Buffer.from(Array.from({ length: 60_000 }, (_, at) => (at * at * 7) % 251));

describe.each(decoders)("%s", (_, compress, open) => {
  test("several streams, one after another, are one text, however they are cut", async () => {
    const parts = [text, Buffer.alloc(0), Buffer.alloc(400_000, "b"), Buffer.from("end")];
    const bytes = Buffer.concat(parts.map(compress));
    const whole = Buffer.concat(parts).toString("latin1");
    for (const size of [1, 7, 4096, bytes.length])
      expect((await read(open(inChunks(bytes, size)))) === whole).toBe(true);
  });

  test("what any lengths and any cuts give is what went in", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 70_000 }),
        async (lengths, size) => {
          const plain = lengths.map((length, at) => Buffer.alloc(length, `${at} and ${length} `));
          const bytes = Buffer.concat(plain.map(compress));
          expect((await read(open(inChunks(bytes, size)))) === Buffer.concat(plain).toString()).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a stream that stops early is refused, wherever it stops", async () => {
    const bytes = compress(text);
    for (const missing of [1, 3, 8, 12, 100, Math.floor(bytes.length / 2), bytes.length - 7])
      for (const size of [7, bytes.length]) {
        const short = bytes.subarray(0, bytes.length - missing);
        await expect(read(open(inChunks(short, size)))).rejects.toThrow("a.deb is not a sound ");
      }
  });

  test("a second stream that stops early is refused", async () => {
    const bytes = Buffer.concat([compress(text), compress(text)]);
    const short = bytes.subarray(0, bytes.length - 5);
    for (const size of [1, 4096, short.length])
      await expect(read(open(inChunks(short, size)))).rejects.toThrow("a.deb is not a sound ");
  });

  test("garbage behind the end is refused, however it is cut", async () => {
    const bytes = Buffer.concat([compress(text), Buffer.alloc(100_000, "garbage")]);
    for (const size of [61, 4096, bytes.length])
      await expect(read(open(inChunks(bytes, size)))).rejects.toThrow("a.deb is not a sound ");
  });

  test("a changed byte is noticed", async () => {
    const bytes = Buffer.from(compress(text));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] as number) ^ 0x55;
    const outcome = await read(open(inChunks(bytes, 4096))).catch((cause: Error) => cause.message);
    expect(outcome === text.toString("latin1")).toBe(false);
  });

  test("an error of the source stays what it is", async () => {
    const bytes = compress(text);
    const broken = async function* () {
      yield bytes.subarray(0, 40);
      throw new Error("the cable was pulled");
    };
    await expect(read(open(broken()))).rejects.toThrow(/^the cable was pulled$/);
  });

  test("who stops early lets go of the source", async () => {
    const { stream, seen } = observed(compress(Buffer.concat(Array(40).fill(text))), 500);
    for await (const _ of open(stream)) break;
    await new Promise((wake) => setTimeout(wake, 50));
    expect(seen.closed).toBe(true);
  });
});

test.each([0, 4, 512])("%i zeros behind a gzip member are refused, however they are cut", async (zeros) => {
  const bytes = Buffer.concat([gzipSync("a"), Buffer.alloc(zeros)]);
  for (const size of [1, 30, bytes.length]) {
    const outcome = read(decompress(inChunks(bytes, size), "layer"));
    if (zeros === 0) expect(await outcome).toBe("a");
    else
      await expect(outcome).rejects.toThrow("layer is not a sound gzip stream: something follows its end.");
  }
});

test("frames of zstd that are to be skipped are skipped, first, between and last", async () => {
  const skip = Buffer.concat([Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from("notes")]);
  const bytes = Buffer.concat([skip, zstdCompressSync("one "), skip, skip, zstdCompressSync("two"), skip]);
  for (const size of [1, 7, bytes.length])
    expect(await read(decompress(inChunks(bytes, size), "layer"))).toBe("one two");
});

test.each<[string, string, Uint8Array]>([
  ["none", "nothing at all", Buffer.alloc(0)],
  ["none", "a tar", Buffer.from("etc/\0\0\0")],
  ["none", "a text that begins with BZh", Buffer.from("BZhang\n")],
  ["gzip", "two bytes of gzip", Buffer.from([0x1f, 0x8b])],
  ["zstd", "a frame", zstdCompressSync("x")],
  ["bzip2", "bzip2", Buffer.from("BZh91AY&SY")],
])("%s is told from %s", (format, _, start) => {
  expect(compressionOf(start)).toBe(format);
});

test("bytes that are not compressed pass through, the shortest too", async () => {
  for (const plain of ["", "a", "12345", "longer than any magic"])
    expect(await read(decompress(inChunks(Buffer.from(plain), 1), "x"))).toBe(plain);
});

test("real programs agree: what pigz, zstd -T2 --long and xz -T2 write in blocks is read", async (context) => {
  needsPeers(context, "pigz", "zstd", "xz");
  const input = Buffer.concat(Array.from({ length: 30 }, () => text));
  for (const line of ["pigz -b 128 -c", "zstd -T2 --long=25 -B1MiB -c", "xz -T2 --block-size=300000 -c"]) {
    const packed = await runCommand("sh", ["-c", `${line} | base64 -w0`], { input });
    expect(packed.stderr).toBe("");
    const bytes = Buffer.from(packed.stdout, "base64");
    expect((await read(decompress(inChunks(bytes, 10_007), line))) === input.toString("latin1")).toBe(true);
  }
});

/** What `xz -9` makes of "hello from xz". */
const hello = Buffer.from(
  "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQANaGVsbG8gZnJvbSB4egoAAABb+Ybd5id65gABJg4IG+AEH7bzfQEAAAAABFla",
  "base64",
);

test("without the native module, WebAssembly reads xz", async () => {
  expect(await read(wasmXz(inChunks(hello, 5), "a.deb", 0))).toBe("hello from xz\n");
});

test("the native module reads xz", async (context) => {
  if (native === undefined) return context.skip("node-liblzma has no binary for this platform");
  expect(await read(native(inChunks(hello, 5), "a.deb", 1 << 16))).toBe("hello from xz\n");
});
