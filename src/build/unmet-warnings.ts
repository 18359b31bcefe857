import type { UnmetLibrary } from "../rootfs/libraries.ts";

/** More libraries than this are not named in one sentence. */
const named = 3;

/**
 * What programs of one platform will not find, a sentence for each who misses something. Without a distribution nearly
 * everything is missing, for one reason: that is one sentence.
 */
export function unmetWarnings(
  unmet: readonly UnmetLibrary[],
  platform: string,
  hasDistribution: boolean,
): string[] {
  const missing = unmet.filter(({ versions, lies }) => versions.length === 0 && lies === undefined);
  const others = unmet.filter((one) => !missing.includes(one)).map((one) => singleText(one, platform));
  if (hasDistribution || missing.length === 0)
    return [...missing.map((one) => singleText(one, platform)), ...others];
  const who = [...new Set(missing.flatMap(({ neededBy }) => neededBy))];
  const text = `On ${platform}, ${some(who)} ${who.length === 1 ? "needs" : "need"} ${some(missing.map(({ library }) => library))}, which no package of this recipe has, so that nothing that is linked to them will start: add an item "from: debian" to packages, which brings them.`;
  return [text, ...others];
}

function singleText({ library, file, neededBy, versions, lies }: UnmetLibrary, platform: string): string {
  const who = `${neededBy.join(" and ")} ${neededBy.length === 1 ? "needs" : "need"}`;
  const what = versions.length === 0 ? library : `${library} with ${versions.join(", ")}`;
  const where = neededBy.includes(file) ? "" : ` (${file})`;
  const subject = `On ${platform}, ${who} ${what}${where},`;
  if (lies !== undefined) {
    const folder = lies.slice(0, lies.lastIndexOf("/")) || "/";
    return `${subject} which lies in ${folder}, where the linker does not look: set LD_LIBRARY_PATH: ${folder} in config.env, or link the program with an rpath.`;
  }
  const lacks = versions.length === 0 ? "which is not in the image" : "and the image's is older";
  return `${subject} ${lacks}: a program that loads it will not start.`;
}

function some(names: readonly string[]): string {
  const more = names.length - named;
  const shown = more > 1 ? [...names.slice(0, named), `${more} more`] : names;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}
