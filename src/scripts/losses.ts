import type { Workspace } from "./workspace.ts";

/**
 * Tells, each path once, what a package brought and scripts took away again (it stays in the image), and what changed
 * unseen (it stays as it was). Ask after every script: what is new since the last time is that script's doing.
 */
export class Losses {
  readonly #told = new Set<string>();

  /** For `Findings.needs`. */
  since(workspace: Workspace): { readonly line: number; readonly why: string }[] {
    const fresh = [...workspace.removed(), ...workspace.unmade()].filter((path) => !this.#told.has(path));
    for (const path of fresh) this.#told.add(path);
    return [...new Set(fresh)].map((path) => ({ line: 0, why: `/${path} should be taken away or changed` }));
  }
}
