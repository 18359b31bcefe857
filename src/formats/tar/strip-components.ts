import { TareError } from "../../errors.ts";
import type { Entry } from "../../model/entry.ts";
import type { TarListeners } from "./decode.ts";
import { containedPath } from "./path.ts";

/**
 * The entries of a tar without the first `count` parts of their paths, as GNU tar's `--strip-components` has it: parts
 * are counted as the archive spells them (`./a` has two), what has no more of them is left out, a hardlink's target
 * loses as many, a symlink's text stays.
 * @param read reads the tar with the listener that it is given
 * @throws BAD_ARCHIVE for a hardlink to what is left out, where GNU tar fails as well; `where` names the archive
 */
export async function* strippedEntries(
  count: number,
  where: string,
  read: (listener: Pick<TarListeners, "onNames">) => AsyncIterable<Entry>,
): AsyncGenerator<Entry> {
  let spelled = { name: "", link: "" };
  const onNames = (name: string, link: string) => {
    spelled = { name, link };
  };
  for await (const entry of read({ onNames })) {
    const path = stripped(spelled.name, count, where);
    if (path === "") continue;
    if (entry.type !== "hardlink") yield { ...entry, path };
    else {
      const link = stripped(spelled.link, count, where);
      if (link === "") {
        const why = `${entry.path} is a hardlink to ${entry.link}, which has too few parts to lose ${count} of them`;
        throw new TareError({ code: "BAD_ARCHIVE", where, why });
      }
      // Two names that became one.
      if (link !== path) yield { ...entry, path, link };
    }
  }
}

/** How many parts of a name there are up to its first one that is no dot: 1 of `a/b`, 2 of `./a/b`. */
export function partsToTop(name: string): number {
  const [dots = ""] = /^\/*(?:\.\/+)*/.exec(name) ?? [];
  return 1 + dots.replaceAll("/", "").length;
}

/** Empty when nothing is left. */
function stripped(name: string, count: number, where: string): string {
  let at = 0;
  for (let left = count; left > 0; left -= 1) {
    while (name[at] === "/") at += 1;
    const slash = name.indexOf("/", at);
    if (slash < 0) return "";
    at = slash + 1;
  }
  return containedPath(name.slice(at), where);
}
