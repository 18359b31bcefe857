import { TareError } from "../errors.ts";
import { RootTree } from "../images/root-tree.ts";
import type { EntryHeader } from "../model/entry.ts";

/** Entries that are followed, to bound the memory. */
const entryLimit = 500_000;

/** Whether the entries of a tar unpack to a root by themselves, as a runtime does it. Holds names. */
export class UnpackCheck {
  /** Entries that do not. */
  count = 0;
  /** Why the first of them does not, as `a is a hardlink to b, and no file before it has that name`. */
  why: string | undefined;
  /** The first path that goes through a symlink to no folder, and where that link stands: runtimes make no such folder. */
  stray: { readonly path: string; readonly link: string } | undefined;
  readonly #tree = new RootTree("");
  #entries = 0;

  see(entry: EntryHeader): void {
    if (this.#entries === entryLimit) return;
    try {
      const link = this.#tree.deadLink(entry.path.slice(0, Math.max(entry.path.lastIndexOf("/"), 0)));
      this.#tree.apply(entry, { layer: 0, index: this.#entries });
      if (link !== undefined) this.stray ??= { path: entry.path, link };
    } catch (cause) {
      if (!(cause instanceof TareError) || cause.problem.code !== "BAD_ARCHIVE") throw cause;
      this.count += 1;
      this.why ??= cause.problem.why;
    }
    this.#entries += 1;
  }
}
