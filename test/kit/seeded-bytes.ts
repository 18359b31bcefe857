/** Bytes that follow from a seed and look like noise; the same on every machine. */
export function seededBytes(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = (seed + 1) >>> 0;
  for (let at = 0; at < size; at += 1) {
    // Marsaglia's xorshift, 2003.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return bytes;
}
