/** Which packages have a library, as one `Contents` file says. */
export interface ContentsIndex {
  /** By a name or an interpreter's absolute path; sorted, without versions; empty for an unknown one. */
  packagesWith(library: string): readonly string[];
}

/** Opens what `packContents` made, without parsing it. */
export function openContents(packed: Buffer): ContentsIndex {
  return {
    packagesWith(library) {
      const name = library.replace(/^\/usr\//, "/");
      if (/[\s]/.test(name)) return [];
      const key = `\n${name} `;
      const start = packed.indexOf(key);
      if (start < 0) return [];
      const from = start + Buffer.byteLength(key);
      return packed.toString("utf8", from, packed.indexOf("\n", from)).split(" ");
    },
  };
}
