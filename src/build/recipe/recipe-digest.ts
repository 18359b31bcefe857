import { type Digest, digestOf } from "../../bytes/digest.ts";
import type { Recipe } from "./recipe.ts";

/**
 * What a lock says it was made for: a digest of all that decides which packages are chosen and who vouches for them,
 * which is `platforms`, `packages` without the mirrors and without where an application lies, and what outside the
 * recipe they name (`inputs`, from `recipeInputs`). Everything else (config, excludes, compression, the order of keys,
 * comments) may change without making the lock stale; so may mirrors, since keys and digests decide what is taken, not
 * the host it comes from.
 */
export function recipeDigest(
  { platforms, packages, hostLibraries }: Recipe,
  inputs: readonly string[] = [],
): Digest {
  const wants = packages.map(wantOf);
  return digestOf(
    canonical({
      platforms: [...(platforms ?? [])].sort(),
      packages: wants,
      ...(hostLibraries.length > 0 && { hostLibraries: [...hostLibraries].sort() }),
      ...(inputs.length > 0 && { inputs }),
    }),
  );
}

function wantOf(item: Recipe["packages"][number]): unknown {
  if (item.from === "npm") {
    const { to: _to, strip: _strip, ...wants } = item;
    return wants;
  }
  const { mirror: _mirror, securityMirror: _securityMirror, ...wants } = item;
  return wants;
}

/** JSON with its keys sorted: one text for one value. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`;
}
