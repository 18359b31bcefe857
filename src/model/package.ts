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
}

/** A repository as it was when the lock was made: the middle of the chain of trust. */
export interface LockedRepository {
  /** Unique in the lock, without a host name: `debian/bookworm`. */
  readonly id: string;
  /** sha256 of the signed index's exact bytes (InRelease, repomd.xml, APKINDEX). */
  readonly index: Digest;
  /** RFC 3339: when the publisher says that the index was made. */
  readonly date: string;
  /** Upper-case fingerprints of the primary keys whose signatures were verified; empty only with `allow-unsigned`. */
  readonly keys: readonly string[];
}
