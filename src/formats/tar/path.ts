import { bad } from "./header.ts";

/** Longest path that Linux takes (PATH_MAX). */
export const pathLimit = 4096;

/**
 * An archive's name for a file as a path relative to the root: no leading `/` or `./`, no empty or dot segments.
 * @throws BAD_ARCHIVE for a path that climbs out with `..`, holds a NUL, or is longer than 4,096 characters
 */
export function containedPath(name: string, where: string): string {
  if (name.length > pathLimit) throw bad(where, `a path of ${name.length} characters is too long`);
  if (name.includes("\0")) throw bad(where, `the path ${JSON.stringify(name)} holds a NUL`);
  if (isPlain(name)) return name;
  const kept = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (kept.includes("..")) throw bad(where, `the path ${JSON.stringify(name)} leads out of the root`);
  return kept.join("/");
}

const irregular = /^\/|\/\/|\/$|(?:^|\/)\.{1,2}(?:\/|$)/;

function isPlain(name: string): boolean {
  return name !== "" && !irregular.test(name);
}
