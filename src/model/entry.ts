import type { Bytes } from "../bytes/bytes.ts";

export type EntryType = "file" | "directory" | "symlink" | "hardlink" | "character" | "block" | "fifo";

/** Everything that a tar says of one file but its content. Nothing here depends on the host. */
export interface EntryHeader {
  /**
   * Relative to the root: `usr/bin/env`, no leading `/` or `./`, no trailing `/`, no empty or dot segments.
   * The root itself is the empty string. Bytes that are not UTF-8 are escaped as `decodeText` does.
   */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** Seconds since the epoch, whole; may be negative. */
  readonly mtime: number;
  /** 0 to 999,999,999, added to `mtime`; absent means 0. */
  readonly nanoseconds?: number;
  /** A symlink's text as it stands, or the path of a hardlink's earlier entry (same form as `path`). */
  readonly link?: string;
  readonly major?: number;
  readonly minor?: number;
  /** Raw values by full name: `security.capability`, `user.note`. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** One file with its content. `content` yields exactly `size` bytes. */
export interface Entry extends EntryHeader {
  readonly content: Bytes | Uint8Array;
}

/** The header of something without content that belongs to root. `mtime` in seconds. */
export function rootOwned(path: string, type: EntryType, mode: number, mtime: number): EntryHeader {
  return { path, type, mode, uid: 0, gid: 0, uname: "root", gname: "root", size: 0, mtime };
}
