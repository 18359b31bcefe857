import type { Progress, Store } from "../../../model/seams.ts";

/** npm's configuration, flat, as npm's own libraries take it. It holds logins: never shown, never written. */
export type NpmOptions = Readonly<Record<string, unknown>>;

/** What it takes to ask a registry. */
export interface NpmClient {
  readonly options: NpmOptions;
  readonly store: Store;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}
