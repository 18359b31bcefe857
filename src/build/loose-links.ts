import type { LooseLink } from "../rootfs/programs.ts";
import type { FinishedTree } from "./finished-tree.ts";

/** More than this are not named. */
const named = 3;

/**
 * Links that still lead nowhere once the recipe's own files are there: nothing, or one sentence. Of what lies in a
 * folder that is not there, the folder is enough.
 */
export function looseLinkWarnings(
  links: readonly LooseLink[],
  tree: FinishedTree,
  platform: string,
): string[] {
  const loose = links.filter(({ to }) => !tree.makes(to));
  const told = loose.filter(({ to }) => !loose.some((other) => to.startsWith(`${other.to}/`)));
  if (told.length === 0) return [];
  const some = told.slice(0, named).map(({ path, to }) => `/${path} leads to /${to}`);
  const more = told.length > named ? `, and ${told.length - named} more lead nowhere, too` : "";
  const [what, them] = told.length === 1 ? ["which is", "it"] : ["which are", "them"];
  return [`On ${platform}, ${some.join(", ")}${more}, ${what} not in the image: bring ${them} with files.`];
}
