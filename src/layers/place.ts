import type { EntryHeader, EntryType } from "../model/entry.ts";
import type { DirectoryAlias, SegmentPolicy } from "../model/segment.ts";
import { rulings } from "./excludes.ts";

/**
 * Where a package's entries go under a policy: each its header there, or undefined when it is left out.
 * @param isNoise what the package itself can do without, by the path as it spells it; the policy's rules go first
 */
export function placer(
  policy: SegmentPolicy,
  isNoise: (path: string) => boolean = () => false,
): (header: EntryHeader) => EntryHeader | undefined {
  const ruled = rulings(policy.excludes);
  return (shipped) => {
    const header = policy.below === "" ? shipped : below(policy.below, shipped);
    const left = ruled(header.path) ?? (isNoise(shipped.path) ? "exclude" : "include");
    return left === "exclude" ? undefined : placed(header, policy);
  };
}

function below(directory: string, header: EntryHeader): EntryHeader {
  const path = header.path === "" ? directory : `${directory}/${header.path}`;
  return header.type === "hardlink"
    ? { ...header, path, link: `${directory}/${header.link}` }
    : { ...header, path };
}

function placed(header: EntryHeader, policy: SegmentPolicy): EntryHeader {
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

/**
 * `bin/sh` is `usr/bin/sh` where `bin` is a link; the link itself keeps its path, a directory of its name does not.
 * Where that leads below another link, it goes on from there.
 */
function realPath(path: string, type: EntryType, aliases: readonly DirectoryAlias[]): string {
  let real = path;
  for (let turn = 0; turn <= aliases.length; turn += 1) {
    let best: DirectoryAlias | undefined;
    for (const alias of aliases)
      if (isBelow(real, type, alias.from) && alias.from.length > (best?.from.length ?? -1)) best = alias;
    if (best === undefined) return real;
    const rest = real.slice(best.from.length);
    real = best.to === "" ? rest.slice(1) : best.to + rest;
  }
  return real;
}

function isBelow(path: string, type: EntryType, directory: string): boolean {
  if (!path.startsWith(directory)) return false;
  return path.length === directory.length ? type === "directory" : path[directory.length] === "/";
}
