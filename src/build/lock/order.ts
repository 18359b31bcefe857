import { byText } from "../../bytes/text.ts";
import type { Package } from "../../model/package.ts";

/**
 * The order of a lock's packages: by name, then by what tells apart those of one name. Layers hold packages in this
 * order, so that a lock just made and the same one read back come to the same image.
 */
export function byLockOrder(a: Package, b: Package): number {
  return (
    byText(a.name, b.name) ||
    byText(a.architecture, b.architecture) ||
    byText(a.version, b.version) ||
    byText(a.path ?? "", b.path ?? "")
  );
}
