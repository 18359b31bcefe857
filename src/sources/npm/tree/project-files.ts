import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readFailure } from "../../../bytes/read-failure.ts";
import { TareError } from "../../../errors.ts";

/** Largest package.json or lock that is read. The largest locks that are known have a tenth of it. */
const limit = 64 << 20;

/** The lock that decides a project's tree. */
export interface ProjectLock {
  /** Its name in the project: `package-lock.json`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** `npm`: npm's own, of version 2 or later, which says everything; `old`: npm's first; `yarn`: yarn's first. */
  readonly kind: "npm" | "old" | "yarn";
}

/** Locks of other programs, and what makes one that is read. */
const foreign: readonly (readonly [name: string, program: string])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/** The bytes of a project's package.json, which is an object of JSON. @throws NO_FILE, UNREADABLE, BAD_PROJECT, TOO_LARGE */
export async function readProject(project: string): Promise<Uint8Array> {
  const file = join(project, "package.json");
  const bytes = await readBounded(file);
  if (bytes === undefined)
    throw new TareError({ code: "NO_FILE", file, todo: "`project` names the folder that holds it" });
  objectOf(bytes, file);
  return bytes;
}

/** A folder's package.json; undefined where there is none. @throws UNREADABLE, BAD_PROJECT, TOO_LARGE */
export async function readPackageJson(
  folder: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const file = join(folder, "package.json");
  const bytes = await readBounded(file);
  return bytes && objectOf(bytes, file);
}

/**
 * The lock that npm would take, or undefined when the project has none.
 * @throws FOREIGN_LOCK, BAD_PROJECT, UNREADABLE, TOO_LARGE
 */
export async function readProjectLock(project: string): Promise<ProjectLock | undefined> {
  for (const name of ["npm-shrinkwrap.json", "package-lock.json"]) {
    const bytes = await readBounded(join(project, name));
    if (bytes !== undefined) return { name, bytes, kind: kindOf(bytes, join(project, name)) };
  }
  const yarn = await readBounded(join(project, "yarn.lock"));
  if (yarn !== undefined) {
    if (/^__metadata:/m.test(Buffer.from(yarn).toString()))
      throw foreignLock(join(project, "yarn.lock"), "yarn 2 or later");
    return { name: "yarn.lock", bytes: yarn, kind: "yarn" };
  }
  for (const [name, program] of foreign)
    if ((await readBounded(join(project, name))) !== undefined)
      throw foreignLock(join(project, name), program);
  return undefined;
}

function foreignLock(file: string, program: string): TareError {
  return new TareError({ code: "FOREIGN_LOCK", file, program });
}

function kindOf(bytes: Uint8Array, file: string): ProjectLock["kind"] {
  const { lockfileVersion, packages } = objectOf(bytes, file);
  if (typeof lockfileVersion === "number" && lockfileVersion > 3)
    throw new TareError({
      code: "BAD_PROJECT",
      where: file,
      why: `it is a lock of version ${lockfileVersion}, and 3 is the newest that is known`,
    });
  return typeof lockfileVersion === "number" && lockfileVersion >= 2 && packages !== undefined
    ? "npm"
    : "old";
}

function objectOf(bytes: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  const bad = (why: string) => new TareError({ code: "BAD_PROJECT", where: file, why });
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch {
    throw bad("it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("it is no object");
  return value as Record<string, unknown>;
}

/** As JSON's readers want it: editors on Windows mark a text's encoding at its beginning. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString()
    .replace(/^\uFEFF/, "");
}

/** A file of a project; undefined when it is not there. @throws UNREADABLE, TOO_LARGE */
export async function readBounded(file: string): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw readFailure(cause, file);
  }
  if (bytes.byteLength > limit) throw new TareError({ code: "TOO_LARGE", what: file, limit });
  return bytes;
}
