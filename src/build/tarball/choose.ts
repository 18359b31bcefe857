import { createHash } from "node:crypto";
import type { Digest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { download } from "../../http/download.ts";
import type { LockedRepository, Package } from "../../model/package.ts";
import type { LockInput } from "../lock/lock.ts";
import { type Recipe, type TarballItem, tarballsOf } from "../recipe/recipe.ts";
import type { World } from "../world.ts";
import { locationOf, nameOf, pathOf } from "./location.ts";
import { openItem } from "./open.ts";

/** What a recipe's tarballs and folders come to. */
export interface ChosenTarballs {
  readonly repositories: readonly LockedRepository[];
  /** The same for every platform. */
  readonly packages: readonly Package[];
}

/**
 * The recipe's tarballs and folders as packages. Those of the web are fetched into the store.
 * @param folder the recipe's, absolute
 * @throws DIGEST_MISMATCH for a file that is not what the recipe says, DOWNLOAD_FAILED, and what opening one throws
 */
export async function chooseTarballs(recipe: Recipe, folder: string, world: World): Promise<ChosenTarballs> {
  const packages = new Map<string, Package>();
  for (const item of tarballsOf(recipe)) {
    const location = locationOf(item);
    const { digest, size } = await measured(item, folder, world);
    packages.set(`${item.from} ${location}`, {
      name: nameOf(item),
      version: digest.slice("sha256:".length).slice(0, 12),
      architecture: "any",
      ...{ digest, size, location },
      repository: item.from,
      source: nameOf(item),
      because: [],
    });
  }
  const all = [...packages.values()];
  const repositories = [...new Set(all.map(({ repository }) => repository))].map((id) => ({ id, keys: [] }));
  return { repositories, packages: all };
}

/** What of them may change under a lock: those that lie in the recipe's folder. */
export async function tarballInputs(recipe: Recipe, folder: string): Promise<LockInput[]> {
  const inputs = new Map<string, LockInput>();
  for (const item of tarballsOf(recipe)) {
    const name = pathOf(item);
    if (name !== "" && !inputs.has(name))
      inputs.set(name, { name, digest: (await hashed(item, folder)).digest });
  }
  return [...inputs.values()];
}

async function measured(item: TarballItem, folder: string, world: World): Promise<Measure> {
  if (item.from === "directory") return hashed(item, folder);
  const want: Digest | undefined = item.sha256 === undefined ? undefined : `sha256:${item.sha256}`;
  if (item.url !== undefined && want !== undefined) {
    const { size } = await download({ name: nameOf(item), urls: [item.url], want: { digest: want } }, world);
    return { digest: want, size };
  }
  const found = await hashed(item, folder);
  if (want !== undefined && found.digest !== want)
    throw new TareError({
      code: "DIGEST_MISMATCH",
      what: pathOf(item),
      want,
      got: found.digest,
      size: found.size,
    });
  return found;
}

interface Measure {
  readonly digest: Digest;
  readonly size: number;
}

async function hashed(item: TarballItem, folder: string): Promise<Measure> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of openItem(item, folder)) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
