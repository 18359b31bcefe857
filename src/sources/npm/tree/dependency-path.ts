import type Arborist from "@npmcli/arborist";

/**
 * How each package of a tree is reached from its root by the fewest dependencies: the edge that leads to it. Whoever
 * follows the edges back has the path of dependencies. Development dependencies of the root count last.
 */
export function waysInto(root: Arborist.Node): ReadonlyMap<Arborist.Node, Arborist.Edge | undefined> {
  const ways = new Map<Arborist.Node, Arborist.Edge | undefined>([[root, undefined]]);
  const late: Arborist.Edge[] = [];
  const walk = (queue: Arborist.Node[]) => {
    for (const node of queue) {
      if (node.isLink && node.target && !ways.has(node.target)) {
        ways.set(node.target, ways.get(node));
        queue.push(node.target);
      }
      for (const edge of node.edgesOut.values()) {
        if (edge.type === "dev") late.push(edge);
        else if (edge.to && !ways.has(edge.to)) {
          ways.set(edge.to, edge);
          queue.push(edge.to);
        }
      }
    }
  };
  walk([root]);
  for (const edge of late)
    if (edge.to && !ways.has(edge.to)) {
      ways.set(edge.to, edge);
      walk([edge.to]);
    }
  return ways;
}

/** The names on the way from the root to a package, its own last: `shout`, `irc-lib`, `slate-irc`. */
export function pathTo(
  node: Arborist.Node,
  ways: ReadonlyMap<Arborist.Node, Arborist.Edge | undefined>,
): string[] {
  const names: string[] = [];
  const seen = new Set<Arborist.Node>();
  for (let at: Arborist.Node | null = node; at !== null && !seen.has(at); ) {
    seen.add(at);
    const edge: Arborist.Edge | undefined = ways.get(at);
    if (edge === undefined) break;
    names.unshift(edge.name);
    at = edge.from;
  }
  return names.length > 0 ? names : [node.name];
}
