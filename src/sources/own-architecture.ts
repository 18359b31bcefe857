import { TareError } from "../errors.ts";
import { type Platform, platformName } from "../model/platform.ts";

/**
 * A distribution's own name of a machine.
 * @param names by OCI's: `{ "linux/amd64": "x86_64" }`
 * @param source the distribution, for the sentence
 * @throws NO_PLATFORM when it has no such machine
 */
export function ownArchitecture(
  platform: Platform,
  names: Readonly<Record<string, string>>,
  source: string,
): string {
  const name = platformName(platform);
  const architecture = Object.hasOwn(names, name) ? names[name] : undefined;
  if (architecture === undefined)
    throw new TareError({ code: "NO_PLATFORM", platform: name, source, known: Object.keys(names) });
  return architecture;
}
