import type { Digest } from "../bytes/digest.ts";
import type { Content } from "./content.ts";
import type { Platform } from "./platform.ts";

/** How a layer's tar is stored. */
export type Compression = "none" | "gzip" | "zstd";

/** One tarball of an image. Immutable; the content is what `digest` names, compressed as `compression` says. */
export interface Layer extends Content {
  readonly compression: Compression;
  /** sha256 of the uncompressed tar. */
  readonly diffId: Digest;
  /** Bytes of the uncompressed tar; undefined when nobody has counted them yet, as in an image that was opened. */
  readonly uncompressedSize: number | undefined;
}

/** A history line of the image configuration (image-spec, config.md, `history`). */
export interface History {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** The runtime part of an image configuration, as the wire spells it (image-spec, config.md, `config`). */
export interface RuntimeConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  /** Docker's extension: instructions for whoever builds an image upon this one. */
  readonly OnBuild?: readonly string[];
  /** Docker's extension: what runs the shell form of commands. */
  readonly Shell?: readonly string[];
  /** Docker's extension: durations in nanoseconds. */
  readonly Healthcheck?: {
    readonly Test: readonly string[];
    readonly Interval?: number;
    readonly Timeout?: number;
    readonly StartPeriod?: number;
    readonly StartInterval?: number;
    readonly Retries?: number;
  };
}

/** The image configuration (image-spec, config.md). */
export interface ImageConfig {
  /** RFC 3339. */
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config?: RuntimeConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly History[];
}

/** A pointer to content (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of an index entry that is no image: what it is instead. */
  readonly artifactType?: string;
}

/**
 * Config and layers under one manifest. Immutable: every verb makes a new one.
 * `manifest` and `configuration` are the exact bytes whose digests others know; never serialise them again.
 */
export interface Image {
  readonly mediaType: string;
  readonly manifest: Content;
  readonly configuration: Content;
  /** `configuration`, parsed. */
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
  readonly platform: Platform;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One image per platform under one index. */
export interface ImageIndex {
  readonly mediaType: string;
  readonly index: Content;
  readonly images: readonly Image[];
  /** What the index points to beside images (attestations): carried along, so that a copy is whole. */
  readonly attachments?: readonly Content[];
}
