/** Debian Policy 2.5, most important first: a lower number matters more. `extra` also stands for none and unknown. */
export const priorities = ["required", "important", "standard", "optional", "extra"] as const;
export type Priority = (typeof priorities)[number];

/** Debian's multiarch specification: may architectures stand side by side, and whom does a package serve? */
export const multiArchKinds = ["no", "same", "foreign", "allowed"] as const;
export type MultiArch = (typeof multiArchKinds)[number];

/**
 * One stanza of a `Packages` file, decoded. Relation fields are the archive's own text, empty when absent:
 * `parseRelations` reads them. Nothing here was checked beyond its shape: see `checkedRecord`.
 */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly multiArch: MultiArch;
  readonly essential: boolean;
  /** `Protected: yes`, or the older `Important: yes`: nearly essential. */
  readonly protected: boolean;
  readonly priority: Priority;
  readonly section: string;
  /** Name of the source package; its own name unless the stanza says otherwise. */
  readonly source: string;
  /** Version of the source package; its own version unless the stanza says otherwise. */
  readonly sourceVersion: string;
  readonly depends: string;
  readonly preDepends: string;
  readonly recommends: string;
  readonly provides: string;
  readonly conflicts: string;
  readonly breaks: string;
  readonly replaces: string;
  /** Bytes of the .deb. */
  readonly size: number;
  /** KiB on disk as the packager's tool estimated them; undefined when the stanza does not say. */
  readonly installedSize: number | undefined;
  /** Lower-case hex, or undefined when the stanza names only weaker digests. */
  readonly sha256: string | undefined;
  /** As it stands in the index, relative to the repository's root. */
  readonly filename: string;
}

/**
 * What a `Packages` file says, looked up without parsing it again. A record is known by its number, 0 to `size` - 1,
 * in the file's order; it is decoded when asked for, once.
 */
export interface PackageIndex {
  /** How many stanzas there are. */
  readonly size: number;
  record(number: number): PackageRecord;
  /** Records of that very name, in the file's order: several versions, or architectures. */
  named(name: string): readonly number[];
  /** Records whose `Provides` names it, in the file's order; the versions there are the reader's business. */
  providersOf(name: string): readonly number[];
  /**
   * Where a name stands in the order of first mention, be it as a package or in a relation; undefined when it is not
   * mentioned.
   */
  mention(name: string): number | undefined;
  /** Records with `Essential: yes`. */
  essential(): readonly number[];
  /** Records of that priority. */
  prioritised(priority: Priority): readonly number[];
}
