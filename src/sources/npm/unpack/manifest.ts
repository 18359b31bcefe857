import { posix } from "node:path";
import { TareError } from "../../../errors.ts";

/** What is asked of a package's `package.json` once it lies in an image. */
export interface Manifest {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** Name of each command, and the file that it runs, relative to the package. */
  readonly bin: readonly (readonly [command: string, file: string])[];
  /** `preinstall`, `install`, `postinstall` as far as they are there, in this order. */
  readonly scripts: readonly (readonly [script: string, line: string])[];
  /** Whether npm would compile it where there is a `binding.gyp` (`gypfile: false` forbids that). */
  readonly mayCompile: boolean;
  /** Names of optional dependencies: binaries for platforms come as these. */
  readonly optional: readonly string[];
  /** Whether it says for which systems it is made (`os`, `cpu`, `libc`). */
  readonly forOnePlatform: boolean;
  /** Whether its tarball holds packages of its own below `node_modules`. */
  readonly bundles: boolean;
  /** What it names for others to load, as paths relative to the package; `*` stands for any text. */
  readonly entryPoints: readonly string[];
}

/** Largest `package.json` that is read: registries' own are smaller by far. */
export const manifestLimit = 4 << 20;

const depthLimit = 32;
const listLimit = 20_000;

/** Anything that JSON may hold, asked with care: a member that is not what it should be counts as absent, as npm has it. */
type Json = { readonly [key: string]: unknown };

/** @throws BAD_ARCHIVE when it is not a JSON object, or larger than any honest one; `where` names the package */
export function readManifest(bytes: Uint8Array, where: string): Manifest {
  const refuse = (why: string) =>
    new TareError({ code: "BAD_ARCHIVE", format: "npm package", where, why: `its package.json ${why}` });
  let parsed: unknown;
  try {
    // Some hold letters of an older encoding in a name; npm reads past them, too.
    parsed = JSON.parse(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\uFEFF/, ""),
    );
  } catch {
    throw refuse("is not JSON");
  }
  if (!isObject(parsed)) throw refuse("is not an object");
  const name = textOf(parsed.name);
  const bin = binOf(parsed.bin, name);
  return {
    name,
    version: textOf(parsed.version),
    bin,
    scripts: ["preinstall", "install", "postinstall"].flatMap((script) => {
      const line = textOf(objectOf(parsed.scripts)[script]);
      return line === undefined || line.trim() === "" ? [] : [[script, line] as const];
    }),
    mayCompile: parsed.gypfile !== false,
    optional: Object.keys(objectOf(parsed.optionalDependencies)).slice(0, listLimit),
    forOnePlatform: [parsed.os, parsed.cpu, parsed.libc].some((field) => field !== undefined),
    bundles: [parsed.bundleDependencies, parsed.bundledDependencies].some(
      (field) => field === true || (Array.isArray(field) && field.length > 0),
    ),
    entryPoints: entryPointsOf(parsed, bin),
  };
}

/** A path as a package spells it, below the package whatever it says: `./lib/x.js`, `/lib/x.js`, `../lib/x.js`. */
function insideOf(path: string): string {
  return posix.join("/", path.replaceAll("\\", "/")).slice(1);
}

/**
 * `bin` as npm reads it: one file that is named like the package, a list of files, or a map. A scope is no part of a
 * command's name.
 */
function binOf(bin: unknown, name: string | undefined): [string, string][] {
  const pairs: [string, unknown][] = [];
  if (typeof bin === "string") pairs.push([name ?? "", bin]);
  else if (Array.isArray(bin)) for (const file of bin) pairs.push([textOf(file) ?? "", file]);
  else pairs.push(...Object.entries(objectOf(bin)));
  const commands = new Map<string, string>();
  for (const [key, file] of pairs.slice(0, listLimit)) {
    const command = insideOf(posix.basename(key.replace(/[\\:]/g, "/")));
    const inside = typeof file === "string" ? insideOf(file) : "";
    if (command !== "" && inside !== "" && !command.includes("\0")) commands.set(command, inside);
  }
  return [...commands];
}

function entryPointsOf(manifest: Json, bin: readonly (readonly [string, string])[]): string[] {
  const found = new Set(bin.map(([, file]) => file));
  for (const field of ["main", "module", "browser", "exports", "imports"])
    for (const path of pathsIn(manifest[field], 0)) found.add(insideOf(path));
  return [...found];
}

/** Every text of a value that is a path: the conditions of `exports` nest. Types are loaded by no program. */
function* pathsIn(value: unknown, depth: number): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null && depth < depthLimit)
    for (const [key, inner] of Object.entries(value).slice(0, listLimit))
      if (key !== "types") yield* pathsIn(inner, depth + 1);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
