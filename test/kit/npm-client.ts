import type { NpmOptions } from "../../src/sources/npm/registry/client.ts";
import type { NpmRegistry } from "./npm-registry.ts";

/** npm's flat options for a registry of a test: a cache below `folder`, no repetitions, no waiting. */
export function npmOptions(
  registry: Pick<NpmRegistry, "url">,
  folder: string,
  more: NpmOptions = {},
): NpmOptions {
  return {
    registry: registry.url,
    cache: `${folder}/_cacache`,
    retry: { retries: 0 },
    timeout: 20_000,
    ...more,
  };
}

/** The option that logs in to a registry with a token. */
export function loginTo({ url }: Pick<NpmRegistry, "url">, token: string): NpmOptions {
  return { [`${url.replace(/^https?:/, "")}:_authToken`]: token };
}
