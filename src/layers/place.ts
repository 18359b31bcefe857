import type { EntryHeader, EntryType } from "../model/entry.ts";
import type { SegmentPolicy } from "../model/segment.ts";
import { isExcluded } from "./excludes.ts";

/** Where a package's entry goes under a policy; undefined when it is left out. */
export function place(header: EntryHeader, policy: SegmentPolicy): EntryHeader | undefined {
  if (isExcluded(header.path, policy.excludes)) return undefined;
  const path = realPath(header.path, header.type, policy.aliases);
  const link = header.type === "hardlink" ? realPath(header.link ?? "", "file", policy.aliases) : header.link;
  const { mtime, nanoseconds, ...rest } = header;
  const late = policy.latest !== undefined && mtime >= policy.latest;
  return {
    ...rest,
    path,
    mtime: late ? (policy.latest as number) : mtime,
    ...(nanoseconds !== undefined && !late && { nanoseconds }),
    ...(link !== undefined && { link }),
  };
}

/** `bin/sh` is `usr/bin/sh` where `bin` is a link; the link itself keeps its path, a directory of its name does not. */
function realPath(path: string, type: EntryType, aliases: readonly string[]): string {
  const slash = path.indexOf("/");
  const top = slash < 0 ? path : path.slice(0, slash);
  if (!aliases.includes(top) || (slash < 0 && type !== "directory")) return path;
  return `usr/${path}`;
}
