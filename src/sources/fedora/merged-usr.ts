import type { DirectoryAlias } from "../../model/segment.ts";

/** The directories that are links into `usr` on every Fedora since 17, and whatever descends from it. */
export const mergedUsr: readonly DirectoryAlias[] = ["bin", "lib", "lib64", "sbin"].map((from) => ({
  from,
  to: `usr/${from}`,
}));

/** Where a path of a package lies once these links are there; one below a link of a package is not followed. */
export function mergedPath(path: string): string {
  const alias = mergedUsr.find(({ from }) => path.startsWith(`${from}/`));
  return alias === undefined ? path : `usr/${path}`;
}
