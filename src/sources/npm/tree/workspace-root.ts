import { access } from "node:fs/promises";
import { dirname, join, matchesGlob, relative, sep } from "node:path";
import { TareError } from "../../../errors.ts";
import { readPackageJson } from "./project-files.ts";

/**
 * Refuses a project without a lock of its own that is a workspace of a project around it: that one has the lock, and
 * packages of its own that a registry would be asked for by name, where anybody may have put something under it.
 * @param project its folder, absolute, without links; folders around it count up to the one that holds `.git`
 * @throws BAD_PROJECT, UNREADABLE, TOO_LARGE
 */
export async function checkOnItsOwn(project: string): Promise<void> {
  for (let folder = project; !(await isRepository(folder)) && folder !== dirname(folder); ) {
    folder = dirname(folder);
    const manifest = await readPackageJson(folder);
    const path = relative(folder, project).replaceAll(sep, "/");
    if (manifest === undefined || !covers(manifest.workspaces, path)) continue;
    const why = `it is a workspace of ${folder}, whose lock and packages it shares; let \`project\` name that folder, in a recipe that lies there or above`;
    throw new TareError({ code: "BAD_PROJECT", where: join(project, "package.json"), why });
  }
}

async function isRepository(folder: string): Promise<boolean> {
  return access(join(folder, ".git")).then(
    () => true,
    () => false,
  );
}

/** Longer ones nobody writes, and what a pattern expands to is not to be had from anybody. */
const patternLimit = 256;

/** `workspaces` of package.json: patterns of folders, or `{ packages: [] }` as yarn has them; the last that fits decides. */
function covers(workspaces: unknown, path: string): boolean {
  const patterns: unknown = Array.isArray(workspaces) ? workspaces : Object(workspaces).packages;
  let covered = false;
  for (const pattern of Array.isArray(patterns) ? patterns : []) {
    if (typeof pattern !== "string" || pattern.length > patternLimit) continue;
    const [, not = "", plain = ""] = /^(!?)(?:\.?\/)*(.*?)\/*$/s.exec(pattern) ?? [];
    if (matchesGlob(path, plain)) covered = not === "";
  }
  return covered;
}
