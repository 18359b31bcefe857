import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { TareError } from "../errors.ts";
import { type Platform, parsePlatform } from "../model/platform.ts";
import { planRepositories, type RequestPlan } from "../sources/debian/plan.ts";
import type { DebianPackages } from "./recipe/recipe.ts";
import type { World } from "./world.ts";

/** Where a request's repositories are, as the recipe, the environment and the host say. */
export function planFor(
  request: DebianPackages,
  architectures: readonly string[],
  world: World,
  folder: string,
): Promise<RequestPlan> {
  return planRepositories(request, architectures, {
    environment: world.environment,
    host: world,
    readKeyFile: (name) => readKeyFile(name, folder),
  });
}

async function readKeyFile(name: string, folder: string): Promise<Buffer> {
  const file = resolve(folder, name);
  return readFile(file).catch((cause) => {
    throw new TareError(
      { code: "NO_FILE", file, todo: `the recipe names it as a file with keys (${name})` },
      { cause },
    );
  });
}

export function platformOf(name: string): Platform {
  const platform = parsePlatform(name);
  if (platform === undefined)
    throw new TareError({ code: "BAD_USAGE", why: `${name} is no platform`, help: "tare build --help" });
  return platform;
}
