import type { LockedRepository, Package } from "../model/package.ts";

/** What a request for a distribution's packages comes to: the middle of the chain of trust, and exact packages. */
export interface Resolution {
  readonly repositories: readonly LockedRepository[];
  /** In the order of the architectures that were asked for. */
  readonly packages: readonly (readonly Package[])[];
  readonly notes: readonly string[];
}
