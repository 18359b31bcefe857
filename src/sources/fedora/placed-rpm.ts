import type { UnpackedRpm } from "./unpacked.ts";

/** A package in a root. */
export interface PlacedRpm extends UnpackedRpm {
  /** As `PlacedEntry.owner` names it. */
  readonly id: string;
}
