import type { Workspace } from "../../scripts/workspace.ts";
import { linkPolicy } from "./crypto-policies.ts";
import { onlyForOlder } from "./lua-for-older.ts";
import { stepsOfLua } from "./lua-steps.ts";

/** What a scriptlet in Lua comes to on a first installation. */
export interface KnownLua {
  readonly phrase: string;
  /** Whether an image is none the worse without it. */
  readonly harmless: boolean;
  /** Does the work; says what is in the way, if anything. */
  readonly run: (workspace: Workspace) => string | undefined;
}

interface Known {
  /** Texts that the scriptlet must hold, and must not: a version that does something else is not known. */
  readonly holds: readonly string[];
  readonly lacks?: readonly string[];
  readonly phrase: string;
  readonly run?: (workspace: Workspace, text: string) => string | undefined;
}

const gconvCaches = ["/usr/lib64/gconv/gconv-modules.cache", "/usr/lib/gconv/gconv-modules.cache"];

/** By package and scriptlet. With `run` it counts as handled, without as harmless. */
const known = new Map<string, Known>([
  [
    "crypto-policies/post",
    {
      holds: ['posix.symlink(policypath.."/"..fn, cfgfn)', 'local policy = "DEFAULT"'],
      lacks: ["cfg_path_"],
      phrase: "the default policy of cryptography",
      run: defaultPolicy,
    },
  ],
  [
    "filesystem/filetrigger",
    {
      holds: ['st = posix.stat("/usr/sbin")', 'if not st or st.type == "link" then\n  return'],
      phrase: "programs of /usr/sbin are those of /usr/bin",
      run: (workspace) =>
        workspace.lookup("/usr/sbin")?.type === "directory"
          ? "packages bring /usr/sbin as a folder, and programs of /usr/bin get no links there"
          : undefined,
    },
  ],
  [
    "filesystem/posttrans",
    {
      holds: ["restorecon"],
      lacks: ["posix.symlink", "os.remove", "os.rename"],
      phrase: "security labels belong to the host",
    },
  ],
  ["glibc/pre", { holds: ["rpm.vercmp(rel, required)"], phrase: "nothing of an older version to clean up" }],
  [
    "glibc/post",
    {
      holds: ["include ld.so.conf.d/*.conf", "ldconfig"],
      phrase: "the dynamic linker's configuration and cache",
      run: includeFolder,
    },
  ],
  [
    "glibc-gconv-extra/post",
    {
      holds: ["update_gconv_modules_cache"],
      phrase: "glibc finds its character sets without a cache",
      run(workspace) {
        // glibc takes nothing from a cache that has no header, and reads gconv-modules itself (iconv/gconv_cache.c).
        for (const cache of gconvCaches) if (workspace.resolve(cache)?.size) workspace.write(cache, "");
        return undefined;
      },
    },
  ],
  [
    "glibc-all-langpacks/posttrans",
    { holds: ["locale-archive.real", "posix.link"], phrase: "the archive of locales is the package's own" },
  ],
  [
    "glibc-common/transfiletrigger",
    { holds: ["call_ldconfig"], phrase: "the dynamic linker's cache", run: () => undefined },
  ],
  [
    "setup/post",
    {
      holds: ['os.remove("/etc/"..name..".rpmnew")'],
      lacks: ["groupadd", "useradd", "io.open"],
      phrase: "nothing of an older version to clean up",
    },
  ],
]);

/** What a package's scriptlet in Lua does, if it is one of those that are known by their text. */
export function knownLua(name: string, script: string, text: string): KnownLua | undefined {
  const one = known.get(`${name}/${script}`) ?? (script === "post" ? shells : undefined);
  if (one?.holds.every((part) => text.includes(part)) && !one.lacks?.some((part) => text.includes(part))) {
    const { phrase, run } = one;
    return { phrase, harmless: run === undefined, run: (workspace) => run?.(workspace, text) };
  }
  if (script === "pretrans" && onlyForOlder(text))
    return { phrase: "nothing of an older version to clean up", harmless: true, run: () => undefined };
  const steps = stepsOfLua(text);
  if (steps === undefined) return undefined;
  const run = (workspace: Workspace) => {
    const [blocked] = steps(workspace);
    // Afterwards, a folder stays; before, files would have gone to where the link leads.
    return blocked === undefined || script !== "pretrans"
      ? undefined
      : `packages bring ${blocked} as a folder`;
  };
  return { phrase: "folders and links", harmless: false, run };
}

/** A shell that puts itself into `/etc/shells`, as bash's does. */
const shells: Known = {
  holds: ["nl        = '\\n'", "io.open('/etc/shells', 'a+')"],
  phrase: "shells of /etc/shells",
  run(workspace, text) {
    const present = workspace.text("/etc/shells");
    if (present === undefined && workspace.resolve("/etc/shells"))
      return "the content of /etc/shells is not at hand";
    const lines = (present ?? "").split("\n");
    const added = [...text.matchAll(/'(\/[^'\s]+)'\.\.nl$/gm)].flatMap(([, path]) =>
      path !== undefined && !lines.includes(path) ? [`${path}\n`] : [],
    );
    workspace.write("/etc/shells", `${present ?? ""}${added.join("")}`);
    return undefined;
  },
};

/** Whoever has chosen a policy keeps it. */
function defaultPolicy(workspace: Workspace): undefined {
  const config = "/etc/crypto-policies/config";
  if (workspace.resolve(config)) return undefined;
  workspace.makeDirectory("/etc/crypto-policies", true);
  workspace.write(config, "DEFAULT\n");
  linkPolicy(workspace, "DEFAULT");
  return undefined;
}

function includeFolder(workspace: Workspace): string | undefined {
  const path = "/etc/ld.so.conf";
  const line = "include ld.so.conf.d/*.conf";
  const text = workspace.text(path);
  if (text === undefined)
    return workspace.resolve(path) ? `the content of ${path} is not at hand` : undefined;
  if (!text.split("\n").includes(line)) workspace.write(path, `${line}\n${text}`);
  return undefined;
}
