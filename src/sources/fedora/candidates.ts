import { type Capability, parseDependency } from "../../formats/rpm/dependency.ts";
import { compareEvr, type Evr, rangesMeet, type VersionRange } from "../../formats/rpm/version.ts";
import { excludeEachOther, runsOn } from "./architectures.ts";
import { isListedFile, type RpmRecord } from "./index/record.ts";
import { packagesNamed } from "./named-packages.ts";
import type { IndexedRepository } from "./wants.ts";

/** One package of one repository that this machine could have. Compared by identity. */
export interface Candidate {
  /** Counts through all packages of all repositories, in their order: dnf's last resort, too. */
  readonly number: number;
  readonly record: RpmRecord;
  readonly from: IndexedRepository;
  readonly evr: Evr;
  /** 0 for `noarch`, else from 1, the machine's own architecture first. */
  readonly rank: number;
}

/** Packages of these may stand beside others of their own name (dnf.conf(5), `installonlypkgs`). */
const installOnly = [
  "kernel",
  "kernel-PAE",
  "installonlypkg(kernel)",
  "installonlypkg(kernel-module)",
  "installonlypkg(vm)",
  "multiversion(kernel)",
];

/** The packages of several repositories, as one machine sees them, found by what they offer. */
export class Archive {
  readonly architecture: string;
  readonly #repositories: readonly IndexedRepository[];
  readonly #firstNumbers: readonly number[];
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #exclude: readonly string[];
  readonly #meanings = new Map<string, ((record: RpmRecord) => boolean) | undefined>();
  readonly #candidates = new Map<number, Candidate | undefined>();
  readonly #offering = new Map<string, readonly Candidate[]>();
  readonly #provided = new Map<Candidate, ReadonlyMap<string, readonly VersionRange[]>>();
  readonly #unlistedFiles = new Set<string>();

