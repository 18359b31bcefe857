import type { NpmPlatform } from "../platform.ts";

/** What a package.json says of the systems that it is made for. */
export interface MadeFor {
  readonly os?: unknown;
  readonly cpu?: unknown;
  readonly libc?: unknown;
}

/** Whether a package may be installed on a system (docs.npmjs.com, package.json: `os`, `cpu`, `libc`). */
export function fitsPlatform({ os, cpu, libc }: MadeFor, platform: NpmPlatform): boolean {
  return allows(os, platform.os) && allows(cpu, platform.cpu) && allows(libc, platform.libc);
}

/** A word or a list of them: any of those that are not refused with `!`, and none of those that are. */
function allows(list: unknown, value: string): boolean {
  const words = (Array.isArray(list) ? list : [list]).filter((word) => typeof word === "string");
  if (words.length === 0 || (words.length === 1 && words[0] === "any")) return true;
  if (words.includes(`!${value}`)) return false;
  return words.includes(value) || words.every((word) => word.startsWith("!"));
}

/** `darwin arm64`, for a sentence. */
export function madeForText({ os, cpu, libc }: MadeFor): string {
  return [os, cpu, libc]
    .filter((list) => list !== undefined)
    .map((list) => (Array.isArray(list) ? list.join(" or ") : String(list)))
    .join(", ");
}
