import type Arborist from "@npmcli/arborist";
import { TareError } from "../../../errors.ts";
import { shownUrl } from "../../../http/url.ts";
import type { NpmPlatform } from "../platform.ts";
import type { NpmOptions } from "../registry/client.ts";
import type { LoadedTree } from "./load-tree.ts";
import { checkOptional } from "./missing-binaries.ts";
import { packageFailure } from "./tree-failure.ts";

/**
 * Holds what one package depends on to the tree that was loaded.
 * @param nodes those that the platform gets
 * @throws LOCK_OUT_OF_STEP when the lock has another version, or none; DEPENDENCY_UNREACHABLE when an optional package
 * failed for a reason that may pass; DEPENDENCY_REFUSED when a lock lacks the platform's binaries
 */
export function checkEdges(
  node: Arborist.Node,
  nodes: ReadonlySet<Arborist.Node>,
  platform: NpmPlatform,
  tree: LoadedTree,
  options: NpmOptions,
): void {
  if (node.inDepBundle) return;
  checkOptional(node, nodes, platform, tree);
  for (const edge of node.edgesOut.values()) {
    if (edge.type === "dev" || edge.bundled) continue;
    const failed = edge.to?.errors[0] as { readonly code?: unknown } | undefined;
    if (edge.to && failed && !isGone(failed.code)) {
      throw packageFailure(edge.to, tree.root, { overridesIn: tree.overridesIn, options });
    }
    if (tree.lock !== undefined && isOutOfStep(edge, node))
      throw new TareError({
        code: "LOCK_OUT_OF_STEP",
        file: tree.lock.file,
        by: node.isProjectRoot ? "package.json" : node.pkgid,
        wants: `${edge.name} ${shownUrl(edge.spec)}`,
        has: edge.to?.version,
      });
  }
}

/** Peers that do not fit each other are warned of by npm, not refused, unless the project itself asks for one. */
function isOutOfStep(edge: Arborist.Edge, node: Arborist.Node): boolean {
  if (edge.error === null) return false;
  return edge.error === "MISSING" || node.isProjectRoot || node.isWorkspace || !edge.peer;
}

/** Whether an optional package is not there at all, and may be left out; any other failure may pass. */
function isGone(code: unknown): boolean {
  return /^(?:E404|ETARGET|ENOVERSIONS|EINCOMPLETEMANIFEST|EALLOW)/.test(String(code));
}
