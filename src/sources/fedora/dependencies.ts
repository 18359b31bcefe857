import { type Capability, type Dependency, isRich, parseDependency } from "../../formats/rpm/dependency.ts";
import { isComplex, simpleProviders } from "../../formats/rpm/rich.ts";
import { signedParts } from "../../formats/rpm/signed-parts.ts";
import { rangesMeet } from "../../formats/rpm/version.ts";
import { type Archive, type Candidate, evrOf, nameOf } from "./candidates.ts";

/** Dependencies taken apart, each spelling once. */
export class Dependencies {
  readonly #known = new Map<string, Dependency>();
  readonly #archive: Archive;
  readonly #providers = new Map<string, readonly Candidate[]>();

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  parse(text: string, of: Candidate): Dependency {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const dependency = parseDependency(text, `A dependency of ${nameOf(of)}`);
    this.#known.set(text, dependency);
    return dependency;
  }

  providers(capability: Capability): readonly Candidate[] {
    const key = `${capability.name} ${capability.operator ?? ""} ${capability.version ?? ""}`;
    const known = this.#providers.get(key);
    if (known !== undefined) return known;
    const found = this.#archive.providers(capability);
    this.#providers.set(key, found);
    return found;
  }

  /** Every package that could be taken because of a dependency: not those that are only a condition of it. */
  offered(dependency: Dependency): readonly Candidate[] {
    return this.#signed(dependency, true);
  }

  /** Every package that could be taken because of a conflict with a dependency: those that are a condition of it. */
  offeredAgainst(dependency: Dependency): readonly Candidate[] {
    return this.#signed(dependency, false);
  }

  #signed(dependency: Dependency, positive: boolean): readonly Candidate[] {
    const parts = signedParts(dependency, positive, isComplex).filter((one) => one.positive);
    return parts.flatMap(({ part }) => simpleProviders(part, (one) => this.providers(one)));
  }
}

/** Packages that another one replaces: by their names, never by what they provide. */
export function obsoletedBy(
  by: Candidate,
  text: string,
  dependencies: Dependencies,
  archive: Archive,
): readonly Candidate[] {
  const dependency = dependencies.parse(text, by);
  if (isRich(dependency)) return [];
  return archive
    .named(dependency.name)
    .filter((each) => rangesMeet({ operator: "=", version: evrOf(each) }, dependency));
}
