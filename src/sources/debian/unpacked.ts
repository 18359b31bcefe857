/** What is known of a binary package once its control archive was read: what dpkg would keep of it. */
export interface UnpackedDebian {
  readonly name: string;
  readonly version: string;
  /** dpkg's word: `amd64`, `all`. */
  readonly architecture: string;
  /** `same`, `foreign`, `allowed`; undefined when the field is absent. */
  readonly multiArch: string | undefined;
  /** The stanza of `DEBIAN/control`, exactly as it stands there. */
  readonly control: string;
  /**
   * Text of every control member but `control` and `md5sums`: `preinst`, `postinst`, `prerm`, `postrm`, `config`,
   * `triggers`, `conffiles`, `templates`, `shlibs`, `symbols`.
   */
  readonly scripts: ReadonlyMap<string, string>;
  /** In the order of the `conffiles` member. */
  readonly conffiles: readonly Conffile[];
  /** Stem of its files under `var/lib/dpkg/info`: `NAME`, or `NAME:ARCH` for `Multi-Arch: same`. */
  readonly installedAs: string;
}

/** A file that dpkg leaves to the administrator (Debian Policy 10.7). */
export interface Conffile {
  /** As the package's `conffiles` member spells it, without the leading slash. */
  readonly path: string;
  /** md5 of the shipped content, in hex. */
  readonly md5: string;
  readonly obsolete?: boolean;
}

/** A package's name in a root, `PlacedEntry.owner`: `libc6:amd64`. */
export function idOfDebian({ name, architecture }: Pick<UnpackedDebian, "name" | "architecture">): string {
  return `${name}:${architecture}`;
}

/** How dpkg names the package's info files (dpkg, `pkg_infodb`): only `Multi-Arch: same` carries its architecture. */
export function installedAs(name: string, architecture: string, multiArch: string | undefined): string {
  return multiArch === "same" ? `${name}:${architecture}` : name;
}
