import type { Workspace } from "../../scripts/workspace.ts";

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
      run: linkPolicy,
    },
  ],
  [
    "filesystem/pretrans",
    {
      holds: ['posix.mkdir("/proc")', 'posix.chmod("/sys", 0555)', 'posix.symlink("usr/lib", "/lib")'],
      phrase: "the folders of the kernel, and the links of a merged /usr",
      run(workspace, text) {
        for (const folder of ["/proc", "/sys"]) workspace.makeDirectory(folder, true, { mode: 0o555 });
        if (!text.includes('posix.symlink("bin", "/usr/sbin")')) return undefined;
        const sbin = workspace.lookup("/usr/sbin");
        if (sbin === undefined) workspace.symlink("/usr/sbin", "bin");
        return sbin === undefined || sbin.type === "symlink"
          ? undefined
          : "packages bring /usr/sbin as a folder";
      },
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
      holds: ["include ld.so.conf.d/*.conf", "call_ldconfig"],
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
  return script === "pretrans" && onlyClearsAway(text)
    ? { phrase: "nothing of an older version to clean up", harmless: true, run: () => undefined }
    : undefined;
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

/** Each library's file of the policy DEFAULT, under its name; whoever has chosen a policy keeps it. */
function linkPolicy(workspace: Workspace): undefined {
  const [own, policy] = ["/etc/crypto-policies", "/usr/share/crypto-policies/DEFAULT"];
  if (workspace.resolve(`${own}/config`)) return undefined;
  for (const folder of ["state", "back-ends"]) workspace.makeDirectory(`${own}/${folder}`, true);
  for (const file of ["config", "state/current"]) workspace.write(`${own}/${file}`, "DEFAULT\n");
  for (const name of workspace.list(policy)) {
    const link = `${own}/back-ends/${name.replace(/\..*/, "")}.config`;
    workspace.remove(link);
    workspace.symlink(link, `${policy}/${name}`);
  }
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

const looksOrClears = new Set(
  "posix.stat posix.readlink posix.access posix.dir os.rename os.remove posix.unlink posix.rmdir ipairs pairs print".split(
    " ",
  ),
);
const keywords = new Set("if elseif while and or not in return until function".split(" "));

/**
 * Whether a script does nothing but look for files and move or remove them: a package's way of turning a folder of its
 * older version into a link, or back. Before a first installation there is nothing that it could find.
 */
function onlyClearsAway(text: string): boolean {
  const code = text
    .split("\n")
    .filter((line) => !line.trim().startsWith("--"))
    .join("\n")
    .replace(/"[^"\n]*"|'[^'\n]*'/g, '""');
  // Other ways to spell a string, in which a call could hide.
  if (/\\|\[=*\[/.test(text)) return false;
  const own = new Set([...code.matchAll(/\bfunction +([A-Za-z_]\w*)/g)].map(([, name]) => name));
  const calls = [...code.matchAll(/([A-Za-z_][\w.:]*)\s*[({"'[]/g)].map(([, name]) => name as string);
  return (
    /\b(?:os\.rename|os\.remove|posix\.unlink|posix\.rmdir)\b/.test(code) &&
    calls.every((name) => looksOrClears.has(name) || keywords.has(name) || own.has(name)) &&
    // A function under another name would go by unseen.
    !/(?:=|,|\breturn)\s*(?:posix|os|io|rpm|load|require|_G)\b(?!\.[a-z]+\s*\()/.test(code)
  );
}
