import { rootOwned } from "../model/entry.ts";
import type { GeneratedEntry } from "../model/rootfs.ts";
import type { DirectoryAlias } from "../model/segment.ts";
import type { Piece } from "./compose.ts";

/** Links that every root of Linux is expected to have where `/usr` is merged, used or not. */
const always = new Set(["bin", "lib", "sbin"]);

/**
 * The links that stand for a distribution's aliases, so that `/bin` leads to `/usr/bin`: for those that are always
 * there or lead to something, unless a package brings the link itself. No pieces, no links.
 */
export function aliasLinks(
  pieces: readonly Piece[],
  aliases: readonly DirectoryAlias[],
  mtime: number,
): GeneratedEntry[] {
  if (pieces.length === 0) return [];
  const brought = new Set<string>();
  const used = new Set<string>();
  for (const { entries } of pieces)
    for (const { path, type } of entries) {
      for (const { from, to } of aliases) {
        if (path === from && type === "symlink") brought.add(from);
        if (path.startsWith(to) && (path.length === to.length || path[to.length] === "/")) used.add(from);
      }
    }
  return aliases
    .filter(({ from }) => !brought.has(from) && (always.has(from) || used.has(from)))
    .map(({ from, to }) => ({
      ...rootOwned(from, "symlink", 0o777, mtime),
      link: to,
      content: new Uint8Array(0),
    }));
}

/** The links as the first piece of a composition. */
export function linkPiece(links: readonly GeneratedEntry[]): Piece {
  return {
    id: "tare",
    entries: links.map(({ content: _, xattrs: __, nanoseconds: ___, ...entry }) => entry),
  };
}
