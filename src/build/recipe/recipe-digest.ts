import { type Digest, digestOf } from "../../bytes/digest.ts";
import type { Recipe } from "./recipe.ts";

/**
 * What a lock says it was made for: a digest of all that decides which packages are chosen and who vouches for them,
 * which is `platforms` and `packages` without the mirrors. Everything else (config, files, excludes, compression, the
 * order of keys, comments) may change without making the lock stale; so may mirrors, since keys and digests decide
 * what is taken, not the host it comes from.
 */
export function recipeDigest({ platforms, packages }: Recipe): Digest {
  const wants = packages.map(({ mirror: _mirror, securityMirror: _securityMirror, ...rest }) => rest);
  return digestOf(canonical({ platforms: [...(platforms ?? [])].sort(), packages: wants }));
}

/** JSON with its keys sorted: one text for one value. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`;
}
