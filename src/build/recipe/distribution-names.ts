/** Which distribution each `from:` that names one is made of; a recipe takes one of them. */
const kinds: ReadonlyMap<string, "debian" | "fedora" | "alpine"> = new Map([
  ["debian", "debian"],
  ["ubuntu", "debian"],
  ["fedora", "fedora"],
  ["dnf", "fedora"],
  ["yum", "fedora"],
  ["alpine", "alpine"],
  ["apk", "alpine"],
  ["wolfi", "alpine"],
  ["chainguard", "alpine"],
]);

export function isDistribution(from: string): boolean {
  return kinds.has(from);
}

/** The distribution behind an item's `from`. */
export function kindOf(from: string): "debian" | "fedora" | "alpine" | undefined {
  return kinds.get(from);
}
