import { byText } from "../../bytes/text.ts";
import type { Archive } from "./candidates.ts";
import type { PackageRecord } from "./index/record.ts";
import type { IndexedRepository, Variant } from "./wants.ts";

/**
 * Names that a variant stands for, sorted (mmdebstrap(1), "VARIANTS"): `essential` the essential packages, `apt` these
 * and apt, `minbase` these and what has the priority `required`. What they need is not among them.
 */
export function variantNames(
  repositories: readonly IndexedRepository[],
  archive: Archive,
  variant: Variant,
): string[] {
  if (variant === "none") return [];
  const names = new Set<string>();
  const required = variant === "minbase";
  for (const { index } of repositories) {
    for (const number of index.essential()) names.add(index.record(number).name);
    if (required) for (const number of index.prioritised("required")) names.add(index.record(number).name);
  }
  const counts = (record: PackageRecord) => record.essential || (required && record.priority === "required");
  const found = [...names].filter((name) =>
    archive
      .named(name)
      .flat()
      .some((each) => each.side === archive.native && archive.isFirst(each) && counts(each.record)),
  );
  if (variant !== "essential") found.push("apt");
  return [...new Set(found)].sort(byText);
}
