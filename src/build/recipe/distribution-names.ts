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

/** Why an item of a distribution cannot stand behind another one, as the end of a sentence. */
export function whyNoSecond(from: string, first: string): string {
  const kind = kindOf(from);
  if (kind !== kindOf(first))
    return `is one too many: an image has the packages of one distribution, and those of ${first} are there already`;
  switch (kind) {
    case "debian":
      return "is one too many: one item names all suites, and further archives go under its repositories";
    case "fedora":
      return "is one too many: further repositories go under repositories, or repo-files, of the one item";
    default:
      return "is one too many: further repositories go under repositories of the one item";
  }
}
