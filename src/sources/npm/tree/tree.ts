import type Arborist from "@npmcli/arborist";
import { byText } from "../../../bytes/text.ts";
import { TareError } from "../../../errors.ts";
import type { EngineWish } from "../engines.ts";
import { type NpmPlatform, platformText } from "../platform.ts";
import { isWebAddress, locationOf, repositoryOf } from "../registry/addresses.ts";
import type { NpmOptions } from "../registry/client.ts";
import type { NpmRequest } from "../request.ts";
import { checkEdges } from "./check-edges.ts";
import { pathTo, waysInto } from "./dependency-path.ts";
import { madeForText } from "./fits.ts";
import { type LoadedTree, loadTree, type TreeOptions } from "./load-tree.ts";
import { isOnThisMachine, packageFailure, refused } from "./tree-failure.ts";
import { wantedNodes } from "./wanted-nodes.ts";

/** A package of a tree, and where it lies. Those that lie in another's tarball are no packages of their own. */
export interface TreePackage {
  /** Its own name; where an alias asks for it, `path` has the alias. */
  readonly name: string;
  readonly version: string;
  /** Relative to the application: `node_modules/debug/node_modules/ms`. */
  readonly path: string;
  /** Which locked repository it comes from: `npm`, `npm/@scope`. */
  readonly repository: string;
  /** Of its tarball: relative to the registry's base, or a whole web address. */
  readonly location: string;
  /** As the registry or the lock has it; of old packages a sha1. */
  readonly integrity?: string;
  /** Names of the packages that need it; empty when the project or the recipe asks for it. Sorted. */
  readonly because: readonly string[];
  readonly hasInstallScript: boolean;
}

/** A package of the project itself: its files are the project's. Both paths relative to the project. */
export interface TreeLink {
  readonly path: string;
  readonly target: string;
}

/** What one platform gets, sorted by path. */
export interface NpmTree {
  readonly packages: readonly TreePackage[];
  readonly links: readonly TreeLink[];
  /** What they, the project and its own packages say of Node.js. */
  readonly engines: readonly EngineWish[];
}

/**
 * The packages of an application, for each platform: exactly those of its lock, else those that npm would choose now.
 * Development dependencies are left out, and optional ones that do not fit the platform.
 * @param options npm's configuration (`npmConfiguration`)
 * @returns in the order of `platforms`
 * @throws what {@link loadTree} throws, DEPENDENCY_REFUSED for what is no tarball or does not fit a platform,
 * LOCK_OUT_OF_STEP
 */
export async function npmTrees(
  request: Pick<NpmRequest, "project" | "package" | "overrides">,
  platforms: readonly NpmPlatform[],
  options: NpmOptions,
  making: TreeOptions = {},
): Promise<NpmTree[]> {
  const tree = await loadTree(request, options, making);
  return platforms.map((platform) => treeFor(tree, platform, options));
}

function treeFor(tree: LoadedTree, platform: NpmPlatform, options: NpmOptions): NpmTree {
  const { root } = tree;
  const omit = new Set(Array.isArray(options.omit) ? options.omit.map(String) : []);
  const { nodes, misfit } = wantedNodes(root, platform, omit);
  if (misfit !== undefined) throw misfitFailure(misfit, platform, tree, options);
  for (const node of nodes) checkEdges(node, nodes, platform, tree, options);
  const packages: TreePackage[] = [];
  const links: TreeLink[] = [];
  for (const node of nodes) {
    if (!node.location.includes("node_modules") || node.inDepBundle) continue;
    if (node.isLink) links.push(linkOf(node, tree));
    else packages.push(packageOf(node, nodes, tree, options));
  }
  return {
    packages: packages.sort((a, b) => byText(a.path, b.path)),
    links: links.sort((a, b) => byText(a.path, b.path)),
    engines: [...nodes].flatMap(wishOf),
  };
}

function wishOf(node: Arborist.Node): EngineWish[] {
  const { node: wanted } = Object(node.package.engines) as { readonly node?: unknown };
  if (typeof wanted !== "string" || node.isLink) return [];
  const name = `${node.packageName} ${node.version}`;
  return [{ package: node.isProjectRoot ? undefined : name, node: wanted }];
}

