import type { BuiltRoot } from "./root.ts";

/** What whoever gave a tarball with paths more than once should hear. */
export function repeatedWarning({ owner, count, first }: BuiltRoot["repeated"][number]): string {
  const others = count === 1 ? "" : ` and ${count - 1} other ${count === 2 ? "path" : "paths"}`;
  return `${owner} has /${first}${others} more than once; the last of each is in the image.`;
}
