import { byText } from "../bytes/text.ts";
import type { ImageConfig, RuntimeConfig } from "../model/image.ts";

/**
 * A sentence about what of a configuration a place has no room for; none when that is nothing. `place` begins the
 * sentence, `kept` are the members that it does have room for.
 */
export function leftOut(
  { config = {} }: ImageConfig,
  place: string,
  kept: readonly (keyof RuntimeConfig)[] = [],
): readonly string[] {
  const lost = Object.entries(config)
    .filter(([key, value]) => !kept.includes(key as keyof RuntimeConfig) && !isEmpty(value))
    .map(([key]) => key)
    .sort(byText);
  return lost.length === 0
    ? []
    : [`${place} has no place for what the configuration says of ${lost.join(", ")}.`];
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === "";
}
