import { TareError } from "../errors.ts";
import { type Platform, parsePlatform } from "../model/platform.ts";

export function platformOf(name: string): Platform {
  const platform = parsePlatform(name);
  if (platform === undefined)
    throw new TareError({ code: "BAD_USAGE", why: `${name} is no platform`, help: "tare build --help" });
  return platform;
}
