import { TareError } from "../../../errors.ts";
import { isSoundIntegrity } from "../registry/integrity.ts";
import { type ProjectLock, textOf } from "./project-files.ts";

/**
 * Refuses a lock that says of a package's bytes what nobody can hold them to: to take the registry's word instead would
 * be to take whatever it serves now. A package without integrity is none of this.
 * @param file the lock's path, for sentences
 * @throws BAD_PROJECT
 */
export function checkLockIntegrity(lock: ProjectLock, file: string): void {
  for (const { package: name, integrity } of lock.kind === "yarn" ? inYarn(lock) : inNpm(lock)) {
    if (typeof integrity === "string" && isSoundIntegrity(integrity)) continue;
    const shown = JSON.stringify(integrity).slice(0, 120);
    const why = `the integrity of ${name} is ${shown}, which is no sound sha512, sha384, sha256 or sha1; take the lock as it was, or make it anew with its own program`;
    throw new TareError({ code: "BAD_PROJECT", where: file, why });
  }
}

interface Claim {
  readonly package: string;
  readonly integrity: unknown;
}

/** Of newer locks `packages` decides, by path; of npm's first, `dependencies`, which nest. */
function* inNpm({ bytes, kind }: ProjectLock): Generator<Claim> {
  const lock = Object(JSON.parse(textOf(bytes)));
  const queue: [name: string, entry: unknown][] = Object.entries(
    Object(kind === "npm" ? lock.packages : lock.dependencies),
  );
  for (const [name, entry] of queue) {
    const { integrity, dependencies } = Object(entry);
    if (integrity !== undefined) yield { package: name, integrity };
    if (kind === "old") queue.push(...Object.entries(Object(dependencies)));
  }
}

/** An entry begins at the margin with what asks for it: `ms@^2.0.0, ms@2.1.3:`. */
function* inYarn({ bytes }: ProjectLock): Generator<Claim> {
  let name = "";
  for (const line of textOf(bytes).split(/\r?\n/)) {
    if (/^[^\s#]/.test(line)) name = line.replace(/:$/, "");
    const told = /^ {2}"?integrity"?(?: (.*))?$/.exec(line);
    if (told) yield { package: name, integrity: (told[1] ?? "").trim().replace(/^"|"$/g, "") };
  }
}
