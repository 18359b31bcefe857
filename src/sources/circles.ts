/**
 * Nodes in groups, each group after all that it leads to: a node alone, or all of a circle. Strongly connected components
 * (Tarjan, 1972), without recursion. Deterministic in the order of `nodes` and of each node's `next`.
 */
export function circlesOf<Node>(nodes: readonly Node[], next: ReadonlyMap<Node, readonly Node[]>): Node[][] {
  const found: Node[][] = [];
  const numbers = new Map<Node, number>();
  const lowest = new Map<Node, number>();
  const stack: Node[] = [];
  const onStack = new Set<Node>();
  const enter = (node: Node) => {
    lowest.set(node, numbers.size);
    numbers.set(node, numbers.size);
    stack.push(node);
    onStack.add(node);
    return { node, at: 0 };
  };
  const lower = (node: Node, to: number) => lowest.set(node, Math.min(lowest.get(node) as number, to));
  for (const root of nodes) {
    if (numbers.has(root)) continue;
    const path = [enter(root)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { node } = frame;
      const to = next.get(node)?.[frame.at];
      frame.at += 1;
      if (to === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.node, lowest.get(node) as number);
        if (lowest.get(node) === numbers.get(node)) {
          const circle = stack.splice(stack.lastIndexOf(node));
          for (const member of circle) onStack.delete(member);
          found.push(circle);
        }
      } else if (!numbers.has(to)) path.push(enter(to));
      else if (onStack.has(to)) lower(node, numbers.get(to) as number);
    }
  }
  return found;
}