  /** @param exclude packages that are not seen at all; see {@link packagesNamed} */
  constructor(
    repositories: readonly IndexedRepository[],
    architecture: string,
    exclude: readonly string[] = [],
  ) {
    this.architecture = architecture;
    this.#repositories = repositories;
    this.#exclude = exclude;
    this.#ranks = new Map([
      ["noarch", 0],
      ...runsOn(architecture).map((name, at): [string, number] => [name, at + 1]),
    ]);
    let next = 0;
    this.#firstNumbers = repositories.map(({ index }) => {
      next += index.size;
      return next - index.size;
    });
  }

  /** Absolute paths that were asked for, and that only lists of files could tell of. */
  get unlistedFiles(): readonly string[] {
    return [...this.#unlistedFiles].sort();
  }

  /** All candidates of a name, in the order of their numbers. */
  named(name: string): readonly Candidate[] {
    return this.#candidatesOffering(name).filter(({ record }) => record.name === name);
  }

  /** All candidates with Supplements. */
  supplementing(): readonly Candidate[] {
    return this.#repositories.flatMap(({ index }, place) =>
      index.supplementing.flatMap((number) => this.#at(place, number) ?? []),
    );
  }

  /** Candidates that may obsolete packages of a name, in the order of their numbers. */
  obsoleting(name: string): readonly Candidate[] {
    return this.#repositories.flatMap(({ index }, place) =>
      index.obsoleting(name).flatMap((number) => this.#at(place, number) ?? []),
    );
  }

  /** Packages that offer a name, in whatever version, whether or not they may be taken: for sentences. */
  recordsOffering(name: string): readonly RpmRecord[] {
    return this.#repositories.flatMap(({ index, files }) => [
      ...index
        .offering(name)
        .map((number) => index.record(number))
        .filter((record) => recordOffers(record, { name })),
      ...(files?.get(name) ?? []).map((number) => index.record(number)),
    ]);
  }

  /** Every package there is, whether or not it may be taken: for sentences. */
  *records(): Iterable<RpmRecord> {
    for (const { index } of this.#repositories) yield* index.records();
  }

  /** Every candidate there is: for patterns, and for sentences. */
  *all(): Iterable<Candidate> {
    for (const [place, { index }] of this.#repositories.entries())
      for (let number = 0; number < index.size; number += 1) {
        const candidate = this.#at(place, number);
        if (candidate !== undefined) yield candidate;
      }
  }

  /** Who meets a capability: by a provide, by its own name, or by a file. In the order of their numbers. */
  providers(wanted: Capability): readonly Candidate[] {
    const found = this.#candidatesOffering(wanted.name).filter((candidate) => this.offers(candidate, wanted));
    if (!wanted.name.startsWith("/")) return found;
    return this.#withFile(wanted.name, found);
  }

  /** Whether a candidate meets a capability, files of filelists.xml aside. */
  offers(candidate: Candidate, wanted: Capability): boolean {
    const ranges = this.#providedBy(candidate).get(wanted.name);
    if (ranges?.some((range) => rangesMeet(range, wanted))) return true;
    return (
      wanted.operator === undefined &&
      wanted.name.startsWith("/") &&
      candidate.record.files.includes(wanted.name)
    );
  }

  /** All that a candidate provides, its own name among it. */
  provided(candidate: Candidate): Iterable<readonly [name: string, ranges: readonly VersionRange[]]> {
    return this.#providedBy(candidate);
  }

  /** Whether packages of its name may stand beside it. */
  standsBeside(candidate: Candidate): boolean {
    const provided = this.#providedBy(candidate);
    return installOnly.some((name) => provided.has(name));
  }

  #withFile(path: string, found: readonly Candidate[]): readonly Candidate[] {
    if (isListedFile(path)) return found;
    this.#unlistedFiles.add(path);
    const more = this.#repositories.flatMap(({ files }, place) =>
      (files?.get(path) ?? []).flatMap((number) => this.#at(place, number) ?? []),
    );
    return [...new Set([...found, ...more])].sort((a, b) => a.number - b.number);
  }

  #candidatesOffering(name: string): readonly Candidate[] {
    const known = this.#offering.get(name);
    if (known !== undefined) return known;
    const found = this.#repositories.flatMap(({ index }, place) =>
      index.offering(name).flatMap((number) => this.#at(place, number) ?? []),
    );
    this.#offering.set(name, found);
    return found;
  }

  #at(place: number, number: number): Candidate | undefined {
    const counted = (this.#firstNumbers[place] as number) + number;
    if (this.#candidates.has(counted)) return this.#candidates.get(counted);
    const from = this.#repositories[place] as IndexedRepository;
    const candidate = this.#candidateOf(from.index.record(number), from, counted);
    this.#candidates.set(counted, candidate);
    return candidate;
  }

  #candidateOf(record: RpmRecord, from: IndexedRepository, number: number): Candidate | undefined {
    const rank = this.#ranks.get(record.architecture);
    if (rank === undefined) return undefined;
    if (this.#isNamed(record, this.#exclude) || this.#isNamed(record, from.excludes)) return undefined;
    if (from.includes.length > 0 && !this.#isNamed(record, from.includes)) return undefined;
    const { epoch, version, release } = record;
    return { number, record, from, evr: { epoch, version, release }, rank };
  }

  #isNamed(record: RpmRecord, words: readonly string[]): boolean {
    return words.some((word) => this.#meaning(word)?.(record));
  }

  #meaning(word: string): ((record: RpmRecord) => boolean) | undefined {
    if (!this.#meanings.has(word)) {
      const indexes = this.#repositories.map(({ index }) => index);
      this.#meanings.set(word, packagesNamed(word, indexes));
    }
    return this.#meanings.get(word);
  }

  #providedBy(candidate: Candidate): ReadonlyMap<string, readonly VersionRange[]> {
    const known = this.#provided.get(candidate);
    if (known !== undefined) return known;
    const { record } = candidate;
    const provided = new Map<string, VersionRange[]>();
    for (const text of [...record.provides, `${record.name} = ${evrOf(candidate)}`]) {
      const { name, ...range } = capabilityOf(text, `Provides of ${nameOf(candidate)}`);
      const ranges = provided.get(name);
      if (ranges === undefined) provided.set(name, [range]);
      else ranges.push(range);
    }
    this.#provided.set(candidate, provided);
    return provided;
  }
}

/** The quick way for what has no parentheses of its own, which is nearly everything. */
function capabilityOf(text: string, where: string): Capability {
  if (!text.includes(" ")) return { name: text };
  const dependency = parseDependency(text, where);
  return "name" in dependency ? dependency : { name: text };
}

/** Whether a package meets a capability, files that only filelists.xml tells of aside. */
export function recordOffers(record: RpmRecord, wanted: Capability): boolean {
  const own = { operator: "=", version: evrOf({ record }) } as const;
  if (record.name === wanted.name && rangesMeet(own, wanted)) return true;
  if (wanted.operator === undefined && record.files.includes(wanted.name)) return true;
  return record.provides.some((text) => {
    if (text !== wanted.name && !text.startsWith(`${wanted.name} `)) return false;
    return rangesMeet(capabilityOf(text, `Provides of ${nameOf({ record })}`), wanted);
  });
}

/** `1:2.3-4`, the epoch only where it is not 0. */
export function evrOf({ record: { epoch, version, release } }: Pick<Candidate, "record">): string {
  return `${/^0*$/.test(epoch) ? "" : `${epoch}:`}${version}-${release}`;
}

/** `httpd-2.4.62-1.fc41.x86_64`, as dnf prints it. */
export function nameOf(candidate: Pick<Candidate, "record">): string {
  return `${candidate.record.name}-${evrOf(candidate)}.${candidate.record.architecture}`;
}

/** Whether only one of two packages of one name can be there. */
export function areRivals(archive: Archive, one: Candidate, other: Candidate): boolean {
  if (!excludeEachOther(one.record.architecture, other.record.architecture)) return false;
  if (!archive.standsBeside(one) && !archive.standsBeside(other)) return true;
  return compareEvr(one.evr, other.evr) === 0 && one.record.architecture === other.record.architecture;
}
