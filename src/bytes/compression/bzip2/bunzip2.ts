import type { AnyBytes, Bytes } from "../../bytes.ts";
import { ByteReader } from "../../reader.ts";
import { somethingFollows, unsound } from "../through.ts";
import { Bits, starved } from "./bits.ts";
import { readBlock } from "./block.ts";
import { unpackBlock } from "./unpack.ts";

/** An ordinary block is smaller than this; a sound one is never larger than the second. */
const usual = 1 << 20;
const largest = 8 << 20;

/**
 * `.bz2` of one or several streams to plain bytes, every checksum checked. Our own: those on npm either want the whole
 * file in memory or can be made to run for ever by a crafted run. Holds one block, 4 MB, and its input.
 * @throws BAD_ARCHIVE
 */
export async function* bunzip2(source: AnyBytes, where: string, chunkSize: number): Bytes {
  const reader = new ByteReader(source);
  const bits = new Bits();
  let ended = false;
  const bring = async (size: number) => {
    const parts: Uint8Array[] = [];
    for (let got = 0; !ended && got < size; ) {
      const part = await reader.some();
      ended = part === undefined;
      if (part !== undefined) got += parts.push(part) && part.byteLength;
    }
    bits.append(parts);
  };
  /** What `read` finds, with as much input as it needs. */
  const enough = async <Value>(read: () => Value): Promise<Value> => {
    if (bits.left < usual) await bring(usual);
    while (true) {
      const mark = bits.mark();
      try {
        return read();
      } catch (cause) {
        if (cause !== starved) throw cause;
        bits.reset(mark);
        if (ended) throw unsound("bzip2", where, "it ends too early");
        if (bits.left > largest) throw unsound("bzip2", where, "its data make no sense");
        await bring(bits.left);
      }
    }
  };
  try {
    let sum = 0;
    let links: Uint32Array | undefined;
    while (true) {
      if (links === undefined) {
        const level = await enough(() => readStart(bits));
        if (level === undefined) throw unsound("bzip2", where, somethingFollows);
        links = new Uint32Array(level * 100_000);
        sum = 0;
      }
      const place = links;
      const found = await enough(() => readNext(bits, place));
      if (typeof found === "string") throw unsound("bzip2", where, found);
      if ("end" in found) {
        if (found.end !== sum) throw unsound("bzip2", where, wrongSum);
        bits.align();
        links = undefined;
        if (bits.left === 0) await bring(usual);
        if (bits.left === 0) return;
        continue;
      }
      sum = ((sum << 1) | (sum >>> 31)) ^ found.checksum;
      if (!(yield* unpackBlock(found, chunkSize))) throw unsound("bzip2", where, wrongSum);
    }
  } finally {
    await reader.close();
  }
}

const wrongSum = "its checksum is wrong";

/** `BZh1` to `BZh9`: blocks of so many times 100,000 bytes. */
function readStart(bits: Bits): number | undefined {
  const magic = bits.read(24);
  const level = bits.read(8) - 0x30;
  return magic === 0x42_5a_68 && level >= 1 && level <= 9 ? level : undefined;
}

/** A block, or the end of a stream with the checksum of all its blocks. */
function readNext(bits: Bits, links: Uint32Array): ReturnType<typeof readBlock> | { readonly end: number } {
  const [high, low] = [bits.read(24), bits.read(24)];
  if (high === 0x31_41_59 && low === 0x26_53_59) return readBlock(bits, links);
  if (high === 0x17_72_45 && low === 0x38_50_90) return { end: bits.word() };
  return "a block has no mark";
}
