import { TareError } from "../errors.ts";
import { whyUnknownPlatform } from "../model/known-platform.ts";
import { type Platform, parsePlatform } from "../model/platform.ts";

/** What `--platform` says; `help` is the command that tells more. @throws BAD_USAGE for one that there is not */
export function platformOption(text: string, help: string): Platform {
  const platform = parsePlatform(text);
  const unknown = platform && whyUnknownPlatform(platform);
  if (platform !== undefined && unknown === undefined) return platform;
  const why =
    unknown === undefined
      ? `${JSON.stringify(text)} is no platform like linux/amd64 or linux/arm64`
      : `--platform ${text} cannot be: ${unknown}`;
  throw new TareError({ code: "BAD_USAGE", why, help });
}
