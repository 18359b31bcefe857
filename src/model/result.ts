import type { Digest } from "../bytes/digest.ts";
import type { Compression } from "./image.ts";
import type { ScriptCoverage } from "./rootfs.ts";

/** One layer of a built image, and what is in it. */
export interface BuiltLayer {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Bytes as stored. */
  readonly size: number;
  /** Bytes of the tar. */
  readonly uncompressedSize: number;
  readonly compression: Compression;
  /** What it holds, in a few words each: package names, `directories`, `files of the recipe`. */
  readonly holds: readonly string[];
}

/** One package as it lies in the image. */
export interface BuiltPackage {
  readonly name: string;
  readonly version: string;
  /** Bytes of its files in the image, uncompressed, after excludes. */
  readonly size: number;
}

export interface LeftOut {
  readonly entries: number;
  /** Bytes of content. */
  readonly size: number;
}

/** One platform's image. */
export interface BuiltImage {
  /** `linux/amd64` */
  readonly platform: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** Of the image configuration: docker's image ID. */
  readonly configuration: Digest;
  readonly layers: readonly BuiltLayer[];
  readonly packages: readonly BuiltPackage[];
  /** What packages brought and the image does not have: by the excludes, and as what no program reads. */
  readonly leftOut: LeftOut;
  /** What became of the packages' own scripts. */
  readonly coverage: readonly ScriptCoverage[];
}

/** A plain value (it survives JSON) that says what a build made. */
export interface BuildResult {
  readonly name: string;
  /** Of the image index; absent when there is one image only. */
  readonly index?: Digest;
  readonly images: readonly BuiltImage[];
  /** Locations as they were asked for, each with what it wrote there. */
  readonly written: readonly { readonly location: string; readonly size: number }[];
  /** Whole sentences about what the user should know: unsigned repositories, a lock that was refreshed. */
  readonly warnings: readonly string[];
  /** How long each stage took, in order, in milliseconds. */
  readonly timing: readonly { readonly stage: string; readonly milliseconds: number }[];
}
