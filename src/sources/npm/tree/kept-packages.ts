import type Arborist from "@npmcli/arborist";
import { mapPool } from "../../../bytes/pool.ts";
import { isWebAddress } from "../registry/addresses.ts";
import type { NpmOptions } from "../registry/client.ts";
import { checkIdentity } from "../registry/identity.ts";

/** What the lock before has at one place of a tree. */
export interface KeptPackage {
  readonly name: string;
  readonly version: string;
  /** `node_modules/debug/node_modules/ms` */
  readonly path: string;
  /** Relative to the registry's base, or a whole web address. */
  readonly location: string;
  readonly integrity?: string;
}

/** Packages asked for at a time. */
const connections = 16;

interface Resolver {
  readonly node: typeof Arborist.Node;
  readonly options: NpmOptions;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts below a root what was there before, each at its place, as npm begins with what is installed: whatever fits what
 * is asked for now stays. What nothing needs, and what cannot be had any more, is left out.
 */
export async function addKept(
  root: Arborist.Node,
  kept: readonly KeptPackage[],
  resolver: Resolver,
): Promise<void> {
  const manifests = new Map<string, object>();
  await mapPool([...kept], connections, async (one) => {
    const manifest = await manifestOf(one, resolver);
    if (manifest !== undefined) manifests.set(one.path, manifest);
  });
  const byPath = new Map(kept.map((one) => [one.path, one]));
  // From dependents to dependencies, since overrides are handed down on that way.
  const queue = new Set([root]);
  for (const node of queue)
    for (const { name, to } of node.edgesOut.values()) {
      if (to) queue.add(to.isLink ? to.target : to);
      const place = to ? undefined : placesOf(name, node).find(({ path }) => manifests.has(path));
      if (place === undefined) continue;
      const { path, parent } = place;
      const pkg = manifests.get(path);
      const { integrity } = byPath.get(path) as KeptPackage;
      const { legacyPeerDeps } = resolver.options;
      const given = { name, parent, pkg, integrity, legacyPeerDeps, ...unflagged };
      queue.add(Reflect.construct(resolver.node, [given]));
    }
}

/** Where Node.js would look for a dependency, nearest first. */
function placesOf(name: string, from: Arborist.Node): { path: string; parent: Arborist.Node }[] {
  const places: { path: string; parent: Arborist.Node }[] = [];
  for (let at: Arborist.Node | null = from; at; at = at.resolveParent ?? null) {
    const folder = at.location === "" ? "" : `${at.location}/`;
    places.push({ path: `${folder}node_modules/${name}`, parent: at });
  }
  return places;
}

/** npm works out anew who needs what as soon as it changes anything; until then nobody is to be taken away. */
const unflagged = { extraneous: false, dev: false, optional: false, devOptional: false, peer: false };

/** Undefined when it cannot be had, for whatever reason: npm then asks for what fits, and says what is wrong. */
async function manifestOf(one: KeptPackage, { options, signal }: Resolver): Promise<object | undefined> {
  try {
    checkIdentity(one, options);
    const { default: pacote } = await import("pacote");
    const { name, version, location } = one;
    return await pacote.manifest(`${name}@${isWebAddress(location) ? location : version}`, {
      ...options,
      fullMetadata: true,
      ...(signal && { signal }),
    });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
