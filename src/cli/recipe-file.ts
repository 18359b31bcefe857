import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Lock } from "../build/lock/lock.ts";
import type { Recipe } from "../build/recipe/recipe.ts";
import { remembered } from "../build/remembered.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { TareError } from "../errors.ts";
import { platformName } from "../model/platform.ts";
import type { Store } from "../model/seams.ts";
import { version } from "../version.ts";
import type { Io } from "./io.ts";
import { platformOption } from "./platform-option.ts";
import { thisMachine } from "./this-machine.ts";

/** Where a recipe and its lock are. Paths are absolute; names are as the user would write them. */
export interface RecipePlace {
  readonly path: string;
  readonly name: string;
  readonly folder: string;
  readonly lockPath: string;
  readonly lockName: string;
}

const missingRecipe = "write one with `tare init`, or name another one";

/** Finds the recipe that the arguments name: a file, a folder with a `tare.yaml`, or nothing, which is this folder. @throws NO_FILE, BAD_USAGE */
export async function findRecipe(
  io: Io,
  argument: string | undefined,
  option: string | undefined,
): Promise<RecipePlace> {
  if (argument !== undefined && option !== undefined)
    throw new TareError({
      code: "BAD_USAGE",
      why: "the recipe is named twice, with --file and without",
      help: "tare --help",
    });
  const named = resolve(io.folder, option ?? argument ?? ".");
  const found = await stat(named).catch(() => undefined);
  if (argument === "-" || option === "-" || (found !== undefined && !found.isFile() && !found.isDirectory()))
    throw new TareError({
      code: "BAD_USAGE",
      why: "a recipe is a file with its lock beside it, so it cannot come from a stream",
      help: "tare build --help",
    });
  const shown = (file: string) => relative(io.folder, file) || basename(file);
  if (found === undefined && (option ?? argument) !== undefined && !/\.ya?ml$/i.test(named))
    throw new TareError({
      code: "NO_FILE",
      file: shown(named),
      kind: option === undefined ? "folder" : "file",
      todo: option === undefined ? "name one with a tare.yaml in it, or a recipe" : missingRecipe,
    });
  const isFolder = found?.isDirectory() === true;
  const path = isFolder ? join(named, "tare.yaml") : named;
  const lockPath = `${path.replace(/\.ya?ml$/, "")}.lock`;
  return { path, name: shown(path), folder: dirname(path), lockPath, lockName: shown(lockPath) };
}

/** Reads and understands the recipe; understood once, it is remembered by its text. @throws NO_FILE, BAD_RECIPE */
export async function readRecipe(place: RecipePlace, sets: readonly string[], store: Store): Promise<Recipe> {
  const variables = variablesOf(sets);
  const text = await readText(place.path, place.name, missingRecipe);
  const key = JSON.stringify([version, text, Object.entries(variables).sort()]);
  return remembered(store, "recipe", key, async () => {
    const { parseRecipe } = await import("../build/recipe/parse-recipe.ts");
    return parseRecipe(text, { file: place.name, variables });
  });
}

/** Undefined when there is none. @throws BAD_LOCK */
export async function readLock(place: RecipePlace, store: Store): Promise<Lock | undefined> {
  const text = await readFile(place.lockPath, "utf8").catch((cause) => {
    if (isMissing(cause)) return undefined;
    throw readFailure(cause, place.lockName);
  });
  if (text === undefined) return undefined;
  return remembered(store, "lock", JSON.stringify([version, text]), async () => {
    const { parseLock } = await import("../build/lock/parse-lock.ts");
    return parseLock(text, { file: place.lockName });
  });
}

/** A lock that must be there. @throws NO_FILE, BAD_LOCK */
export async function requireLock(place: RecipePlace, store: Store): Promise<Lock> {
  const lock = await readLock(place, store);
  if (lock) return lock;
  throw new TareError({ code: "NO_FILE", file: place.lockName, todo: "write it with `tare lock`" });
}

/** The platforms to build for: those asked for, else the recipe's, else Linux on this machine. @throws BAD_USAGE */
export function platformsOf(asked: readonly string[], recipe: Recipe): readonly string[] {
  for (const text of asked)
    if (platformOption(text, "tare build --help").os !== "linux")
      throw new TareError({
        code: "BAD_USAGE",
        why: `${JSON.stringify(text)} is no platform like linux/amd64 or linux/arm64`,
        help: "tare build --help",
      });
  if (asked.length > 0) return [...new Set(asked)];
  return recipe.platforms ?? [platformName(thisMachine())];
}

function variablesOf(sets: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const set of sets) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(set) ?? [];
    if (name === undefined || name === "__proto__")
      throw new TareError({
        code: "BAD_USAGE",
        why: `--set needs NAME=VALUE, not ${JSON.stringify(set)}`,
        help: "tare build --help",
      });
    variables[name] = value ?? "";
  }
  return variables;
}

async function readText(path: string, name: string, todo: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw isMissing(cause)
      ? new TareError({ code: "NO_FILE", file: name, todo }, { cause })
      : readFailure(cause, name);
  }
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === "ENOENT";
}
