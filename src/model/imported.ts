import type { Digest } from "../bytes/digest.ts";
import type { Compression } from "./image.ts";

/** What became of a tarball or folder that was imported. Plain JSON. */
export interface ImportResult {
  /** As docker shows it. */
  readonly name: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** RFC 3339. */
  readonly created: string;
  /** How many entries the tar had. */
  readonly entries: number;
  readonly layer: {
    readonly digest: Digest;
    /** sha256 of the tar. */
    readonly diffId: Digest;
    /** Bytes as stored. */
    readonly size: number;
    /** Bytes of the tar. */
    readonly uncompressedSize: number;
    readonly compression: Compression;
    /** Whether its stored bytes are those of the tarball. */
    readonly asItCame: boolean;
  };
  readonly saved: readonly {
    readonly location: string;
    /** Bytes written. */
    readonly bytes: number;
  }[];
  /** Sentences. */
  readonly warnings: readonly string[];
}
