import { seededBytes } from "./seeded-bytes.ts";

/** A file that somebody changed on its way. */
export interface Mutation {
  readonly bytes: Buffer;
  /** Where the first difference is: of a file that was cut, its length. */
  readonly at: number;
  /** For sentences: `bit 3 of byte 1200`, `cut to 77 bytes`. */
  readonly what: string;
}

/**
 * Copies of a file with one bit flipped, or its end cut off (every eighth). Half of the places lie in the first
 * `start` bytes, where headers and signatures are. The same on every machine.
 */
export function* mutationsOf(
  original: Uint8Array,
  count: number,
  start = original.length,
): Generator<Mutation> {
  const noise = seededBytes(original.length, count * 6);
  for (let turn = 0; turn < count; turn += 1) {
    const within = turn % 2 === 0 ? Math.min(start, original.length) : original.length;
    const at = noise.readUInt32LE(turn * 6) % within;
    const bytes = Buffer.from(original);
    if (turn % 8 === 7) yield { bytes: bytes.subarray(0, at), at, what: `cut to ${at} bytes` };
    else {
      const bit = (noise[turn * 6 + 4] as number) % 8;
      bytes[at] = (bytes[at] as number) ^ (1 << bit);
      yield { bytes, at, what: `bit ${bit} of byte ${at}` };
    }
  }
}
