import type Arborist from "@npmcli/arborist";
import type { NpmPlatform } from "../platform.ts";
import { fitsPlatform } from "./fits.ts";

/** Which packages of a tree one platform gets. */
export interface WantedNodes {
  readonly nodes: ReadonlySet<Arborist.Node>;
  /** A package that does not fit the platform although what asks for it cannot do without; then `nodes` is empty. */
  readonly misfit?: Arborist.Node;
}

/**
 * Follows a tree from its root, without development dependencies. An optional one is left out when it does not fit the
 * platform, could not be had, or needs one of which that is true; and so is what nothing else needs.
 * @param omit kinds of dependencies that npm's configuration leaves out: `optional`, `peer`
 */
export function wantedNodes(
  root: Arborist.Node,
  platform: NpmPlatform,
  omit: ReadonlySet<string> = new Set(),
): WantedNodes {
  const out = leftOut(root, platform);
  if (out.has(root)) return { nodes: new Set(), misfit: misfitBelow(root, out, platform) };
  const nodes = new Set<Arborist.Node>();
  const queue = [root];
  for (const node of queue) {
    if (nodes.has(node) || out.has(node)) continue;
    nodes.add(node);
    if (node.isLink) queue.push(node.target);
    else
      for (const { type, to } of node.edgesOut.values())
        if (to && type !== "dev" && !omit.has(type.replace("peerOptional", "peer"))) queue.push(to);
  }
  return { nodes };
}

/** Every package that cannot be installed, and all that cannot do without one of those. */
function leftOut(root: Arborist.Node, platform: NpmPlatform): Set<Arborist.Node> {
  const out = new Set<Arborist.Node>();
  const queue = [...root.inventory.values()].filter((node) => isMisfit(node, platform));
  for (const node of queue) {
    if (out.has(node)) continue;
    out.add(node);
    for (const edge of node.edgesIn) if (edge.from && isRequired(edge)) queue.push(edge.from);
    queue.push(...node.linksIn);
  }
  return out;
}

function misfitBelow(
  root: Arborist.Node,
  out: ReadonlySet<Arborist.Node>,
  platform: NpmPlatform,
): Arborist.Node {
  const seen = new Set([root]);
  for (const node of seen) {
    if (isMisfit(node, platform)) return node;
    if (node.isLink && out.has(node.target)) seen.add(node.target);
    for (const edge of node.edgesOut.values())
      if (edge.to && isRequired(edge) && out.has(edge.to)) seen.add(edge.to);
  }
  return root;
}

/** The project itself may say for which systems it is developed. */
function isMisfit(node: Arborist.Node, platform: NpmPlatform): boolean {
  return !node.isProjectRoot && (node.errors.length > 0 || !fitsPlatform(node.package, platform));
}

function isRequired({ optional, dev }: Arborist.Edge): boolean {
  return !optional && !dev;
}
