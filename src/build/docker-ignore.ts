import { type PathPattern, pathPattern } from "./ignore.ts";

/** A `.dockerignore`. Paths are relative to its folder, with `/` between their parts. */
export interface DockerIgnore {
  excludes(path: string): boolean;
  /** Whether something below an excluded folder is kept all the same. */
  mayKeepBelow(folder: string): boolean;
}

interface Rule {
  readonly pattern: PathPattern;
  /** `!` takes back what earlier rules exclude. */
  readonly keeps: boolean;
}

/**
 * Understands a `.dockerignore` as docker does (docs.docker.com, build context): one pattern on a line from the
 * folder itself, `#` begins a comment, `**` crosses folders, what is below a match goes along, and the last match
 * decides.
 */
export function dockerIgnore(text: string): DockerIgnore {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .flatMap(ruleOf);
  return {
    excludes(path) {
      const names = path.split("/");
      const last = rules.findLast(({ pattern }) => matchesOrParent(pattern, names));
      return last !== undefined && !last.keeps;
    },
    mayKeepBelow(folder) {
      const names = folder.split("/");
      return rules.some(({ pattern, keeps }) => keeps && pattern.mayMatchBelow(names));
    },
  };
}

function ruleOf(line: string): Rule[] {
  const keeps = line.startsWith("!");
  const glob = (keeps ? line.slice(1).trim() : line)
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
  return glob === "" ? [] : [{ pattern: pathPattern(glob), keeps }];
}

function matchesOrParent(pattern: PathPattern, names: readonly string[]): boolean {
  return names.some((_, index) => pattern.matches(names.slice(0, index + 1)));
}
