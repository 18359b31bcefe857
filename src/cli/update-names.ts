import type { Lock } from "../build/lock/lock.ts";
import { isOfNpm } from "../build/of-npm.ts";
import { nearest } from "../bytes/nearest.ts";
import { TareError } from "../errors.ts";

/** What `--update` names must be in the lock. @throws BAD_USAGE */
export function checkUpdateNames(names: readonly string[], lock: Lock, lockName: string): void {
  const known = new Set(packagesOf(lock).map(({ name }) => name));
  for (const name of names) {
    if (known.has(name)) continue;
    const meant = nearest(name, known);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    const why = `${name} is not in ${lockName}, so that it cannot be updated${hint}`;
    throw new TareError({ code: "BAD_USAGE", why, help: "tare lock --help" });
  }
}

/** How the named packages are updated that a project's own lock decides about: nothing, or one sentence. */
export function projectUpdateNotes(names: readonly string[], lock: Lock): string[] {
  const file = lock.inputs?.find(({ name }) => projectLock.test(name))?.name;
  const ofProject = packagesOf(lock).filter(
    ({ repository, path }) => isOfNpm(repository) && path !== undefined,
  );
  const decided = names.filter((name) => ofProject.some((one) => one.name === name));
  if (file === undefined || decided.length === 0) return [];
  const update = file.endsWith("yarn.lock") ? "yarn upgrade" : "npm update";
  const stay = decided.length === 1 ? "stays" : "stay";
  return [`${decided.join(", ")} ${stay} as ${file} says: \`${update} ${decided.join(" ")}\` changes that.`];
}

const projectLock = /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock)$/;

function packagesOf(lock: Lock): Lock["platforms"][number]["packages"] {
  return lock.platforms.flatMap(({ packages }) => packages);
}
