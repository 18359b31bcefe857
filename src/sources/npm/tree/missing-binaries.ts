import type Arborist from "@npmcli/arborist";
import { TareError } from "../../../errors.ts";
import { type NpmPlatform, platformText } from "../platform.ts";
import { fitsPlatform } from "./fits.ts";
import type { LoadedTree } from "./load-tree.ts";

/**
 * Refuses a lock that knows a package's binaries for other platforms, but none for this one: npm writes such locks where
 * `node_modules` is there already, with binaries of that machine alone (npm/cli issue 4828).
 * @throws DEPENDENCY_REFUSED
 */
export function checkOptional(
  node: Arborist.Node,
  nodes: ReadonlySet<Arborist.Node>,
  platform: NpmPlatform,
  { lock }: LoadedTree,
): void {
  if (lock === undefined) return;
  const optional = [...node.edgesOut.values()].filter(({ type }) => type === "optional");
  const there = optional.flatMap(({ to }) => (to ? [to] : []));
  const isMade = there.length < optional.length && there.length > 0 && there.every(isForSomePlatform);
  if (!isMade || there.some((one) => nodes.has(one) || fitsPlatform(one.package, platform))) return;
  throw new TareError({
    code: "DEPENDENCY_REFUSED",
    path: [node.isProjectRoot ? "package.json" : node.pkgid],
    why: `${lock.name} has its binaries for other platforms, as ${there[0]?.name}, but none for ${platformText(platform)}`,
    todo: `remove ${lock.name} and node_modules and run \`npm install --package-lock-only\`, which writes all of them`,
  });
}

function isForSomePlatform({ package: { os, cpu } }: Arborist.Node): boolean {
  return os !== undefined || cpu !== undefined;
}
