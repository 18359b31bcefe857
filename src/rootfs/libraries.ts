import { byText } from "../bytes/text.ts";
import { versionsLacking } from "../formats/elf-versions.ts";
import type { LibraryNeed } from "../model/library.ts";
import type { ElfFacts, PlacedEntry, RootView } from "../model/rootfs.ts";
import { linkerFolders } from "./ldconfig.ts";
import type { Machine } from "./machines.ts";
import { realPath, resolvePath } from "./resolve.ts";

/** A file or a link that goes into an image, as far as the dynamic linker cares. */
export interface LinkedFile extends Pick<PlacedEntry, "path" | "type" | "link" | "elf"> {
  /** The package that brings it, or `/path` for a file of the recipe itself. */
  readonly owner: string;
}

/** A library that is not there, or not as new as it has to be. */
export interface UnmetLibrary extends LibraryNeed {
  /** Versions of symbols that the library does not have: `GLIBC_2.38`. Empty when it is missing altogether. */
  readonly versions: readonly string[];
  /** Where the library is, `/srv/lib/libx.so.1`, when that is no place where the linker looks for it. */
  readonly lies?: string;
}

/** More elements of one search path than this are not looked at. */
const MAX_SEARCH = 64;

/**
 * The libraries and interpreters that the machine's files among `files` ask for (DT_NEEDED, PT_INTERP), and that
 * neither `files` have nor the host will bring (`provided`: `libcuda.so.1`), sorted. Searched as glibc does
 * (ld.so(8)): DT_RPATH or DT_RUNPATH, then the usual folders. A library that lies anywhere among `files` is also
 * there: whoever asks for it may rely on another part having loaded it. Only a program, which starts alone, may not
 * rely on what another package brings. Of the recipe's own files that need one, the first is named for all.
 *
 * Files for another machine, or for another C library than glibc, ask for nothing: packages bring several and choose
 * at run time.
 */
export function libraryNeeds(
  files: Iterable<LinkedFile>,
  machine: Machine,
  provided: readonly string[],
): LibraryNeed[] {
  return unmet(files, machine, provided).map(({ library, neededBy, file }) => ({ library, neededBy, file }));
}

/**
 * What the same files still miss in a finished root, and the versions of symbols that its libraries lack. There, a
 * program of the recipe itself has to find its libraries where the linker looks, `libraryPath` (LD_LIBRARY_PATH)
 * included; a package's program may be started by another that shows it the way.
 */
export function unmetLibraries(
  root: RootView,
  files: Iterable<LinkedFile>,
  machine: Machine,
  provided: readonly string[],
  libraryPath = "",
): UnmetLibrary[] {
  return unmet(files, machine, provided, { root, libraryPath });
}

function unmet(
  files: Iterable<LinkedFile>,
  machine: Machine,
  provided: readonly string[],
  finished?: { readonly root: RootView; readonly libraryPath: string },
): UnmetLibrary[] {
  const root = finished?.root;
  const placed = new Map<string, LinkedFile>();
  for (const file of files) placed.set((root && realPath(root, file.path, false)) ?? file.path, file);
  const tree: Tree = {
    get: (path) => placed.get(path) ?? root?.get(path),
    machine,
    folders: [...machine.folders, ...(root === undefined ? [] : linkerFolders(root))],
    libraryPath: finished && pathElements(finished.libraryPath.replaceAll(";", ":")),
  };
  const brought = broughtBy(placed, machine);
  const lacks = new Map<string, Lack & { owners: Map<string, string>; file: string }>();
  for (const [path, file] of [...placed].sort(([a], [b]) => byText(a, b))) {
    if (file.elf === undefined || file.type !== "file" || !usable(file.elf, machine)) continue;
    for (const lack of lacksOf(path, file, file.elf, tree, brought)) {
      if (provided.includes(lack.library)) continue;
      const key = [lack.library, lack.lies ?? "", ...lack.versions].join("\n");
      const known = lacks.get(key) ?? { ...lack, owners: new Map(), file: `/${path}` };
      const application = applicationOf(file.owner);
      if (!known.owners.has(application)) known.owners.set(application, file.owner);
      lacks.set(key, known);
    }
  }
  return [...lacks]
    .sort(([a], [b]) => byText(a, b))
    .map(([, { owners, ...lack }]) => ({ ...lack, neededBy: [...owners.values()].sort(byText) }));
}

