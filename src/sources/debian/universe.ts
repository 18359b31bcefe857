import {
  type Alternatives,
  parseRelations,
  type Relation,
  relationText,
} from "../../formats/deb/relation.ts";
import { satisfies } from "../../formats/deb/version.ts";
import type { Conflict, Requirement, Universe } from "../../solver/universe.ts";
import type { Archive, Candidate } from "./candidates.ts";
import { type PackageRecord, priorities } from "./index/record.ts";

/** Why a name that no index knows cannot be had. */
export const absent = "no repository has it";

export interface UniverseOptions {
  readonly recommends: boolean;
  readonly exclude: ReadonlySet<string>;
  readonly prefer: ReadonlySet<string>;
}

/** What Debian's relations mean (Debian Policy 7; the multiarch specification), told to the solver. */
export class DebianUniverse implements Universe<Candidate> {
  readonly #archive: Archive;
  readonly #options: UniverseOptions;
  readonly #provided = new Map<PackageRecord, ReadonlyMap<string, readonly (string | undefined)[]>>();
  readonly #requirements = new Map<Candidate, readonly Requirement<Candidate>[]>();

  constructor(archive: Archive, options: UniverseOptions) {
    this.#archive = archive;
    this.#options = options;
  }

  name({ record, side }: Candidate): string {
    const name = side === this.#archive.native ? record.name : `${record.name}:${record.architecture}`;
    return `${name} ${record.version}`;
  }

