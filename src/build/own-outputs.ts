import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { sumsFile } from "../formats/sha256sums.ts";
import type { Location } from "../images/location.ts";
import { isBeside } from "../images/output-file.ts";

/** Whether something on the disk, by its absolute path without links in its folders, is what this very build writes. */
export type IsOutput = (path: string) => boolean;

/**
 * What a build writes at its locations, which have absolute paths: the files and folders themselves, sums beside them,
 * and halves that a killed build left. What it wrote the last time must not go into the image this time.
 */
export async function ownOutputs(locations: readonly Location[]): Promise<IsOutput> {
  const targets = new Set<string>();
  for (const { transport, path } of locations) {
    if (path === "" || path === "-") continue;
    const place = await placeOf(path);
    targets.add(place).add(await realpath(path).catch(() => place));
    if (transport === "nspawn") targets.add(join(dirname(place), sumsFile));
  }
  return (path) =>
    targets.has(path) || (path.endsWith(".part") && [...targets].some((target) => isBeside(path, target)));
}

/** As a walk will meet it: links in its folders followed, one at its end not. */
async function placeOf(path: string): Promise<string> {
  const above = dirname(path);
  return join(await realpath(above).catch(() => above), basename(path));
}

/** @param path absolute */
export function leftOutWarning(path: string): string {
  return `${path} is what this build writes, so it is left out of what is copied.`;
}
