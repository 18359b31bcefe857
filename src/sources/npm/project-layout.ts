import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readFailure } from "../../bytes/read-failure.ts";
import type { WorkspaceLink } from "./bin-links.ts";
import { readManifest } from "./manifest.ts";

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

const locks = ["npm-shrinkwrap.json", "package-lock.json"];

/** Reads a project's own part of an application. `project` is its folder, absolute. @throws NO_FILE, UNREADABLE */
export async function projectLayout(project: string): Promise<ProjectLayout> {
  const manifest = await readFile(join(project, "package.json")).catch((cause) => {
    throw readFailure(cause, join(project, "package.json"));
  });
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
  for (const name of locks) {
    const text = await readFile(join(project, name), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    // The tree was resolved from it before: what is no lock has been refused.
    const { packages } = JSON.parse(text) as { packages?: Record<string, LockEntry> };
    return Object.entries(packages ?? {});
  }
  return [];
}

async function commandsOf(folder: string): Promise<WorkspaceLink["bin"] & {}> {
  const bytes = await readFile(join(folder, "package.json")).catch(() => undefined);
  return bytes === undefined ? [] : readManifest(bytes, folder).bin;
}
