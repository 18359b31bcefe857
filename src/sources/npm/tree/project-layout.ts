import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkspaceLink } from "../bin-links.ts";
import { readManifest } from "../unpack/manifest.ts";
import { readProject, readProjectLock, textOf } from "./project-files.ts";

/** What a project itself brings to where its packages are installed. */
export interface ProjectLayout {
  /** Bytes of its package.json. */
  readonly manifest: Uint8Array;
  /** Its workspaces, as its lock has them; their files are its own, and not installed. */
  readonly links: readonly WorkspaceLink[];
}

/** An entry of `packages` in package-lock.json (docs.npmjs.com, package-lock.json, version 2 and 3). */
interface LockEntry {
  readonly link?: unknown;
  readonly dev?: unknown;
  readonly resolved?: unknown;
}

/**
 * Reads a project's own part of an application. `project` is its folder, absolute.
 * @throws what reading the project's package.json and lock throws
 */
export async function projectLayout(project: string): Promise<ProjectLayout> {
  const manifest = await readProject(project);
  const entries = await lockEntries(project);
  const links = await Promise.all(
    entries
      .filter(([path, { link, dev }]) => path.startsWith("node_modules/") && link === true && dev !== true)
      .map(async ([path, { resolved }]): Promise<WorkspaceLink> => {
        const target = String(resolved);
        return { path, target, bin: await commandsOf(join(project, target)) };
      }),
  );
  return { manifest, links };
}

async function lockEntries(project: string): Promise<[string, LockEntry][]> {
  const lock = await readProjectLock(project);
  if (lock?.kind !== "npm") return [];
  const { packages } = JSON.parse(textOf(lock.bytes)) as {
    packages: Readonly<Record<string, LockEntry>>;
  };
  return Object.entries(packages);
}

async function commandsOf(folder: string): Promise<WorkspaceLink["bin"] & {}> {
  const bytes = await readFile(join(folder, "package.json")).catch(() => undefined);
  return bytes === undefined ? [] : readManifest(bytes, folder).bin;
}
