import { realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { TareError } from "../errors.ts";
import { type Location, locationText } from "../images/location.ts";

/**
 * Refuses to write an image over what it is made of, or into the folder that it is made of, where the next one would
 * find it. `source` is an absolute path. @throws BAD_LOCATION
 */
export async function keepApart(source: string, locations: readonly Location[]): Promise<void> {
  const from = await real(source);
  for (const location of locations) {
    if (location.path === "-" || location.path === "") continue;
    const to = await real(location.path);
    if (to !== from && !to.startsWith(from + sep)) continue;
    const why =
      to === from
        ? "it would take the place of what it is made of; name another one"
        : "it lies in the folder that it is made of; name another place";
    throw new TareError({ code: "BAD_LOCATION", text: locationText(location), why });
  }
}

/** Also of what is not there yet, in a folder that is. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    return join(folder, basename(path));
  }
}
