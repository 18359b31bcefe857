/** One section of a `.repo` file (dnf.conf(5), "Repo Options"), as far as it says where packages come from. */
export interface RepoSection {
  /** `fedora`, `updates`. */
  readonly id: string;
  readonly enabled: boolean;
  /** Base addresses, which are mirrors of each other. */
  readonly baseurl: readonly string[];
  readonly metalink?: string;
  readonly mirrorlist?: string;
  /** Addresses of key files. */
  readonly gpgkey: readonly string[];
  /** Whether the index must be signed; undefined where it is not said. */
  readonly repoGpgcheck?: boolean;
  /** 99 unless said otherwise; lower ones win. */
  readonly priority: number;
  /** Names and patterns of packages that must not come from here. */
  readonly excludes: readonly string[];
  /** The only ones that may, where any are named. */
  readonly includes: readonly string[];
}

/**
 * Reads a `.repo` file: sections with `key = value` lines, which go on in lines that begin with a blank. Keys that mean
 * nothing here are passed over, and so is `[main]`.
 */
export function parseRepoFile(text: string): RepoSection[] {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const raw of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(raw)) continue;
    const header = /^\[([^\]]{1,200})\]\s*$/.exec(raw);
    if (header !== null) {
      section = new Map();
      sections.set(header[1] as string, section);
      key = undefined;
    } else if (/^\s/.test(raw) && key !== undefined) {
      section?.set(key, `${section.get(key)} ${raw.trim()}`);
    } else {
      const equals = raw.indexOf("=");
      if (equals < 0) continue;
      key = raw.slice(0, equals).trim();
      section?.set(key, raw.slice(equals + 1).trim());
    }
  }
  return [...sections].filter(([id]) => id !== "main").map(([id, values]) => sectionOf(id, values));
}

function sectionOf(id: string, values: ReadonlyMap<string, string>): RepoSection {
  const words = (...keys: string[]) =>
    keys.flatMap((one) => (values.get(one) ?? "").split(/[\s,]+/)).filter((word) => word !== "");
  const flag = (name: string) => {
    const value = values.get(name)?.toLowerCase();
    return value === undefined ? undefined : ["1", "yes", "true", "on"].includes(value);
  };
  const [metalink] = words("metalink");
  const [mirrorlist] = words("mirrorlist");
  const repoGpgcheck = flag("repo_gpgcheck");
  const priority = /^-?\d{1,6}$/.test(values.get("priority") ?? "") ? Number(values.get("priority")) : 99;
  return {
    id,
    enabled: flag("enabled") ?? true,
    baseurl: words("baseurl"),
    ...(metalink !== undefined && { metalink }),
    ...(mirrorlist !== undefined && { mirrorlist }),
    gpgkey: words("gpgkey"),
    ...(repoGpgcheck !== undefined && { repoGpgcheck }),
    priority,
    excludes: words("exclude", "excludepkgs"),
    includes: words("includepkgs"),
  };
}

/**
 * Puts values in for `$releasever`, `${basearch}` and their like (dnf.conf(5), "Variables"); names that are not known
 * stay as they are.
 */
export function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:([a-zA-Z_]\w*)|\{([a-zA-Z_]\w*)\})/g,
    (whole, plain?: string, braced?: string) => {
      const name = (plain ?? braced) as string;
      return Object.hasOwn(variables, name) ? (variables[name] as string) : whole;
    },
  );
}
