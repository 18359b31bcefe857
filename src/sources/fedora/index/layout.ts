/**
 * How the packed form lies in memory: 32-bit words in the machine's own byte order (a cache of this machine, told apart
 * by its first word), then bytes.
 *
 *   header   8 words, see `Header`
 *   places   records words: which block a record is in, times `blockSlots`, and which of the block's records it is
 *   blocks   blocks + 1 words: where each block begins in the body
 *   hashes   keys words: hashes of names, ascending
 *   owners   keys words: the record that offers the name of that hash
 *   body     blocks, each one zstd frame: records, each a JSON array on a line of its own; the last block is what is
 *            known of all records together
 */
export const magic = 0x7a9e_1d60;
/** Counts up with every change to this layout: an older cache is then rebuilt, not misread. */
export const layoutVersion = 2;
export const headerWords = 8;
/** Records of one block at most. */
export const blockSlots = 256;

export const Header = { magic: 0, version: 1, length: 2, records: 3, blocks: 4, keys: 5 } as const;

/** FNV-1a over the code units of a name. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Under which those that obsolete a name are found: no name has a blank in it. */
export function obsoletesKey(name: string): string {
  return `obsoletes ${name}`;
}
