import { posix } from "node:path";
import { modulesFolderOf, type PlacedPackage } from "./placed.ts";

/** A link that an application needs beside its packages; both paths relative to the application. */
export interface ModuleLink {
  readonly path: string;
  /** The link's text. */
  readonly text: string;
}

/** A package of the project itself (npm's workspaces): what a link in `node_modules` leads to. */
export interface WorkspaceLink {
  /** Of the link, relative to the application: `node_modules/@site/api`. */
  readonly path: string;
  /** Of the folder that it leads to, relative to the application: `packages/api`. */
  readonly target: string;
  /** Its commands and the files that they run, relative to its folder. */
  readonly bin?: readonly (readonly [command: string, file: string])[];
}

/** npm compares paths in this language, wherever it runs; what names of packages are made of has one order in it. */
const english = new Intl.Collator("en");

/**
 * The commands of packages in the `.bin` of the `node_modules` that they lie in, as npm links them (bin-links,
 * arborist's rebuild): of two packages with one command in one folder, the one whose path comes first has it, and
 * workspaces come last. A command whose file is not there gets no link.
 * @param has whether something stands at a path relative to the application
 */
export function binLinks(
  packages: readonly PlacedPackage[],
  workspaces: readonly WorkspaceLink[],
  has: (path: string) => boolean,
): ModuleLink[] {
  const order = packages
    .filter(({ path }) => path.includes("node_modules/"))
    .toSorted((a, b) => depthOf(a.path) - depthOf(b.path) || english.compare(a.path, b.path));
  const links = new Map<string, string>();
  const add = (path: string, command: string, file: string) => {
    const folder = `${modulesFolderOf(path)}/.bin`;
    const link = `${folder}/${command}`;
    if (!links.has(link)) links.set(link, posix.relative(folder, `${path}/${file}`));
  };
  for (const { path, inner } of order)
    for (const [command, file] of inner.bin) if (has(`${path}/${file}`)) add(path, command, file);
  for (const { path, bin = [] } of workspaces.toSorted((a, b) => english.compare(a.path, b.path)))
    for (const [command, file] of bin) add(path, command, file);
  return [...links].map(([path, text]) => ({ path, text }));
}

/** Links in `node_modules` to the packages of the project itself. */
export function workspaceLinks(workspaces: readonly WorkspaceLink[]): ModuleLink[] {
  return workspaces.map(({ path, target }) => ({ path, text: posix.relative(posix.dirname(path), target) }));
}

function depthOf(path: string): number {
  return path.split("/").filter((segment) => segment === "node_modules").length;
}
