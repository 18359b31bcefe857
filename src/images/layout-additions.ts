import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { indexFile } from "../formats/oci/layout.ts";
import { Additions } from "./additions.ts";
import { withLock } from "./lock.ts";

/** What one run adds to an image layout before the index names it. */
export class LayoutAdditions extends Additions {
  readonly #index: string;
  readonly #before: Promise<Buffer | undefined>;

  constructor(folder: string) {
    super();
    this.#index = join(folder, indexFile);
    this.#before = this.#read();
  }

  /**
   * Takes all away again, unless the index is another one by now: then it may name what this run has added, be it
   * by somebody else. Who is about to name it looks under the same lock whether it is there. Never throws: why the
   * run failed matters more.
   */
  async undo(): Promise<void> {
    try {
      if (this.hasFiles) await withLock(this.#index, () => this.#removeUnnamed());
    } catch {}
    await this.removeFolders();
  }

  async #removeUnnamed(): Promise<void> {
    const [before, now] = [await this.#before, await this.#read()];
    if (before === undefined ? now === undefined : now?.equals(before)) await this.removeFiles();
  }

  #read(): Promise<Buffer | undefined> {
    return readFile(this.#index).catch(() => undefined);
  }
}
