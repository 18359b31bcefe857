import { TareError } from "../../errors.ts";
import { download } from "../../http/download.ts";
import type { FetchPackage } from "../obtain.ts";
import { type Recipe, tarballsOf } from "../recipe/recipe.ts";
import type { World } from "../world.ts";
import { locationOf } from "./location.ts";
import { openItem } from "./open.ts";

/** Brings a recipe's locked tarballs and folders into the store: from the recipe's folder, or from their address. */
export function fetchingTarballs(recipe: Recipe, folder: string, world: World): FetchPackage {
  return async (wanted, signal) => {
    const { name, version, location, repository } = wanted;
    const item = tarballsOf(recipe).find((one) => one.from === repository && locationOf(one) === location);
    const called = `${name} ${version}`;
    if (item === undefined)
      throw new TareError({ code: "PACKAGE_GONE", package: called, repository, asked: [] });
    if (item.from === "tarball" && item.url !== undefined)
      return download({ name: called, urls: [item.url], want: wanted }, { ...world, signal });
    return world.store.put(openItem(item, folder), wanted, called, signal);
  };
}