  /** Pre-Depends, Depends, then Recommends: the order in which apt follows them. */
  requirements(candidate: Candidate): readonly Requirement<Candidate>[] {
    const known = this.#requirements.get(candidate);
    if (known !== undefined) return known;
    const { record, side } = candidate;
    const groups = [
      ...parse(record, "Pre-Depends", record.preDepends),
      ...parse(record, "Depends", record.depends),
    ];
    const found = groups.map((group) => this.requirement(group, side));
    if (this.#options.recommends)
      for (const group of parse(record, "Recommends", record.recommends))
        found.push({ ...this.requirement(group, side), optional: true });
    this.#requirements.set(candidate, found);
    return found;
  }

  /** What a list of alternatives asks for, seen from a package of architecture `side`. */
  requirement(group: Alternatives, side: string): Requirement<Candidate> {
    const first: Candidate[] = [];
    const later: Candidate[] = [];
    const excluded = new Set<string>();
    for (const relation of group)
      for (const candidate of this.#matching(relation, side)) {
        if (this.#options.exclude.has(candidate.record.name)) excluded.add(candidate.record.name);
        else if (this.#archive.isFirst(candidate)) first.push(candidate);
        else later.push(candidate);
      }
    const preferred = (each: Candidate) => this.#options.prefer.has(each.record.name);
    const alternatives = [...first.filter(preferred), ...first.filter((each) => !preferred(each)), ...later];
    const text = group.map(relationText).join(" | ");
    if (excluded.size > 0) return { text, alternatives, note: excludedNote([...excluded]) };
    return alternatives.length > 0
      ? { text, alternatives }
      : { text, alternatives, note: this.#missing(group, side) };
  }

  /** Candidates that meet a relation: the package itself, then its providers as apt would order them. */
  #matching(relation: Relation, side: string): Candidate[] {
    const found: Candidate[] = [];
    for (const versions of this.#archive.named(relation.name))
      for (const each of versions)
        if (serves(each, relation, side, this.#archive.native) && meets(relation, each.record.version))
          found.push(each);
    for (const each of this.#archive.providing(relation.name))
      if (serves(each, relation, side, this.#archive.native) && this.#provides(each.record, relation))
        found.push(each);
    return found.sort((a, b) => this.#order(a, b, relation.name));
  }

  /**
   * Of several packages for one relation: the one of that very name, essential ones, protected ones, those of the
   * native architecture, those of higher priority, and last the one that the archive mentions last. That is arbitrary, but it is what apt
   * does, and it is the same on every machine.
   */
  #order(a: Candidate, b: Candidate, name: string): number {
    const falseFirst = (x: boolean, y: boolean) => Number(x) - Number(y);
    return (
      falseFirst(a.record.name !== name, b.record.name !== name) ||
      falseFirst(!a.record.essential, !b.record.essential) ||
      falseFirst(!a.record.protected, !b.record.protected) ||
      falseFirst(a.side !== this.#archive.native, b.side !== this.#archive.native) ||
      priorities.indexOf(a.record.priority) - priorities.indexOf(b.record.priority) ||
      this.#archive.mention(b.record.name) - this.#archive.mention(a.record.name)
    );
  }

  /** An unversioned Provides meets unversioned relations only (Debian Policy 7.5). */
  #provides(record: PackageRecord, relation: Relation): boolean {
    const versions = this.#providedBy(record).get(relation.name) ?? [];
    return versions.some((version) =>
      version === undefined ? relation.operator === undefined : meets(relation, version),
    );
  }

  #providedBy(record: PackageRecord): ReadonlyMap<string, readonly (string | undefined)[]> {
    const known = this.#provided.get(record);
    if (known !== undefined) return known;
    const provided = new Map<string, (string | undefined)[]>();
    for (const { name, version } of parse(record, "Provides", record.provides).flat())
      provided.set(name, [...(provided.get(name) ?? []), version]);
    this.#provided.set(record, provided);
    return provided;
  }

  #missing(group: Alternatives, side: string): string {
    const named = group.flatMap((relation) =>
      this.#archive.named(relation.name).flatMap((versions) => versions.map((each) => ({ each, relation }))),
    );
    if (named.length === 0) return absent;
    const names = (list: typeof named) => list.map(({ each }) => this.name(each)).join(", ");
    const elsewhere = named.filter(({ each, relation }) => meets(relation, each.record.version));
    return elsewhere.length > 0
      ? `${names(elsewhere)} does not serve ${side}`
      : `there is only ${names(named)}`;
  }

  /** Conflicts and Breaks, never with the package itself; other versions of it; other architectures of it. */
  conflicts(candidate: Candidate): readonly Conflict<Candidate>[] {
    const found: Conflict<Candidate>[] = [];
    const { record } = candidate;
    const against = (text: string, field: string, value: string) => {
      for (const relation of parse(record, field, value).flat()) {
        const others = this.#hit(candidate, relation);
        if (others.length > 0) found.push({ text, with: others });
      }
    };
    against("conflicts with", "Conflicts", record.conflicts);
    against("breaks", "Breaks", record.breaks);
    const siblings = this.#archive.siblings(candidate).filter((each) => each !== candidate);
    if (siblings.length > 0) found.push({ text: "is another version of", with: siblings });
    const strangers = this.#archive
      .named(candidate.record.name)
      .flat()
      .filter((each) => each.side !== candidate.side && !standSideBySide(candidate.record, each.record));
    if (strangers.length > 0) found.push({ text: "cannot stand beside", with: strangers });
    return found;
  }

  /** What a Conflicts or Breaks hits, on every architecture unless it names one. */
  #hit(candidate: Candidate, relation: Relation): Candidate[] {
    const here = (each: Candidate) =>
      each.record.name !== candidate.record.name &&
      (relation.qualifier === undefined || relation.qualifier === "any" || relation.qualifier === each.side);
    const real = this.#archive
      .named(relation.name)
      .flat()
      .filter((each) => here(each) && meets(relation, each.record.version));
    const virtual = this.#archive
      .providing(relation.name)
      .filter((each) => here(each) && this.#provides(each.record, relation));
    return [...new Set([...real, ...virtual])];
  }
}

export function excludedNote(names: readonly string[]): string {
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} excluded`;
}

function parse(record: PackageRecord, field: string, text: string): Alternatives[] {
  return text === "" ? [] : parseRelations(text, `${field} of ${record.name} ${record.version}`);
}

function meets({ operator, version }: Relation, offered: string): boolean {
  return operator === undefined || version === undefined || satisfies(offered, operator, version);
}

/** Whether a package meets needs of a package of architecture `side` (multiarch specification, "Dependencies"). */
function serves(
  { record, side: own }: Candidate,
  { qualifier }: Relation,
  side: string,
  native: string,
): boolean {
  switch (qualifier) {
    case undefined:
      return own === side || record.multiArch === "foreign";
    case "any":
      return own === side || record.multiArch === "allowed";
    case "native":
      return own === native;
    default:
      return own === qualifier;
  }
}

/** Two architectures of one package: both `same`, and of one version. */
function standSideBySide(a: PackageRecord, b: PackageRecord): boolean {
  return a.multiArch === "same" && b.multiArch === "same" && a.version === b.version;
}
