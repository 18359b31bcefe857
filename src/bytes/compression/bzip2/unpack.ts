import type { Block } from "./block.ts";

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/**
 * A block's bytes, in pieces of at most `pieceSize`; four equal ones are followed by how many more there are. Returns
 * whether their checksum is the block's.
 */
export function* unpackBlock(block: Block, pieceSize: number): Generator<Uint8Array, boolean> {
  const { links, size, origin, checksum } = block;
  let piece = new Uint8Array(pieceSize);
  let filled = 0;
  let crc = -1;
  let equal = 0;
  let previous = -1;
  let at = (links[origin] as number) >>> 8;
  for (let left = size; left > 0; left -= 1) {
    const found = links[at] as number;
    at = found >>> 8;
    const byte = found & 0xff;
    let copies = 1;
    if (equal === 4) {
      copies = byte;
      equal = 0;
    } else {
      equal = byte === previous ? equal + 1 : 1;
      previous = byte;
    }
    for (; copies > 0; copies -= 1) {
      crc = (crc << 8) ^ (table[(crc >>> 24) ^ previous] as number);
      piece[filled] = previous;
      filled += 1;
      if (filled === pieceSize) {
        yield piece;
        piece = new Uint8Array(pieceSize);
        filled = 0;
      }
    }
    if (equal === 0) previous = -1;
  }
  if (filled > 0) yield piece.subarray(0, filled);
  return ~crc === checksum;
}
