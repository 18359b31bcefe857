/** What a recipe says of Fedora, or of other repositories of rpms: which ones, who vouches for them, and what to take. */
export interface FedoraRequest {
  /** `fedora` has an archive of its own; with the aliases, as with it, `repositories` may stand alone. */
  readonly from: "fedora" | "dnf" | "yum";
  /** `$releasever`: `41`, `rawhide`. Without one, only `repositories` and `repoFiles` count. */
  readonly release?: string | undefined;
  /** Base addresses of Fedora's archive, best first: what is above `releases/` and `updates/`. */
  readonly mirror?: readonly string[] | undefined;
  /** Whether `updates` is taken. Undefined: where it can be had. */
  readonly updates?: boolean | undefined;
  readonly repositories: readonly OwnRepository[];
  /** `.repo` files, as the recipe names them: all their enabled sections are taken. */
  readonly repoFiles: readonly string[];
  /** Files with OpenPGP keys, as the recipe names them. */
  readonly keyring: readonly string[];
  /** Fingerprints of the keys that may sign; empty: any key of the keyring. */
  readonly keys: readonly string[];
  readonly allowUnsigned: boolean;
  /** As on dnf's command line: `httpd`, `glibc.i686`, `httpd-2.4.62`, `/usr/bin/vi`, `perl(JSON)`, `python3-*`. */
  readonly include: readonly string[];
  /** Packages that must not be there, as dnf's `excludepkgs` names them: `kernel*`, `glibc.i686`, `httpd-2.4.62`. */
  readonly exclude: readonly string[];
  readonly recommends: boolean;
}

/** One repository, as a section of a `.repo` file would say it; `$releasever` and `$basearch` may stand in addresses. */
export interface OwnRepository {
  /** `own`: what is said of it everywhere; unique in the recipe. */
  readonly name: string;
  /** Base addresses that are mirrors of each other. */
  readonly baseurl?: readonly string[] | undefined;
  readonly metalink?: string | undefined;
  readonly mirrorlist?: string | undefined;
  readonly keyring?: readonly string[] | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly allowUnsigned: boolean;
  /** Whether its index must be signed, too (`repo_gpgcheck`). */
  readonly signedIndex: boolean;
  /** As in dnf.conf(5): 99 unless said otherwise, lower ones win. */
  readonly priority?: number | undefined;
  /** Packages that must not come from it, named in the same way. */
  readonly exclude: readonly string[];
}
