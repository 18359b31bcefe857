import { type Digest, digestOf } from "../bytes/digest.ts";

/** What names each layer together with all below it (image-spec, config.md, "Layer ChainID"). Lowest first. */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const parent = chain.at(-1);
    chain.push(parent === undefined ? diffId : digestOf(`${parent} ${diffId}`));
  }
  return chain;
}
