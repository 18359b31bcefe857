import { buildRecipe } from "../build/build-recipe.ts";
import { recipeInputs } from "../build/recipe-inputs.ts";
import { thisHost } from "../build/this-host.ts";
import { openStore } from "../store/disk-store.ts";
import * as garbage from "../store/garbage.ts";
import { lease } from "../store/lease.ts";
import type { Engine } from "./engine.ts";

/** What needs large libraries is loaded when it is first used: a warm build has no need of a solver or an HTTP client. */
export const realEngine: Engine = {
  openStore,
  leaseStore: lease,
  garbage,
  async webFetch(environment) {
    const { webFetch } = await import("../http/web-fetch.ts");
    return webFetch({ environment, host: thisHost });
  },
  recipeInputs,
  lockRecipe: async (...given) => (await import("../build/lock-recipe.ts")).lockRecipe(...given),
  buildDockerfile: async (...given) =>
    (await import("../dockerfile/build-dockerfile.ts")).buildDockerfile(...given),
  buildRecipe,
};
