import type { Fetch, Progress, Store } from "../model/seams.ts";

/** Everything outside the program that a build touches, handed in. */
export interface World {
  readonly store: Store;
  /** Offline, one that throws OFFLINE for every request. */
  readonly fetch: Fetch;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Bytes of one of the host's own set-up files (apt's sources, keyrings), or undefined when it is not there. */
  readonly readHostFile: (path: string) => Promise<Buffer | undefined>;
  /** Only for what expires (`Valid-Until`); nothing that is written takes its time from here. */
  readonly now: () => Date;
  /** How many threads may compress. */
  readonly threads: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