function packageOf(
  node: Arborist.Node,
  nodes: ReadonlySet<Arborist.Node>,
  tree: LoadedTree,
  options: NpmOptions,
): TreePackage {
  const { packageName: name, version, integrity, hasInstallScript } = node;
  const path = checkedPath(node, tree);
  return {
    name,
    version,
    path,
    repository: repositoryOf(name, options),
    location: placeOf(node, tree, options),
    ...(integrity ? { integrity } : {}),
    because: whoNeeds(node, nodes),
    hasInstallScript: hasInstallScript === true,
  };
}

/** Where its tarball is. @throws DEPENDENCY_REFUSED when it has none */
function placeOf(node: Arborist.Node, tree: LoadedTree, options: NpmOptions): string {
  const { packageName, version, resolved } = node;
  const spec = addressAskedFor(node);
  const isElsewhere = resolved !== null && !isWebAddress(resolved);
  if (!isElsewhere && node.isRegistryDependency)
    return locationOf(resolved ?? undefined, packageName, version, options);
  const address = resolved ?? spec ?? "";
  if (isWebAddress(address)) return address;
  throw refused(pathTo(node, waysInto(tree.root)), spec ?? address, node.name, tree.overridesIn);
}

/** What asks for a package by an address, if anything does. */
function addressAskedFor({ edgesIn }: Arborist.Node): string | undefined {
  return [...edgesIn].map(({ spec }) => spec).find((spec) => !isRange(spec));
}

/** Whether what a dependency asks for is a version, a range or a tag of a registry, by itself or under an alias. */
function isRange(spec: string): boolean {
  return !/[/:]/.test(spec) || spec.startsWith("npm:");
}

/** A folder of the project that a link leads to. @throws DEPENDENCY_REFUSED when it is none, BAD_PROJECT */
function linkOf(node: Arborist.Node, tree: LoadedTree): TreeLink {
  const target = node.target.location;
  const spec = addressAskedFor(node) ?? `file:${target}`;
  // npm takes what looks like no address for a folder, as it does with some of git's.
  if (!isInside(target) || target.split("/").includes("node_modules") || !isOnThisMachine(spec))
    throw refused(pathTo(node, waysInto(tree.root)), spec, node.name, tree.overridesIn);
  if (!tree.lock?.hasLinks)
    throw new TareError({
      code: "BAD_PROJECT",
      where: tree.lock?.file ?? "A project without a lock",
      why: `${target} is a package of its own, and only a package-lock.json of npm 7 or later says where such lie; run \`npm install --package-lock-only\``,
    });
  return { path: checkedPath(node, tree), target };
}

/** A lock is anybody's text: its packages stay below the application. @throws BAD_PROJECT */
function checkedPath(node: Arborist.Node, tree: LoadedTree): string {
  const { location, version } = node;
  const packageName: string = node.packageName ?? node.name;
  const isName = /^(?:@[^\s/@\\:]+\/)?[^\s/@\\:]+$/.test(packageName) && isInside(packageName);
  const why = !isInside(location)
    ? `it places ${packageName} outside of the application, at ${location}`
    : !isName
      ? `${JSON.stringify(packageName)} is no name of a package`
      : node.isLink || /^[0-9A-Za-z.+-]{1,256}$/.test(version ?? "")
        ? undefined
        : `it says no version of ${location}`;
  if (why === undefined) return location;
  throw new TareError({ code: "BAD_PROJECT", where: tree.lock?.file ?? "What the recipe asks of npm", why });
}

function isInside(path: string): boolean {
  return path.split("/").every((segment) => !["", ".", ".."].includes(segment)) && !/[\0\\]/.test(path);
}

function whoNeeds(node: Arborist.Node, nodes: ReadonlySet<Arborist.Node>): string[] {
  const names = new Set<string>();
  for (const { from, type } of node.edgesIn) {
    if (from === null || type === "dev" || !nodes.has(from)) continue;
    if (!from.location.includes("node_modules")) return [];
    names.add(from.packageName);
  }
  return [...names].sort(byText);
}

function misfitFailure(
  node: Arborist.Node,
  platform: NpmPlatform,
  tree: LoadedTree,
  options: NpmOptions,
): TareError {
  if (node.errors.length > 0)
    return packageFailure(node, tree.root, { overridesIn: tree.overridesIn, options });
  return new TareError({
    code: "DEPENDENCY_REFUSED",
    path: pathTo(node, waysInto(tree.root)),
    why: `${node.packageName} ${node.version} is made for ${madeForText(node.package)}, and the image for ${platformText(platform)}`,
    todo: "make it an optional dependency where the program does without, or choose another platform",
  });
}
