/** What is remembered of an npm tarball: plain JSON. */
export interface UnpackedNpm {
  /** The package itself first (`at` is empty), then those that it brings along in `node_modules` of its own. */
  readonly packages: readonly InnerPackage[];
}

/** A package of a tarball. */
export interface InnerPackage {
  /** Where it lies in the tarball: empty, or `node_modules/ms`. */
  readonly at: string;
  readonly name: string;
  readonly version: string;
  /** Commands and the files that they run, relative to the package. */
  readonly bin: readonly (readonly [command: string, file: string])[];
  /** What npm would run on installing it, in this order; npm's own `node-gyp rebuild` too. */
  readonly scripts: readonly (readonly [script: string, line: string])[];
  /** Names of optional dependencies. */
  readonly optional: readonly string[];
  /** Whether it is made for some systems only: a package of binaries. */
  readonly forOnePlatform: boolean;
}

/** What the unpacker remembered of a package. */
export function recallNpm(about: unknown): UnpackedNpm {
  return about as UnpackedNpm;
}
