import { decodeText } from "../bytes/text.ts";
import { type CachedLibrary, compareLibraryNames, encodeLibraryCache } from "../formats/ld-cache.ts";
import type { ElfFacts, PlacedEntry, RootView } from "../model/rootfs.ts";
import { globPattern } from "./glob.ts";
import { resolvePath } from "./resolve.ts";

export interface LinkerSetup {
  /** Directories that are searched after those of `/etc/ld.so.conf`, absolute, in order. */
  readonly builtin: readonly string[];
  readonly littleEndian: boolean;
  /** The cache's flags for a library of the root's own or a sibling architecture; undefined for any other. */
  flagsOf(elf: ElfFacts): number | undefined;
  /** `ldconfig (Debian GLIBC 2.36-9) stable release version 2.36` */
  readonly generator: string;
}

/** What `ldconfig` leaves behind. */
export interface LinkerFiles {
  readonly cache: Buffer;
  /** Symlinks that it would make or replace: path relative to the root, and the text of the link. */
  readonly links: readonly { readonly path: string; readonly link: string }[];
}

interface SearchDirectory {
  /** As it was spelled: what the cache says. */
  readonly name: string;
  /** Where it really is. */
  readonly path: string;
  readonly hwcaps?: string;
}

const MAX_CONFIGURATIONS = 1000;

/**
 * The dynamic linker's cache and the soname links of a root, as `ldconfig -r ROOT` writes them (glibc 2.33 and newer,
 * elf/ldconfig.c), byte for byte, for any architecture.
 *
 * Left out, because no package of Debian 11 or newer uses them: legacy hardware subdirectories (`haswell`, `sse2`,
 * `tls`, gone from glibc 2.37 on), and `hwcap` lines. Where two files of one directory claim one soname and nothing
 * else decides, ldconfig takes whichever the disk lists first; this takes the one that sorts first.
 */
export function linkerFiles(root: RootView, setup: LinkerSetup): LinkerFiles {
  const libraries: CachedLibrary[] = [];
  const links: { path: string; link: string }[] = [];
  for (const directory of searchDirectories(root, setup.builtin)) {
    for (const one of librariesOf(root, directory, setup)) {
      const file = directory.hwcaps === undefined ? one.soname : one.name;
      const { name: _, isLink, ...rest } = one;
      libraries.push({ ...rest, path: `${directory.name}/${file}` });
      if (directory.hwcaps === undefined && !isLink && one.name !== one.soname) {
        const path = `${directory.path}/${one.soname}`;
        const current = root.get(path);
        const target = current && resolvePath(root, path)?.path;
        const wrong =
          current === undefined || (current.type === "symlink" && target !== `${directory.path}/${one.name}`);
        if (wrong) links.push({ path, link: one.name });
      }
    }
  }
  const { littleEndian, generator } = setup;
  return { cache: encodeLibraryCache({ libraries, littleEndian, generator }), links };
}

function searchDirectories(root: RootView, builtin: readonly string[]): SearchDirectory[] {
  const found = new Map<string, SearchDirectory>();
  for (const name of [...linkerFolders(root), ...builtin]) {
    const entry = resolvePath(root, name);
    if (entry?.type !== "directory" || found.has(entry.path)) continue;
    found.set(entry.path, { name, path: entry.path });
    for (const child of childrenOf(root, `${entry.path}/glibc-hwcaps`)) {
      const below = baseName(child.path);
      const real = resolvePath(root, child.path);
      if (below.startsWith(".") || below.includes(":") || real?.type !== "directory" || found.has(real.path))
        continue;
      found.set(real.path, { name: `${name}/glibc-hwcaps/${below}`, path: real.path, hwcaps: below });
    }
  }
  return [...found.values()];
}

/** What a root's `/etc/ld.so.conf` adds to the linker's folders: absolute, in order. */
export function linkerFolders(root: RootView): readonly string[] {
  return configuredDirectories(root, "/etc/ld.so.conf");
}

