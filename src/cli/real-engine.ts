import type { Engine } from "./engine.ts";

/** Each part is loaded when it is first used: `tare why` needs no HTTP client, a warm build no solver. */
export const realEngine: Engine = {
  openStore: async (folder) => (await import("../store/disk-store.ts")).openStore(folder),
  leaseStore: async (folder) => (await import("../store/lease.ts")).lease(folder),
  garbage: () => import("../store/garbage.ts"),
  async webFetch(environment) {
    const [{ webFetch }, { thisHost }] = await Promise.all([
      import("../http/web-fetch.ts"),
      import("../build/this-host.ts"),
    ]);
    return webFetch({ environment, host: thisHost });
  },
  lockRecipe: async (...given) => (await import("../build/lock-recipe.ts")).lockRecipe(...given),
  buildRecipe: async (...given) => (await import("../build/build-recipe.ts")).buildRecipe(...given),
};
