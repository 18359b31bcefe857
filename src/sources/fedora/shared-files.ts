import type { RpmFile } from "../../formats/rpm/files.ts";
import type { Verdict } from "../../model/source.ts";
import { mergedPath } from "./merged-usr.ts";
import type { UnpackedRpm } from "./unpacked.ts";

/** Colour of a 64-bit ELF file: of two colours it is the one that wins a path (rpm's `_prefer_color`). */
const preferred = 2;

/** Whether two files are one to rpm (rpm, lib/rpmfi.c, `rpmfilesCompare`): what they are, whose, and their content. */
export function isShared(one: RpmFile, other: RpmFile): boolean {
  if (one.type !== other.type || one.user !== other.user || one.group !== other.group) return false;
  if (one.type === "symlink") return one.link === other.link;
  if (one.mode !== other.mode || one.device !== other.device || one.capabilities !== other.capabilities)
    return false;
  return one.type !== "file" || (one.digest !== "" && one.digest === other.digest);
}

/** Whether two ELF files are of different machines: the same library of 32 and of 64 bits. */
export function differInColor(one: RpmFile, other: RpmFile): boolean {
  return one.color !== 0 && other.color !== 0 && one.color !== other.color;
}

/**
 * rpm's rules for a path of two packages: what both have alike, they share; of programs of 32 and 64 bits, those of 64
 * bits stay; anything else is a conflict.
 */
export function settle(earlier: RpmFile | undefined, later: RpmFile | undefined): Verdict {
  if (earlier === undefined || later === undefined) return "conflict";
  if (isShared(earlier, later)) return "earlier";
  if (!differInColor(earlier, later)) return "conflict";
  return (later.color & preferred) !== 0 ? "later" : "earlier";
}

/** A package's files by where they lie in a root whose `/usr` is merged. */
export function filesByPlace({ files }: UnpackedRpm): ReadonlyMap<string, RpmFile> {
  return new Map(files.map((file) => [mergedPath(file.path), file]));
}
