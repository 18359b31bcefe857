import type { HostFiles } from "../model/host-files.ts";
import type { HostPrograms } from "../model/host-programs.ts";
import type { Fetch, Progress } from "../model/seams.ts";
import type { DiskStore } from "../store/disk-store.ts";

/** Everything outside the program that a build touches, handed in. Without programs, locations that need some are refused. */
export interface World extends HostFiles, Partial<HostPrograms> {
  readonly store: DiskStore;
  /** Offline, one that throws OFFLINE for every request. */
  readonly fetch: Fetch;
  /** For those who bring a client of their own. */
  readonly offline: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Only for what expires (`Valid-Until`); nothing that is written takes its time from here. */
  readonly now: () => Date;
  /** How many threads may compress. */
  readonly threads: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
