import type { Digest } from "../bytes/digest.ts";

/** One thing that a source provides, exactly: what the lock records. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** The source's own word: `amd64`, `all`, `x86_64`, `noarch`. */
  readonly architecture: string;
  /** Of the package file as it is shipped. */
  readonly digest: Digest;
  /** Bytes of the package file. */
  readonly size: number;
  /** Where its bytes are, relative to its repository's root: `pool/main/g/glibc/libc6_2.36-9_amd64.deb`. */
  readonly location: string;
  /** Which locked repository it comes from (`LockedRepository.id`). */
  readonly repository: string;
  /** The source package: binaries of one source change together and share a layer. */
  readonly source: string;
  /** Names of the selected packages that need it; empty when the recipe asked for it by name. */
  readonly because: readonly string[];
  /**
   * Where nothing needs it but it installs itself beside others (`install_if` of apk): the whole condition, in the
   * package's own words: `docs`, `nginx=1.24.0-r1`. Those that meet it are in `because`.
   */
  readonly installIf?: readonly string[];
  /**
   * Where its files lie, for a source that leaves that to whoever installs: `node_modules/debug/node_modules/ms`,
   * relative to the application.
   */
  readonly path?: string;
  /** What its registry says of its bytes (Subresource Integrity): `sha512-…`. */
  readonly integrity?: string;
}

/** A repository as it was when the lock was made: the middle of the chain of trust. */
export interface LockedRepository {
  /** Unique in the lock, without a host name: `debian/bookworm`, `npm`, `npm/@scope`. */
  readonly id: string;
  /** sha256 of the signed index's exact bytes (InRelease, repomd.xml, APKINDEX); a registry that signs each package has none. */
  readonly index?: Digest;
  /** RFC 3339: when the publisher says that the index was made. */
  readonly date?: string;
  /**
   * Upper-case fingerprints of the primary keys whose signatures were verified. Empty with `allow-unsigned`, for a
   * registry that serves no signatures, and where each package is signed by itself and none was taken.
   */
  readonly keys: readonly string[];
  /** What those keys signed, where it is not the index: each package by itself. */
  readonly signed?: "packages";
}
