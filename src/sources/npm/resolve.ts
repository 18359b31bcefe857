import type { Platform } from "../../model/platform.ts";
import { type NpmPlatform, npmPlatform } from "./platform.ts";
import { chooseRuntime } from "./registry/choose-runtime.ts";
import type { NpmClient } from "./registry/client.ts";
import { npmConfiguration } from "./registry/config.ts";
import { type ChosenPackage, type LockedPackages, lockPackages } from "./registry/lock-packages.ts";
import type { NpmRequest, NpmSeams } from "./request.ts";
import type { KeptPackage } from "./tree/kept-packages.ts";
import { npmTrees, type TreePackage } from "./tree/tree.ts";

/** What the last lock says: it stays where it fits and can be had. Node.js has no path. */
type Keep = Omit<KeptPackage, "path"> & { readonly path?: string };

/**
 * What a request comes to: for each platform the Node.js that runs it, where the registry's is asked for, and then the
 * packages of its tree by path. All that is locked was fetched and checked.
 * @param keep for each platform; of a project with a lock of its own, that decides which packages
 * @throws what {@link npmConfiguration}, {@link npmTrees}, {@link chooseRuntime} and {@link lockPackages} throw
 */
export async function resolveNpm(
  request: NpmRequest,
  platforms: readonly Platform[],
  libc: NpmPlatform["libc"],
  keep: readonly (readonly Keep[])[],
  seams: NpmSeams,
): Promise<LockedPackages> {
  const options = await npmConfiguration(request, seams);
  const client: NpmClient = { ...seams, options };
  seams.progress?.({ kind: "step", text: "Choosing packages of npm" });
  const systems = platforms.map((platform) => npmPlatform(platform, libc));
  const trees = await npmTrees(request, systems, options, { signal: seams.signal, keep: placed(keep) });
  const chosen: ChosenPackage[][] = [];
  for (const [index, platform] of platforms.entries()) {
    const runtime = await runtimeFor(request, platform, libc, keep[index] ?? [], client);
    chosen.push([...runtime, ...(trees[index]?.packages ?? []).map(chosenOf)]);
  }
  return await lockPackages(chosen, client);
}

/** All platforms together have one tree. */
function placed(keep: readonly (readonly Keep[])[]): KeptPackage[] {
  const packages = keep.flat().flatMap(({ path, ...one }) => (path === undefined ? [] : [{ ...one, path }]));
  return [...new Map(packages.map((one) => [one.path, one])).values()];
}

/** None where the distribution's or none is asked for. */
async function runtimeFor(
  { node }: NpmRequest,
  platform: Platform,
  libc: NpmPlatform["libc"],
  keep: readonly Keep[],
  client: NpmClient,
): Promise<ChosenPackage[]> {
  if (node === "debian" || node === "none") return [];
  const kept = keep.find(({ name, path }) => path === undefined && name.startsWith("node-linux-"));
  const runtime = await chooseRuntime({ node, platform, libc, keep: kept?.version }, client);
  return [{ ...runtime, architecture: npmPlatform(platform, libc).cpu, because: [] }];
}

function chosenOf({ name, version, path, location, integrity, because }: TreePackage): ChosenPackage {
  return { name, version, path, location, integrity, architecture: "any", because };
}
