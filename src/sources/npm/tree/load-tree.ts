import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Arborist from "@npmcli/arborist";
import { TareError } from "../../../errors.ts";
import type { NpmOptions } from "../registry/client.ts";
import type { NpmRequest } from "../request.ts";
import { addKept, type KeptPackage } from "./kept-packages.ts";
import { checkLockIntegrity } from "./lock-integrity.ts";
import { type ProjectLock, readProject, readProjectLock, textOf } from "./project-files.ts";
import { treeFailure } from "./tree-failure.ts";
import { checkOnItsOwn } from "./workspace-root.ts";

/** A tree as npm's own resolver has it, for all platforms at once, development dependencies included. */
export interface LoadedTree {
  readonly root: Arborist.Node;
  /** The lock that says what the tree must be; none when it was resolved now. */
  readonly lock?: {
    readonly name: string;
    readonly file: string;
    /** Whether it says where the project's own packages lie (npm's locks of version 2 and later). */
    readonly hasLinks: boolean;
  };
  /** Where `overrides` belong, for sentences. */
  readonly overridesIn: string;
}

/** How a tree is made, beside what is asked for. */
export interface TreeOptions {
  readonly signal?: AbortSignal | undefined;
  /** What the lock before has: it stays while it fits, unless the project has a lock of its own. */
  readonly keep?: readonly KeptPackage[];
}

interface Resolving extends TreeOptions {
  readonly options: NpmOptions;
  readonly overridesIn: string;
}

/**
 * The tree of a project or of published packages. Nothing is written but npm's cache, no program is started, and no
 * `node_modules` that is there is looked at.
 * @throws NO_FILE, UNREADABLE, BAD_PROJECT, FOREIGN_LOCK, LOCK_OUT_OF_STEP, DEPENDENCY_REFUSED, DEPENDENCY_UNREACHABLE,
 * the signal's reason
 */
export async function loadTree(
  request: Pick<NpmRequest, "project" | "package" | "overrides">,
  options: NpmOptions,
  { signal, keep }: TreeOptions = {},
): Promise<LoadedTree> {
  if (request.project === undefined)
    return treeOfPackages(request, { options, overridesIn: "the recipe", signal, keep: keep ?? [] });
  const manifest = await readProject(request.project);
  const tree = await treeOfProject(request.project, { options, overridesIn: "package.json", signal }, keep);
  checkTaken(manifest, tree.root, join(request.project, "package.json"));
  return tree;
}

async function treeOfProject(
  folder: string,
  resolving: Resolving,
  keep: readonly KeptPackage[] = [],
): Promise<LoadedTree> {
  const lock = await readProjectLock(folder);
  if (lock !== undefined) checkLockIntegrity(lock, join(folder, lock.name));
  const project = await realpath(folder);
  const { overridesIn } = resolving;
  if (lock === undefined) {
    await checkOnItsOwn(project);
    return { root: await resolveTree(project, { ...resolving, keep }), overridesIn };
  }
  if (lock.kind === "yarn") return { root: await resolveTree(project, resolving), overridesIn };
  const root = await lockedTree(project, lock, resolving);
  const { name, kind } = lock;
  return { root, lock: { name, file: join(folder, name), hasLinks: kind === "npm" }, overridesIn };
}

/** npm goes on without any dependency where it cannot read one. @throws BAD_PROJECT */
function checkTaken(manifest: Uint8Array, root: Arborist.Node, where: string): void {
  const { dependencies } = JSON.parse(textOf(manifest)) as { readonly dependencies?: unknown };
  if (Object.keys(Object(dependencies)).every((name) => root.edgesOut.has(name))) return;
  const why = "npm cannot read its dependencies: each must be the name of a package with a version as text";
  throw new TareError({ code: "BAD_PROJECT", where, why });
}

/** What a lock says, exactly. npm's first kind of lock leaves out what only the registry knows, which is asked then. */
async function lockedTree(project: string, lock: ProjectLock, resolving: Resolving): Promise<Arborist.Node> {
  const file = join(project, lock.name);
  let root: Arborist.Node;
  try {
    const arborist = await arboristFor(project, resolving);
    root = await arborist.loadVirtual();
  } catch (cause) {
    throw treeFailure(cause, undefined, { where: file, ...resolving });
  }
  if (lock.kind === "npm") return root;
  for (const edge of root.edgesOut.values())
    if (edge.type !== "dev" && edge.error !== null)
      throw new TareError({
        code: "LOCK_OUT_OF_STEP",
        file,
        by: "package.json",
        wants: `${edge.name} ${edge.spec}`,
        has: edge.to?.version,
      });
  return resolveTree(project, resolving);
}

/** A project of nothing but the packages; npm's resolver wants a folder for it. */
async function treeOfPackages(
  { package: names = [], overrides }: Pick<NpmRequest, "package" | "overrides">,
  resolving: Resolving,
): Promise<LoadedTree> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tare-npm-")));
  try {
    const dependencies = Object.fromEntries(names.map(nameAndRange));
    const manifest = { name: "tare-application", version: "0.0.0", private: true, dependencies, overrides };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    return { root: await resolveTree(folder, resolving), overridesIn: resolving.overridesIn };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nameAndRange(text: string): [name: string, range: string] {
  const at = text.indexOf("@", 1);
  return at < 0 ? [text, "*"] : [text.slice(0, at), text.slice(at + 1)];
}

async function resolveTree(folder: string, resolving: Resolving): Promise<Arborist.Node> {
  const { signal, overridesIn } = resolving;
  const arborist = await arboristFor(folder, resolving);
  try {
    return await arborist.buildIdealTree();
  } catch (cause) {
    signal?.throwIfAborted();
    // Says that a package is not for this machine, which does not matter, when the tree is done.
    const { code } = Object(cause) as { code?: unknown };
    if (code === "EBADPLATFORM" && arborist.idealTree !== null) return arborist.idealTree;
    const where =
      overridesIn === "package.json" ? join(folder, "package.json") : "What the recipe asks of npm";
    throw treeFailure(cause, arborist.idealTree ?? undefined, { where, ...resolving });
  }
}

async function arboristFor(path: string, { options, signal, keep = [] }: Resolving) {
  const { default: Resolver } = await import("@npmcli/arborist");
  const patient = { ...options, retry: patience(options) };
  class OnPaper extends Resolver {
    /** npm would begin with what is installed; here only what is written counts. */
    override async loadActual({ root }: { root?: Arborist.Node } = {}): Promise<Arborist.Node> {
      await addKept(root as Arborist.Node, keep, { node: Resolver.Node, options: patient, signal });
      return root as Arborist.Node;
    }
  }
  return new OnPaper({ ...patient, path, ...(signal && { signal }) } as Arborist.Options);
}

/**
 * How often npm asks again, but with short waits: its resolver asks for a package several times, and would spend
 * minutes on an address whose host is gone.
 */
function patience({ retry }: NpmOptions): NpmOptions {
  return { ...Object(retry), minTimeout: 500, maxTimeout: 2000 };
}
