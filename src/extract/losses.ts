/**
 * What a folder does not keep of its entries: `owner` (only root can give files away), `setuid` (not asked for),
 * `device` (not asked for, or only root can make it), `attribute` (Node cannot set any). The sidecar has them all.
 */
export type LossKind = "owner" | "setuid" | "device" | "attribute";

export interface Loss {
  readonly kind: LossKind;
  /** Entries. */
  readonly count: number;
  /** The first few. */
  readonly paths: readonly string[];
}

const fewPaths = 5;

/** Counts them, kind by kind in the order in which they were met. */
export class Losses {
  readonly #kinds = new Map<LossKind, { count: number; paths: string[] }>();

  add(kind: LossKind, path: string): void {
    const loss = this.#kinds.get(kind) ?? { count: 0, paths: [] };
    this.#kinds.set(kind, loss);
    loss.count += 1;
    if (loss.paths.length < fewPaths) loss.paths.push(path);
  }

  all(): readonly Loss[] {
    return [...this.#kinds].map(([kind, loss]) => ({ kind, ...loss }));
  }
}
