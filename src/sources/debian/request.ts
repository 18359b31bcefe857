import type { Variant } from "./wants.ts";

/** What a recipe says of Debian or Ubuntu: which archive, who vouches for it, and what to take. */
export interface DebianRequest {
  readonly from: "debian" | "ubuntu";
  /** One suite brings its updates and security suites along; several are taken as they stand. */
  readonly suite: readonly string[];
  readonly components: readonly string[];
  readonly mirror?: readonly string[] | undefined;
  readonly securityMirror?: readonly string[] | undefined;
  readonly snapshot?: string | undefined;
  /** Undefined: with one suite, where it can be had. */
  readonly updates?: boolean | undefined;
  readonly security?: boolean | undefined;
  readonly repositories: readonly OwnRepository[];
  /** A file with keys, as the recipe names it. */
  readonly keyring?: string | undefined;
  readonly keys: readonly string[];
  readonly allowUnsigned: boolean;
  readonly variant: Variant;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly prefer: readonly string[];
  readonly recommends: boolean;
  /** Priorities by suite, as in apt_preferences(5). */
  readonly pin: Readonly<Record<string, number>>;
}

export interface OwnRepository {
  readonly uri: readonly string[];
  readonly suite: readonly string[];
  readonly components: readonly string[];
  readonly signedBy?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly allowUnsigned: boolean;
}
