import type { Digest } from "../bytes/digest.ts";
import type { Compression } from "./image.ts";

/** One platform's image, made from a Dockerfile. */
export interface StagedImage {
  /** `linux/amd64` */
  readonly platform: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** Of the image configuration: docker's image ID. */
  readonly configuration: Digest;
  readonly layers: readonly {
    readonly digest: Digest;
    readonly diffId: Digest;
    /** Bytes as stored. */
    readonly size: number;
    readonly compression: Compression;
    /** The instruction that made it, or the base that it comes from. */
    readonly holds: string;
  }[];
}

/** A plain value (it survives JSON) that says what a build of a Dockerfile made. */
export interface DockerfileResult {
  readonly name: string;
  /** Of the image index; absent when there is one image only. */
  readonly index?: Digest;
  readonly images: readonly StagedImage[];
  /** Locations as they were asked for, each with what it wrote there. */
  readonly written: readonly { readonly location: string; readonly size: number }[];
  /** Whole sentences about what the user should know. */
  readonly warnings: readonly string[];
  /** How long each stage took, in order, in milliseconds. */
  readonly timing: readonly { readonly stage: string; readonly milliseconds: number }[];
}
