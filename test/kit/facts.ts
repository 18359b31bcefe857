import type { EntryType } from "../../src/model/entry.ts";
import type { FactEntry } from "../../src/model/segment.ts";
import type { Piece } from "../../src/rootfs/compose.ts";

/**
 * A piece of a root as data: a path that ends in `/` is a folder, a value `-> x` a symlink to x, `= x` a hardlink to
 * it, any other text a file's content.
 */
export function pieceOf(id: string, files: Readonly<Record<string, string>>): Piece {
  return { id, entries: Object.entries(files).map(([path, value]) => factOf(path, value)) };
}

export function factOf(path: string, value = "", rest: Partial<FactEntry> = {}): FactEntry {
  const link = /^(->|=) (.*)$/.exec(value);
  const type: EntryType = path.endsWith("/")
    ? "directory"
    : link === null
      ? "file"
      : link[1] === "="
        ? "hardlink"
        : "symlink";
  const content = type === "file" ? Buffer.from(value) : Buffer.alloc(0);
  return {
    path: path.replace(/\/$/, ""),
    type,
    mode: type === "directory" ? 0o755 : type === "symlink" ? 0o777 : 0o644,
    uid: 0,
    gid: 0,
    uname: "root",
    gname: "root",
    size: content.length,
    mtime: 0,
    ...(link && { link: link[2] as string }),
    ...(content.length > 0 && { captured: content.toString("base64") }),
    ...rest,
  };
}
