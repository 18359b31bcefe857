import type { ApkDependency } from "../../formats/apk/dependency.ts";
import type { Conflict, Requirement, Universe } from "../../solver/universe.ts";
import { Effort } from "../effort.ts";
import { type Archive, type Candidate, goesBy, meets, type Offer } from "./candidates.ts";
import { compareFixed } from "./walk.ts";

/** What is said of a name that stands in no index. */
export const nobodyHasIt = "no package has that name or provides it";

/** A hundred times of what real indexes take; each costs a kilobyte. */
const effortLimit = 500_000;

/** The archive as the solver sees it: where the walk failed, it finds another way, or says why there is none. */
export class AlpineUniverse implements Universe<Candidate> {
  readonly #archive: Archive;
  readonly #wants: readonly ApkDependency[];
  readonly #wanted: ReadonlySet<string>;
  readonly #exclude: ReadonlySet<string>;
  readonly #barred: ReadonlySet<Candidate>;
  readonly #effort: Effort;
  readonly #below = new Map<string, ReadonlySet<Candidate>>();

  /** @param barred what no way may go over */
  constructor(
    archive: Archive,
    wants: readonly ApkDependency[],
    exclude: ReadonlySet<string>,
    barred: ReadonlySet<Candidate>,
  ) {
    this.#effort = new Effort(wants.map(({ text }) => text).join(" together with "), effortLimit);
    this.#barred = barred;
    this.#archive = archive;
    this.#wants = wants;
    this.#wanted = new Set(wants.map(({ name }) => name));
    this.#exclude = exclude;
    for (const tag of new Set(wants.map((want) => want.tag)))
      if (tag !== undefined)
        this.#below.set(
          tag,
          allBelow(
            archive,
            wants.filter((want) => want.tag === tag),
          ),
        );
  }

  requirements(candidate: Candidate): readonly Requirement<Candidate>[] {
    return candidate.depends
      .filter(({ conflict }) => !conflict)
      .map((dependency) => this.requirement(dependency));
  }

  /** A positive dependency. */
  requirement(dependency: ApkDependency): Requirement<Candidate> {
    const { text, name } = dependency;
    const all = this.#effort.on(this.#archive.offers(name));
    const fitting = all.filter((offer) => meets(dependency, offer));
    const allowed = fitting.filter(({ candidate }) => this.#isAllowed(candidate));
    const usable = allowed.filter(
      ({ candidate: { record }, version }) =>
        version !== undefined || record.providerPriority > 0 || this.#wanted.has(record.name),
    );
    const alternatives = [
      ...new Set(
        usable
          .sort((a, b) => isFrom(b, dependency.tag) - isFrom(a, dependency.tag) || compareFixed(b, a))
          .map(({ candidate }) => candidate),
      ),
    ];
    if (alternatives.length > 0) return { text, alternatives };
    return { text, alternatives, note: this.#note(name, fitting.length, allowed) };
  }

  #note(name: string, fitting: number, allowed: readonly { readonly candidate: Candidate }[]): string {
    const names = (of: readonly { readonly candidate: Candidate }[]) =>
      [...new Set(of.map(({ candidate }) => this.name(candidate)))].slice(0, 8).join(", ");
    if (this.#exclude.has(name)) return `${name} is excluded`;
    const all = this.#archive.offers(name);
    if (all.length === 0) return nobodyHasIt;
    if (fitting === 0) return `there is only ${names(all)}`;
    if (allowed.length === 0) return "what would do is in a tagged repository, or must not be there";
    return `nobody is taken for it unasked; name one of ${names(allowed)}`;
  }

  /** Only what a want has a tag for, and what that needs or sets off, may come from the repository of the tag alone. */
  #isAllowed(candidate: Candidate): boolean {
    const { name, version } = candidate.record;
    const offered = [{ name, version }, ...candidate.provides];
    const forbidden = this.#wants.some(
      (want) =>
        want.conflict &&
        offered.some((each) => each.name === want.name && !meets(want, { candidate, version: each.version })),
    );
    return (
      !forbidden &&
      !this.#barred.has(candidate) &&
      candidate.repositories.some(({ tag }) => tag === undefined || this.#below.get(tag)?.has(candidate))
    );
  }

  conflicts(candidate: Candidate): readonly Conflict<Candidate>[] {
    const found: Conflict<Candidate>[] = [];
    const add = (text: string, others: readonly Candidate[]) => {
      const rest = [...new Set(others)].filter((other) => other !== candidate);
      if (rest.length > 0) found.push({ text, with: this.#effort.on(rest) });
    };
    for (const dependency of candidate.depends.filter(({ conflict }) => conflict))
      add(
        "conflicts with",
        this.#effort
          .on(this.#archive.offers(dependency.name))
          .filter((offer) => !meets(dependency, offer))
          .map((offer) => offer.candidate),
      );
    const { name, version } = candidate.record;
    for (const own of [{ name, version }, ...candidate.provides])
      add(
        own.name === name ? "cannot stand beside" : `provides ${own.name} as well as`,
        this.#effort
          .on(this.#archive.offers(own.name))
          .filter((offer) => own.version !== undefined || offer.version !== undefined)
          .map((offer) => offer.candidate),
      );
    return found;
  }

  name({ record }: Candidate): string {
    return `${record.name} ${record.version}`;
  }
}

/** Whatever choosing for these may lead to. */
function allBelow(archive: Archive, wants: readonly ApkDependency[]): ReadonlySet<Candidate> {
  const found = new Set<Candidate>();
  const add = (dependency: ApkDependency) => {
    if (dependency.conflict) return;
    for (const offer of archive.offers(dependency.name))
      if (meets(dependency, offer)) found.add(offer.candidate);
  };
  for (const want of wants) add(want);
  // A set goes on to what is added while it is gone through.
  for (const candidate of found) {
    for (const one of candidate.depends) add(one);
    for (const { name } of [candidate.record, ...candidate.provides])
      for (const waiting of archive.waitingFor(name))
        for (const { candidate: each } of archive.offers(waiting))
          if (each.installIf.some((one) => goesBy(candidate, one))) found.add(each);
  }
  return found;
}

function isFrom({ candidate }: Offer, tag: string | undefined): number {
  return Number(candidate.repositories.some((repository) => repository.tag === tag));
}
