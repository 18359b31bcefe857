import { shellPattern } from "../rootfs/glob.ts";

/** One segment of a glob; undefined is `**`, any number of segments. */
type Segment = ((name: string) => boolean) | undefined;

/**
 * Whether a path (relative to the folder, `/` between its parts) is left out. As in .gitignore: a glob without a slash
 * names things at any depth, `*` stays within a segment and takes leading dots, `**` crosses segments. What is below a
 * match is not asked for.
 */
export function ignoring(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map(anywhere);
  return (path) => {
    const names = path.split("/");
    return patterns.some((pattern) => matches(pattern, names));
  };
}

/** A glob for whole paths, as their segments. */
export interface PathPattern {
  matches(names: readonly string[]): boolean;
  /** Whether it may match something in a folder. */
  mayMatchBelow(folder: readonly string[]): boolean;
}

/** Segments with shell patterns in them; `**` is any number of segments. */
export function pathPattern(glob: string): PathPattern {
  const segments = segmentsOf(glob);
  return {
    matches: (names) => matches(segments, names),
    mayMatchBelow(folder) {
      const cross = segments.indexOf(undefined);
      const fixed = cross < 0 ? segments : segments.slice(0, cross);
      if (cross < 0 && segments.length <= folder.length) return false;
      return folder.every((name, index) => fixed[index]?.(name) ?? true);
    },
  };
}

function segmentsOf(glob: string): Segment[] {
  const segments = glob.split("/").map((segment) => (segment === "**" ? undefined : shellPattern(segment)));
  // What is inside, not the folder itself.
  const inside = segments.length > 1 && segments.at(-1) === undefined;
  return inside ? [...segments.slice(0, -1), () => true, undefined] : segments;
}

function anywhere(glob: string): Segment[] {
  const plain = glob.replace(/\/$/, "");
  const segments = segmentsOf(plain.replace(/^\//, ""));
  return plain.includes("/") ? segments : [undefined, ...segments];
}

/** Backtracks only to the last `**`, which is enough: an earlier one never needs to take more. */
function matches(pattern: readonly Segment[], names: readonly string[]): boolean {
  let at = 0;
  let segment = 0;
  let star = -1;
  let mark = 0;
  while (at < names.length) {
    const test = pattern[segment];
    if (segment < pattern.length && test === undefined) {
      star = segment;
      mark = at;
      segment += 1;
    } else if (test?.(names[at] as string)) {
      segment += 1;
      at += 1;
    } else if (star >= 0) {
      segment = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  while (segment < pattern.length && pattern[segment] === undefined) segment += 1;
  return segment === pattern.length;
}
