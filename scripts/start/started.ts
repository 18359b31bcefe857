import type { ShippedImage } from "./shipped-image.ts";

/** A folder of this machine for the program to use. */
export interface Volume {
  readonly from: string;
  readonly to: string;
}

/** What a runtime gets: the image in every form, and an empty folder for its own. */
export interface ToStart extends ShippedImage {
  /** The root file system, unpacked, for this one start; it may be written to. */
  readonly root: string;
  readonly scratch: string;
  readonly port: number;
  readonly volumes?: readonly Volume[];
}

export interface Started {
  /** The port of 127.0.0.1 that the runtime itself leads to the program's. */
  readonly published?: number;
  /** Without that: a process in the container's own network; undefined while there is none. */
  inside(): number | undefined;
  alive(): boolean;
  output(): string;
  stop(): Promise<void>;
}
