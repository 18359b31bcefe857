import { posix } from "node:path";
import type { TarballItem } from "../recipe/recipe.ts";

/** Where the bytes of an item are, as the lock has it: a path relative to the recipe's folder, escaped, or an address. */
export function locationOf(item: TarballItem): string {
  if (item.from === "tarball" && item.url !== undefined) return item.url;
  return pathOf(item).split("/").map(escaped).join("/");
}

/** Relative to the recipe's folder; an item with an address has none. */
export function pathOf(item: TarballItem): string {
  return (item.from === "directory" ? item.path : item.file) ?? "";
}

/** The file's, or the folder's, own name. */
export function nameOf(item: TarballItem): string {
  if (item.from === "tarball" && item.url !== undefined)
    return posix.basename(item.url.replace(/\?.*$/s, "")).slice(0, 255) || "tarball";
  return posix.basename(pathOf(item));
}

function escaped(segment: string): string {
  return encodeURIComponent(segment.toWellFormed());
}
