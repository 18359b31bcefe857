import { mapPool } from "../../../bytes/pool.ts";
import { byText } from "../../../bytes/text.ts";
import type { LockedRepository, Package } from "../../../model/package.ts";
import { isWebAddress, repositoryOf } from "./addresses.ts";
import type { NpmClient } from "./client.ts";
import { countedNames } from "./named.ts";
import { checkSignatures } from "./signatures.ts";
import { fetchNewTarball, type NewTarball, type SeenTarball } from "./tarball.ts";

/** A package that was chosen, before anybody has seen its bytes. */
export interface ChosenPackage extends NewTarball {
  /** Where it lies below the application; the runtime has no place there. */
  readonly path?: string;
  readonly architecture: string;
  /** Names of the packages that need it; empty when the recipe asked for it. */
  readonly because: readonly string[];
}

export interface LockedPackages {
  /** Sorted by id. */
  readonly repositories: readonly LockedRepository[];
  /** As many lists as were given, in their order. */
  readonly packages: readonly (readonly Package[])[];
  readonly notes: readonly string[];
}

/** Tarballs at a time. */
const connections = 8;

/**
 * Fetches what was chosen for each platform, each tarball once, and holds it to what registries say and sign of it.
 * @throws what {@link fetchNewTarball} and {@link checkSignatures} throw
 */
export async function lockPackages(
  chosen: readonly (readonly ChosenPackage[])[],
  client: NpmClient,
): Promise<LockedPackages> {
  const tarballs = new Map(chosen.flat().map((one) => [keyOf(one), one]));
  client.progress?.({ kind: "step", text: `Fetching ${tarballs.size} packages of npm` });
  const seen = new Map<string, SeenTarball>();
  await mapPool([...tarballs], connections, async ([key, one]) => {
    seen.set(key, await fetchNewTarball(one, client));
  });
  const published = [...tarballs].flatMap(([key, { name, version, location }]) =>
    isWebAddress(location) ? [] : [{ name, version, integrity: (seen.get(key) as SeenTarball).integrity }],
  );
  const { keys, notes } = await checkSignatures(published, client);
  const packages = chosen.map((some) =>
    some.map((one): Package => {
      const { name, version, architecture, location, because, path } = one;
      return {
        name,
        version,
        architecture,
        ...(path !== undefined && { path }),
        ...(seen.get(keyOf(one)) as SeenTarball),
        location,
        repository: repositoryOf(name, client.options),
        source: name,
        because,
      };
    }),
  );
  const ids = new Set(packages.flat().map(({ repository }) => repository));
  return {
    repositories: [...ids].sort(byText).map((id) => ({ id, keys: keys.get(id) ?? [] })),
    packages,
    notes: [...weakNotes([...tarballs.values()], seen), ...notes],
  };
}

function keyOf({ name, version, location, integrity }: NewTarball): string {
  return JSON.stringify([name, version, location, integrity]);
}

function weakNotes(tarballs: readonly NewTarball[], seen: ReadonlyMap<string, SeenTarball>): string[] {
  const weak = tarballs.filter((one) => seen.get(keyOf(one))?.integrity.startsWith("sha1-"));
  const names = new Set(weak.map(({ name, version }) => `${name} ${version}`));
  if (names.size === 0) return [];
  return [
    `${countedNames([...names].sort(byText))} so old that the registry knows only a SHA-1 of it; the lock has SHA-256.`,
  ];
}
