import type { Platform } from "../../model/platform.ts";
import { engineNote } from "./engines.ts";
import { type NpmPlatform, npmPlatform } from "./platform.ts";
import { chooseRuntimes } from "./registry/choose-runtime.ts";
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
 * @throws what {@link npmConfiguration}, {@link npmTrees}, {@link chooseRuntimes} and {@link lockPackages} throw
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
  const runtimes = await runtimesFor(request, platforms, libc, keep, client);
  const chosen = platforms.map((_, index): ChosenPackage[] => [
    ...(runtimes[index] ? [runtimes[index]] : []),
    ...(trees[index]?.packages ?? []).map(chosenOf),
  ]);
  const locked = await lockPackages(chosen, client);
  const version = runtimes[0]?.version;
  const wishes = trees.flatMap(({ engines }) => engines);
  const note = version === undefined ? undefined : engineNote(version, wishes);
  return note === undefined ? locked : { ...locked, notes: [note, ...locked.notes] };
}

/** All platforms together have one tree. */
function placed(keep: readonly (readonly Keep[])[]): KeptPackage[] {
  const packages = keep.flat().flatMap(({ path, ...one }) => (path === undefined ? [] : [{ ...one, path }]));
  return [...new Map(packages.map((one) => [one.path, one])).values()];
}

/** One for each platform; none where none is asked for. */
async function runtimesFor(
  { node }: NpmRequest,
  platforms: readonly Platform[],
  libc: NpmPlatform["libc"],
  keep: readonly (readonly Keep[])[],
  client: NpmClient,
): Promise<ChosenPackage[]> {
  if (node === "none") return [];
  const kept = keep.map((list) => list.filter(isRuntime));
  // A platform that keeps all but its Node.js is to have a newer one, and so are the others with it.
  const isUpdated = keep.some((list, index) => list.length > 0 && kept[index]?.length === 0);
  const versions = isUpdated ? [] : kept.flat().map(({ version }) => version);
  const chosen = await chooseRuntimes({ node, platforms, libc, keep: versions }, client);
  return chosen.map((one, index) => {
    const { cpu } = npmPlatform(platforms[index] as Platform, libc);
    return { ...one, architecture: cpu, because: [] };
  });
}

function isRuntime({ name, path }: Keep): boolean {
  return path === undefined && name.startsWith("node-linux-");
}

function chosenOf({ name, version, path, location, integrity, because }: TreePackage): ChosenPackage {
  return { name, version, path, location, integrity, architecture: "any", because };
}
