import { join } from "node:path";
import { TareError } from "../../../errors.ts";
import type { WorkspaceLink } from "../bin-links.ts";
import { readManifest } from "../unpack/manifest.ts";
import { readBounded, readProject, readProjectLock, textOf } from "./project-files.ts";

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
 * @throws what reading the project's package.json and lock throws; BAD_PROJECT for a link that leads out of it
 */
export async function projectLayout(project: string): Promise<ProjectLayout> {
  const manifest = await readProject(project);
  const entries = await lockEntries(project);
  const links = await Promise.all(
    entries
      .filter(
        ([path, entry]) => path.startsWith("node_modules/") && entry?.link === true && entry.dev !== true,
      )
      .map(async ([path, entry]): Promise<WorkspaceLink> => {
        const target = String(entry?.resolved);
        if (!isInside(path) || (target !== "" && !isInside(target)))
          throw new TareError({
            code: "BAD_PROJECT",
            where: project,
            why: `its lock has a link from ${path} to ${target}, which is not inside the project`,
          });
        return { path, target, bin: await commandsOf(join(project, target)) };
      }),
  );
  return { manifest, links };
}

function isInside(path: string): boolean {
  return path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
}

async function lockEntries(project: string): Promise<[string, LockEntry | null][]> {
  const lock = await readProjectLock(project);
  if (lock?.kind !== "npm") return [];
  const { packages } = JSON.parse(textOf(lock.bytes)) as {
    packages: Readonly<Record<string, LockEntry | null>>;
  };
  return Object.entries(packages);
}

async function commandsOf(folder: string): Promise<WorkspaceLink["bin"] & {}> {
  const bytes = await readBounded(join(folder, "package.json"));
  return bytes === undefined ? [] : readManifest(bytes, folder).bin;
}
