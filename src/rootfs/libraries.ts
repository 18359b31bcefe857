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

/** What the same files still miss in a finished root, and the versions of symbols that its libraries lack. */
export function unmetLibraries(
  root: RootView,
  files: Iterable<LinkedFile>,
  machine: Machine,
  provided: readonly string[],
): UnmetLibrary[] {
  return unmet(files, machine, provided, root);
}

function unmet(
  files: Iterable<LinkedFile>,
  machine: Machine,
  provided: readonly string[],
  root?: RootView,
): UnmetLibrary[] {
  const placed = new Map<string, LinkedFile>();
  for (const file of files) placed.set((root && realPath(root, file.path, false)) ?? file.path, file);
  const tree: Tree = {
    get: (path) => placed.get(path) ?? root?.get(path),
    machine,
    folders: [...machine.folders, ...(root === undefined ? [] : linkerFolders(root))],
  };
  const brought = broughtBy(placed, machine);
  const lacks = new Map<string, Lack & { owners: Map<string, string>; file: string }>();
  for (const [path, file] of [...placed].sort(([a], [b]) => byText(a, b))) {
    if (file.elf === undefined || file.type !== "file" || !usable(file.elf, machine)) continue;
    for (const lack of lacksOf(path, file, file.elf, tree, brought)) {
      if (provided.includes(lack.library)) continue;
      const key = [lack.library, ...lack.versions].join("\n");
      const known = lacks.get(key) ?? { ...lack, owners: new Map(), file: `/${path}` };
      const application = applicationOf(file.owner);
      if (!known.owners.has(application)) known.owners.set(application, file.owner);
      lacks.set(key, known);
    }
  }
  return [...lacks]
    .sort(([a], [b]) => byText(a, b))
    .map(([, { library, versions, owners, file }]) => {
      return { library, versions, neededBy: [...owners.values()].sort(byText), file };
    });
}

/** Where the linker looks. */
interface Tree {
  get(path: string): Pick<PlacedEntry, "path" | "type" | "link" | "elf"> | undefined;
  readonly machine: Machine;
  /** After what the file itself says. */
  readonly folders: readonly string[];
}

/** Names by which a library can be asked for, each with those who bring it. */
type Brought = ReadonlyMap<string, ReadonlySet<string>>;

function broughtBy(placed: ReadonlyMap<string, LinkedFile>, machine: Machine): Brought {
  const brought = new Map<string, Set<string>>();
  for (const [path, { elf, owner }] of placed) {
    if (elf === undefined || !usable(elf, machine)) continue;
    for (const name of [path.slice(path.lastIndexOf("/") + 1), elf.soname]) {
      if (name === undefined) continue;
      const owners = brought.get(name) ?? new Set();
      brought.set(name, owners.add(applicationOf(owner)));
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

type Lack = Pick<UnmetLibrary, "library" | "versions">;

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
  const folders = [...searchPath(path, elf, tree.machine), ...tree.folders];
  for (const library of new Set(elf.needed)) {
    // Taken as a path; a relative one depends on where the program is started.
    if (library.includes("/") && !library.startsWith("/")) continue;
    const owners = brought.get(library);
    if (interpreter === undefined ? owners !== undefined : owners?.has(applicationOf(owner))) continue;
    const places = library.includes("/") ? [library] : folders.map((folder) => `${folder}/${library}`);
    const found = firstLibrary(places, tree);
    const [, ...wanted] = elf.versionsNeeded?.find(([name]) => name === library) ?? [];
    const versions = found === undefined ? [] : versionsLacking(wanted, found.versionsDefined);
    if (found === undefined || versions.length > 0) yield { library, versions };
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
  return (runpath ?? rpath ?? "")
    .split(":", MAX_SEARCH)
    .map((folder) =>
      folder.replace(
        /\$(?:(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_])|\{(ORIGIN|LIB|PLATFORM)\})/g,
        (_, bare, braced) => tokens[(bare ?? braced) as keyof typeof tokens],
      ),
    )
    .filter((folder) => folder.startsWith("/"));
}
