import { byText } from "../../bytes/text.ts";
import { shellPattern } from "../../rootfs/glob.ts";
import type { ApkFile } from "./unpacked.ts";

/** Every folder that packages bring something to, absolute and sorted: on a first installation all of them changed. */
export function foldersOf(packages: Iterable<{ readonly files: readonly ApkFile[] }>): readonly string[] {
  const folders = new Set<string>();
  for (const { files } of packages)
    for (const { path, isFolder } of files)
      folders.add(`/${isFolder ? path : path.slice(0, Math.max(path.lastIndexOf("/"), 0))}`);
  return [...folders].sort(byText);
}

/** The folders that one of the patterns fits; in a pattern, `*` stops at a slash (fnmatch with FNM_PATHNAME).
 * A `+` before it says that only folders that changed count. */
export function triggeredBy(patterns: readonly string[], folders: readonly string[]): readonly string[] {
  const tests = patterns
    .map((pattern) => pattern.replace(/^\+/, ""))
    .filter((pattern) => pattern.startsWith("/"))
    .map(testOf);
  return folders.filter((folder) => {
    const segments = folder.split("/");
    return tests.some((test) => test(segments));
  });
}

function testOf(pattern: string): (segments: readonly string[]) => boolean {
  const tests = pattern.split("/").map(shellPattern);
  return (segments) =>
    segments.length === tests.length && segments.every((segment, at) => tests[at]?.(segment));
}
