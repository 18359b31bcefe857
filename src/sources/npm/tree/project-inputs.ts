import { digestOf } from "../../../bytes/digest.ts";
import type { NpmRequest } from "../request.ts";
import { readProject, readProjectLock } from "./project-files.ts";

/**
 * What decides which packages a project gets, by digest: its package.json and its lock. Nothing for published
 * packages, which the recipe itself names.
 * @throws NO_FILE, UNREADABLE, BAD_PROJECT, FOREIGN_LOCK, TOO_LARGE
 */
export async function projectInputs({ project }: Pick<NpmRequest, "project">): Promise<string[]> {
  if (project === undefined) return [];
  const manifest = await readProject(project);
  const lock = await readProjectLock(project);
  return [
    `package.json ${digestOf(manifest)}`,
    ...(lock === undefined ? [] : [`${lock.name} ${digestOf(lock.bytes)}`]),
  ];
}