/** Directory lines of `ld.so.conf`, and of what it includes, in order (ldconfig(8)). */
function configuredDirectories(
  root: RootView,
  file: string,
  seen = new Set<string>(),
  patterns = new Set<string>(),
): string[] {
  const entry = resolvePath(root, file);
  const content = entry && root.read(entry.path);
  if (!entry || !content || seen.has(entry.path) || seen.size > MAX_CONFIGURATIONS) return [];
  seen.add(entry.path);
  const directories: string[] = [];
  for (const raw of decodeText(content).split("\n")) {
    const line = raw.replace(/#.*/s, "").trim();
    const include = /^include[ \t]+(.*)$/.exec(line);
    if (include) {
      for (const pattern of (include[1] as string).split(/[ \t]+/)) {
        const absolute = pattern.startsWith("/")
          ? pattern
          : `${file.slice(0, file.lastIndexOf("/") + 1)}${pattern}`;
        // A file counts once: patterns that lead to what was read already are not looked at again.
        if (patterns.has(absolute) || patterns.size > MAX_CONFIGURATIONS) continue;
        patterns.add(absolute);
        for (const name of expandGlob(root, absolute))
          directories.push(...configuredDirectories(root, name, seen, patterns));
      }
    } else if (line.startsWith("/")) {
      const name = line.replace(/=.*/s, "").replace(/[/ \t]+$/, "");
      if (name !== "") directories.push(name);
    }
  }
  return directories;
}

/** Paths that a pattern with wildcards in its last segment names, sorted. */
function expandGlob(root: RootView, pattern: string): string[] {
  const slash = pattern.lastIndexOf("/");
  const folder = pattern.slice(0, slash);
  const matches = globPattern(pattern.slice(slash + 1));
  const real = resolvePath(root, folder);
  if (real?.type !== "directory") return [];
  return childrenOf(root, real.path)
    .map((entry) => baseName(entry.path))
    .filter((name) => matches(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}

interface Found extends Omit<CachedLibrary, "path"> {
  readonly name: string;
  readonly isLink: boolean;
}

function librariesOf(root: RootView, directory: SearchDirectory, setup: LinkerSetup): Found[] {
  const bySoname = new Map<string, Found>();
  for (const entry of childrenOf(root, directory.path)) {
    const name = baseName(entry.path);
    if (!/^(?:lib|ld-).*\.so/s.test(name) || name.includes(".#prelink#")) continue;
    const file =
      entry.type === "symlink" || entry.type === "hardlink" ? resolvePath(root, entry.path) : entry;
    if (file?.type !== "file" || !file.elf || file.elf.type !== 3) continue;
    const flags = setup.flagsOf(file.elf);
    if (flags === undefined) continue;
    const own = file.elf.soname ?? name;
    // Only SONAME itself and the compiler's plain `.so` count as links; any other link is a library like a file.
    const isLink =
      entry.type === "symlink" && (name === own || (name.endsWith(".so") && own.startsWith(name)));
    const found: Found = {
      soname: isLink ? name : own,
      name,
      isLink,
      flags,
      ...(directory.hwcaps === undefined ? {} : { hwcaps: directory.hwcaps, isaLevel: isaLevelOf(file.elf) }),
    };
    const rival = bySoname.get(found.soname);
    if (rival === undefined || prefers(found, rival)) bySoname.set(found.soname, found);
  }
  // ldconfig adds what it found last first; that shows only between names that compare equal.
  return [...bySoname.values()].reverse();
}

function prefers(found: Found, rival: Found): boolean {
  if (found.isLink !== rival.isLink) return rival.isLink;
  return compareLibraryNames(rival.name, found.name) < 0;
}

function isaLevelOf(elf: ElfFacts): number {
  return elf.isaNeeded ? 31 - Math.clz32(elf.isaNeeded) : 0;
}

function childrenOf(root: RootView, directory: string): PlacedEntry[] {
  const children: PlacedEntry[] = [];
  const depth = directory.length + 1;
  for (const entry of root.under(directory)) if (!entry.path.includes("/", depth)) children.push(entry);
  return children;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
