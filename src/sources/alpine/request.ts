/** What a recipe says of Alpine, Wolfi or another distribution of apk packages. */
export interface AlpineRequest {
  /**
   * `alpine` has an archive of its own: a mirror, a release, and its parts. The others are made of `repositories`
   * alone.
   */
  readonly from: "alpine" | "apk" | "wolfi" | "chainguard";
  /** `v3.20`, `edge`: only with an archive. */
  readonly release?: string | undefined;
  /** Parts of a release: `main`, `community`. */
  readonly components: readonly string[];
  /** Base addresses of the archive, best first: what is above `v3.20/main`. */
  readonly mirror?: readonly string[] | undefined;
  readonly repositories: readonly OwnRepository[];
  /** Files with public keys (`NAME.rsa.pub`), or folders of them, as the recipe names them. */
  readonly keyring?: readonly string[] | undefined;
  /** sha256 of the public keys (DER of the SubjectPublicKeyInfo) that may sign, upper-case hex; empty: any of the keyring. */
  readonly keys: readonly string[];
  readonly allowUnsigned: boolean;
  /** As in etc/apk/world: `busybox`, `nginx>1.24`, `nginx~1.24`, `foo@tag`. */
  readonly include: readonly string[];
  /** Names of packages that must not be there. */
  readonly exclude: readonly string[];
}

export interface OwnRepository {
  /** Base addresses that are mirrors of each other: what is above `x86_64/APKINDEX.tar.gz`. */
  readonly url: readonly string[];
  /** Packages come from here only when they ask for it: `foo@edge`. */
  readonly tag?: string | undefined;
  readonly keyring?: readonly string[] | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly allowUnsigned: boolean;
}
