import { canonical } from "../../bytes/canonical.ts";
import { type Digest, digestOf } from "../../bytes/digest.ts";
import type { Recipe } from "./recipe.ts";

/**
 * What a lock says it was made for: a digest of all in the recipe that decides which packages are chosen and who vouches
 * for them, which is `platforms`, `packages` without the mirrors and without what becomes of the files of
 * an application or a tarball, and `host-libraries`. Everything else (config, excludes, compression, the order of keys,
 * comments) may change without making the lock stale; so may mirrors, since keys and digests decide what is taken, not
 * the host it comes from.
 */
export function recipeDigest({ platforms, packages, hostLibraries }: Recipe): Digest {
  const wants = packages.map(wantOf);
  return digestOf(
    canonical({
      platforms: [...(platforms ?? [])].sort(),
      packages: wants,
      ...(hostLibraries.length > 0 && { hostLibraries: [...hostLibraries].sort() }),
    }),
  );
}

function wantOf(item: Recipe["packages"][number]): unknown {
  if (item.from === "npm") {
    const { to: _to, strip: _strip, slim: _slim, ...wants } = item;
    return wants;
  }
  if (item.from === "tarball") {
    const { to: _to, stripComponents: _stripComponents, ...wants } = item;
    return wants;
  }
  if (item.from === "directory") {
    const { to: _to, ...wants } = item;
    return wants;
  }
  if (item.from === "debian" || item.from === "ubuntu") {
    const { mirror: _mirror, securityMirror: _securityMirror, ...wants } = item;
    return wants;
  }
  const { mirror: _mirror, ...wants } = item;
  return wants;
}
