import { rm, rmdir } from "node:fs/promises";
import { makeFolders } from "../bytes/make-folders.ts";

/** Files and folders that one run has made, possibly among others, to be taken away again if it fails. */
export class Additions {
  readonly #files = new Set<string>();
  readonly #folders: string[] = [];

  /** What was not there before. */
  addFile(file: string): void {
    this.#files.add(file);
  }

  hasFile(file: string): boolean {
    return this.#files.has(file);
  }

  get hasFiles(): boolean {
    return this.#files.size > 0;
  }

  /** @throws system errors */
  async makeFolders(folder: string): Promise<void> {
    await makeFolders(folder, (made) => this.#folders.push(made));
  }

  /** @throws system errors */
  async removeFiles(but?: string): Promise<void> {
    for (const file of this.#files) if (file !== but) await rm(file, { force: true });
  }

  /** Each only when there is nothing in it any more. Never throws. */
  async removeFolders(): Promise<void> {
    for (const folder of this.#folders.toReversed()) await rmdir(folder).catch(() => undefined);
  }
}