/** Where the linker looks. */
interface Tree {
  get(path: string): Pick<PlacedEntry, "path" | "type" | "link" | "elf"> | undefined;
  readonly machine: Machine;
  /** After what the file itself says. */
  readonly folders: readonly string[];
  /** Of LD_LIBRARY_PATH, looked at between DT_RPATH and DT_RUNPATH; known of a finished root only. */
  readonly libraryPath: readonly string[] | undefined;
}

/** Names by which a library can be asked for, each with those who bring it and one place where it lies. */
type Brought = ReadonlyMap<string, { readonly owners: ReadonlySet<string>; readonly lies: string }>;

function broughtBy(placed: ReadonlyMap<string, LinkedFile>, machine: Machine): Brought {
  const brought = new Map<string, { owners: Set<string>; lies: string }>();
  for (const [path, { elf, owner }] of placed) {
    if (elf === undefined || !usable(elf, machine)) continue;
    for (const name of [path.slice(path.lastIndexOf("/") + 1), elf.soname]) {
      if (name === undefined) continue;
      const known = brought.get(name) ?? { owners: new Set(), lies: `/${path}` };
      known.owners.add(applicationOf(owner));
      brought.set(name, known);
    }
  }
  return brought;
}

/** The recipe's own files belong together. */
function applicationOf(owner: string): string {
  return owner.startsWith("/") ? "/" : owner;
}

/** Of this machine, and of glibc: musl's and Android's files name another C library or another linker. */
function usable(elf: ElfFacts, machine: Machine): boolean {
  const strange = (name: string) =>
    /^(?:libc\.(?!so\.6$)|ld-musl-)/.test(name.slice(name.lastIndexOf("/") + 1));
  const { interpreter = "" } = elf;
  return (
    machine.runs(elf) &&
    !strange(interpreter) &&
    !interpreter.startsWith("/system/") &&
    !elf.needed.some(strange)
  );
}

type Lack = Pick<UnmetLibrary, "library" | "versions" | "lies">;

function* lacksOf(
  path: string,
  { owner }: LinkedFile,
  elf: ElfFacts,
  tree: Tree,
  brought: Brought,
): Generator<Lack> {
  const { interpreter } = elf;
  if (interpreter !== undefined && resolvePath(tree, interpreter) === undefined)
    yield { library: interpreter, versions: [] };
  const folders = [...searchPath(path, elf, tree.machine), ...(tree.libraryPath ?? []), ...tree.folders];
  const startsAlone = interpreter !== undefined;
  const findsItself = startsAlone && applicationOf(owner) === "/" && tree.libraryPath !== undefined;
  for (const library of new Set(elf.needed)) {
    // Taken as a path; a relative one depends on where the program is started.
    if (library.includes("/") && !library.startsWith("/")) continue;
    const along = brought.get(library);
    if (!findsItself && (startsAlone ? along?.owners.has(applicationOf(owner)) : along !== undefined))
      continue;
    const places = library.includes("/") ? [library] : folders.map((folder) => `${folder}/${library}`);
    const found = firstLibrary(places, tree);
    const [, ...wanted] = elf.versionsNeeded?.find(([name]) => name === library) ?? [];
    const versions = found === undefined ? [] : versionsLacking(wanted, found.versionsDefined);
    const lies = found === undefined && findsItself && along !== undefined ? { lies: along.lies } : {};
    if (found === undefined || versions.length > 0) yield { library, versions, ...lies };
  }
}

/** The linker passes over files that are not for this machine. */
function firstLibrary(places: readonly string[], tree: Tree): ElfFacts | undefined {
  for (const place of places) {
    const elf = resolvePath(tree, place)?.elf;
    if (elf !== undefined && usable(elf, tree.machine)) return elf;
  }
  return undefined;
}

/** Absolute folders of DT_RUNPATH, or else of DT_RPATH. */
function searchPath(path: string, { runpath, rpath }: ElfFacts, machine: Machine): string[] {
  const slash = path.lastIndexOf("/");
  const tokens = { ...machine.tokens, ORIGIN: slash < 0 ? "" : `/${path.slice(0, slash)}` };
  const known = (_: string, bare?: string, braced?: string) =>
    tokens[(bare ?? braced) as keyof typeof tokens];
  return pathElements(runpath ?? rpath ?? "", (folder) =>
    folder.replace(/\$(?:(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_])|\{(ORIGIN|LIB|PLATFORM)\})/g, known),
  );
}

/** Relative ones depend on where a program is started. */
function pathElements(path: string, filled: (folder: string) => string = (folder) => folder): string[] {
  return path
    .split(":", MAX_SEARCH)
    .map(filled)
    .filter((folder) => folder.startsWith("/"));
}
