import type { Package } from "../../model/package.ts";
import type { UnpackedApk } from "./unpacked.ts";

/** A package in a root. */
export interface PlacedApk extends UnpackedApk {
  /** By which the root knows its files. */
  readonly id: string;
  readonly wanted: Package;
}
