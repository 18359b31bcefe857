/** A library that a program of the image asks the dynamic linker for, and that nothing in the image has yet. */
export interface LibraryNeed {
  /** As DT_NEEDED spells it, `libstdc++.so.6`, or a program's interpreter as an absolute path, `/lib64/ld-linux-x86-64.so.2`. */
  readonly library: string;
  /** Names of the packages that need it, and `/path` of the recipe's first file that does; sorted, at least one. */
  readonly neededBy: readonly string[];
  /** One file that needs it, as an absolute path in the image: for sentences. */
  readonly file: string;
}
