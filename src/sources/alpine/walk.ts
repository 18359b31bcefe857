import type { ApkDependency } from "../../formats/apk/dependency.ts";
import { compareApkVersions } from "../../formats/apk/version.ts";
import { Effort } from "../effort.ts";
import { type Archive, type Candidate, meets, namesOf, type Offer } from "./candidates.ts";

/** What is known of one name while choosing. */
interface Slot {
  readonly name: string;
  readonly offers: readonly Offer[];
  /** Dependencies of what was chosen that ask for it. */
  required: number;
  decided: boolean;
  chosen: Offer | undefined;
  /** The longest way down from here: what is furthest up is decided first. */
  depth: number;
  /** 0: only packages of that name; 1: others provide it, too; 2: only others do. */
  readonly kind: number;
  severalLeft: boolean;
  /** Whether something of it is to be installed of itself. */
  triggered: boolean;
  neverTriggered: boolean;
  nobodyElseAsks: boolean;
  lookAtNeeds: boolean;
  lookAtTriggers: boolean;
  known: boolean;
}

/** What is known of one candidate. */
interface Standing {
  known: boolean;
  /** The longest way down from here, as far as it was known when the candidate was met. */
  depth: number;
  possible: boolean;
  refusals: number;
  triggered: boolean;
  cannotTrigger: boolean;
  /** Whether it was among the last alternatives whose common needs were followed. */
  considered: boolean;
  /** Tags that it may come from, as whoever needs it may. */
  tags: Set<string>;
  allowed: boolean;
  preferred: boolean;
}

const deepest = 2000;

/**
 * Chooses as apk does (apk-tools 2, `solver.c`, by its behaviour): nothing is decided that does not follow, until
 * something must be; then the name that is furthest up, by the best that is offered under it. Nothing is taken back:
 * undefined where that leads nowhere, though a solution may exist.
 * @returns what was chosen, by every name that it goes by
 * @throws UNSATISFIABLE where too many packages bear on each other
 */
export function walk(wants: readonly ApkDependency[], archive: Archive): ReadonlySet<Candidate> | undefined {
  return new Walk(
    archive,
    new Effort(wants.map(({ text }) => text).join(" together with "), effortLimit),
  ).run(wants);
}

/** Fifty times of what a whole desktop takes. */
const effortLimit = 10_000_000;

class Walk {
  readonly #archive: Archive;
  readonly #effort: Effort;
  readonly #slots = new Map<string, Slot>();
  readonly #standings = new Map<Candidate, Standing>();
  readonly #dirty: Slot[] = [];
  readonly #queued = new Set<Slot>();
  /** Newest last. */
  readonly #open = new Set<Slot>();
  readonly #asked = new Set<string>();
  readonly #chosen = new Set<Candidate>();
  readonly #postponed: string[] = [];
  #failed = false;

  constructor(archive: Archive, effort: Effort) {
    this.#archive = archive;
    this.#effort = effort;
  }

  run(wants: readonly ApkDependency[]): ReadonlySet<Candidate> | undefined {
    for (const { name } of wants) this.#asked.add(name);
    for (const { name } of wants) this.#discover(name, 0);
    for (let name = this.#postponed.pop(); name !== undefined; name = this.#postponed.pop())
      this.#discover(name, 0);
    for (const want of wants) this.#require(want, undefined);
    while (!this.#failed) {
      for (let slot = this.#dirty.shift(); slot !== undefined; slot = this.#dirty.shift()) {
        this.#queued.delete(slot);
        this.#reconsider(slot);
      }
      const next = this.#next();
      if (next === undefined) break;
      this.#decide(next);
    }
    if (this.#failed) return undefined;
    const all = [...wants, ...[...this.#chosen].flatMap(({ depends }) => depends)];
    return all.every((dependency) => meets(dependency, this.#slot(dependency.name).chosen))
      ? this.#chosen
      : undefined;
  }

  #slot(name: string): Slot {
    const there = this.#slots.get(name);
    if (there !== undefined) return there;
    const offers = this.#archive.offers(name);
    const foreign = offers.filter(({ candidate }) => candidate.record.name !== name).length;
    const slot: Slot = {
      name,
      offers,
      required: 0,
      decided: false,
      chosen: undefined,
      depth: 0,
      kind: foreign === 0 ? 0 : foreign < offers.length ? 1 : 2,
      severalLeft: false,
      triggered: false,
      neverTriggered: true,
      nobodyElseAsks: false,
      lookAtNeeds: false,
      lookAtTriggers: false,
      known: false,
    };
    this.#slots.set(name, slot);
    return slot;
  }

  #standing(candidate: Candidate): Standing {
    const there = this.#standings.get(candidate);
    if (there !== undefined) return there;
    const untagged = candidate.repositories.some(({ tag }) => tag === undefined);
    const standing: Standing = {
      known: false,
      depth: 0,
      possible: true,
      refusals: 0,
      triggered: false,
      cannotTrigger: candidate.installIf.length === 0,
      considered: false,
      tags: new Set(),
      allowed: untagged || candidate.kept,
      preferred: untagged,
    };
    this.#standings.set(candidate, standing);
    return standing;
  }

  /** Makes the names known that choosing this one may lead to. */
  #discover(name: string, level: number): void {
    const slot = this.#slot(name);
    if (slot.known) return;
    if (level > deepest) {
      this.#postponed.push(name);
      return;
    }
    slot.known = true;
    for (const { candidate } of slot.offers) {
      const standing = this.#standing(candidate);
      // Once, as apk does: in circles, the first way in decides how deep each member is.
      if (!standing.known) {
        standing.known = true;
        for (const dependency of candidate.depends) {
          this.#discover(dependency.name, level + 1);
          standing.depth = Math.max(standing.depth, this.#slot(dependency.name).depth + 1);
        }
      }
      slot.depth = Math.max(slot.depth, standing.depth);
      slot.neverTriggered &&= standing.cannotTrigger;
    }
    for (const { candidate } of slot.offers)
      for (const one of namesOf(candidate)) {
        if (one !== candidate.record.name && this.#slots.get(one)?.known) continue;
        for (const waiting of this.#archive.waitingFor(one)) this.#discover(waiting, level + 1);
      }
  }

  #queue(slot: Slot): void {
    if (slot.decided || this.#queued.has(slot) || (slot.required === 0 && !slot.lookAtTriggers)) return;
    this.#queued.add(slot);
    this.#dirty.push(slot);
  }

  #openOrClose(slot: Slot): void {
    if (slot.decided) return;
    if (slot.required > 0 || slot.triggered) this.#open.add(slot);
    else this.#open.delete(slot);
  }

  /** Who needs the name may have to do without what it needed. */
  #lookAtNeedsOf(name: string): void {
    for (const other of this.#archive.needing(name)) {
      const slot = this.#slots.get(other);
      if (!slot?.known) continue;
      slot.lookAtNeeds = true;
      this.#queue(slot);
    }
  }

  #lookAtTriggersOf(name: string): void {
    for (const other of this.#archive.waitingFor(name)) {
      const slot = this.#slots.get(other);
      if (!slot?.known || slot.neverTriggered) continue;
      slot.lookAtTriggers = true;
      this.#queue(slot);
    }
  }

  #lookAtTriggersOfAll(candidate: Candidate): void {
    for (const name of this.#effort.on([...namesOf(candidate)])) this.#lookAtTriggersOf(name);
  }

  #ruleOut(candidate: Candidate): void {
    this.#standing(candidate).possible = false;
    for (const name of this.#effort.on([...namesOf(candidate)])) this.#lookAtNeedsOf(name);
    this.#lookAtTriggersOfAll(candidate);
  }

  /** A dependency of something that is chosen for certain; of the world where it is of nobody. */
  #require(dependency: ApkDependency, of: Candidate | undefined): void {
    const slot = this.#slot(dependency.name);
    if (!dependency.conflict) {
      slot.required += 1;
      if (slot.required === 1) this.#isRequired(slot);
    }
    for (const offer of this.#effort.on(slot.offers)) {
      const standing = this.#standing(offer.candidate);
      if (meets(dependency, offer)) this.#inherit(offer.candidate, of, dependency.tag);
      else {
        standing.refusals += 1;
        if (standing.possible) this.#ruleOut(offer.candidate);
      }
    }
  }

  #isRequired(slot: Slot): void {
    this.#openOrClose(slot);
    this.#lookAtTriggersOf(slot.name);
    this.#queue(slot);
  }

  /** What is needed by something of a tagged repository may come from there, too. */
  #inherit(candidate: Candidate, of: Candidate | undefined, tag: string | undefined): void {
    const standing = this.#standing(candidate);
    const tags = of === undefined ? (tag === undefined ? [] : [tag]) : this.#standing(of).tags;
    for (const one of tags) standing.tags.add(one);
    const comesFrom = (one: string | undefined) => candidate.repositories.some((each) => each.tag === one);
    if (of === undefined) standing.preferred = comesFrom(tag);
    standing.allowed ||= [...standing.tags].some(comesFrom);
  }

  #canBeMet(dependency: ApkDependency): boolean {
    const slot = this.#slot(dependency.name);
    if (slot.decided) return meets(dependency, slot.chosen);
    if (slot.required === 0 && dependency.conflict) return true;
    return slot.offers.some((offer) => this.#standing(offer.candidate).possible && meets(dependency, offer));
  }

  #reconsider(slot: Slot): void {
    const { lookAtNeeds, lookAtTriggers } = slot;
    slot.lookAtNeeds = false;
    slot.lookAtTriggers = false;
    slot.triggered = false;
    slot.neverTriggered = true;
    const left: Offer[] = [];
    let notAllowed = false;
    for (const offer of this.#effort.on(slot.offers)) {
      const { candidate } = offer;
      const standing = this.#standing(candidate);
      if (lookAtNeeds && standing.possible && !candidate.depends.every((one) => this.#canBeMet(one)))
        this.#ruleOut(candidate);
      if (!standing.possible) continue;
      if (lookAtTriggers) this.#trigger(candidate, standing);
      slot.triggered ||= standing.triggered;
      slot.neverTriggered &&= standing.cannotTrigger;
      if (slot.required === 0) continue;
      left.push(offer);
      notAllowed ||= !standing.allowed;
    }
    slot.severalLeft = left.length > 1 || notAllowed;
    this.#openOrClose(slot);
    if (left.length > 0) this.#follow(slot, left);
    slot.nobodyElseAsks = [...this.#archive.needing(slot.name)].every((name) => {
      const other = this.#slots.get(name);
      return !other?.known || other.decided;
    });
  }

  #trigger(candidate: Candidate, standing: Standing): void {
    if (!standing.triggered && !standing.cannotTrigger) {
      const open = candidate.installIf.find(({ name }) => !this.#slot(name).decided);
      const unmet = candidate.installIf.find((one) => {
        const { decided, chosen } = this.#slot(one.name);
        return decided && !meets(one, chosen);
      });
      standing.cannotTrigger = unmet !== undefined;
      standing.triggered = unmet === undefined && open === undefined;
    }
    if (!standing.triggered) return;
    for (const { name } of candidate.installIf) {
      const chosen = this.#slot(name).chosen?.candidate;
      if (chosen !== undefined) this.#inherit(candidate, chosen, undefined);
    }
  }

  /** What all alternatives that are left need and provide alike holds whichever is taken. */
  #follow(slot: Slot, left: readonly Offer[]): void {
    for (const { candidate } of slot.offers) this.#standing(candidate).considered = false;
    for (const { candidate } of left) this.#standing(candidate).considered = true;
    const [first, ...others] = left.map(({ candidate }) => candidate) as [Candidate, ...Candidate[]];
    if (others.length === 0) for (const one of positive(first)) this.#require(one, first);
    else {
      const needs = others.map((each) => new Set(positive(each).map(({ name }) => name)));
      for (const { name } of positive(first)) {
        const needed = this.#slot(name);
        if (needed.required > 0 || !needs.every((one) => one.has(name))) continue;
        needed.required += 1;
        this.#isRequired(needed);
        for (const offer of needed.offers) this.#inherit(offer.candidate, first, undefined);
      }
    }
    const provided = left.map(({ candidate }) => namesOf(candidate));
    for (const name of namesOf(first))
      if (name !== slot.name && provided.every((names) => names.has(name)))
        this.#narrow(name, slot.name, left);
  }

  /** Whoever offers `name` must also be `must`, since what will be chosen for that one brings both. */
  #narrow(name: string, must: string, left: readonly Offer[]): void {
    const loose = left.some(
      ({ candidate }) =>
        candidate.record.name !== name &&
        candidate.provides.some((each) => each.name === name && each.version === undefined),
    );
    for (const { candidate, version } of this.#effort.on(this.#slot(name).offers)) {
      if (candidate.record.name === must || !this.#standing(candidate).possible) continue;
      if (loose && version === undefined) continue;
      const spared = candidate.provides.some(
        (each) => each.name === must || (loose && each.version === undefined),
      );
      if (!spared) this.#ruleOut(candidate);
    }
  }

  #next(): Slot | undefined {
    let best: Slot | undefined;
    for (const slot of [...this.#open].reverse()) {
      if (slot.nobodyElseAsks && slot.required > 0 && !slot.severalLeft) return slot;
      if (best === undefined || this.#isBefore(slot, best)) best = slot;
    }
    return best;
  }

  #isBefore(a: Slot, b: Slot): boolean {
    const order =
      Number(this.#asked.has(b.name)) - Number(this.#asked.has(a.name)) ||
      a.kind - b.kind ||
      b.depth - a.depth ||
      Number(b.required > 0) - Number(a.required > 0);
    return order < 0;
  }

  #decide(slot: Slot): void {
    let best: Offer | undefined;
    for (const offer of slot.offers) {
      const { candidate, version } = offer;
      const standing = this.#standing(candidate);
      if (slot.required === 0 && !(standing.triggered && standing.allowed)) continue;
      // Nobody is taken for a name without a version unless it says that it may be, or is wanted by its own name.
      if (
        version === undefined &&
        candidate.record.providerPriority === 0 &&
        this.#slot(candidate.record.name).required === 0
      )
        continue;
      if (best === undefined || this.#compare(offer, best) > 0) best = offer;
    }
    if (best === undefined) {
      this.#settle(slot, undefined);
      if (slot.required > 0) this.#failed = true;
      return;
    }
    const { candidate } = best;
    const standing = this.#standing(candidate);
    if (!standing.possible || !standing.allowed) {
      this.#failed = true;
      return;
    }
    this.#chosen.add(candidate);
    this.#settle(this.#slot(candidate.record.name), { candidate, version: candidate.record.version });
    for (const { name, version } of candidate.provides)
      this.#settle(this.#slot(name), { candidate, version });
    for (const one of candidate.depends) this.#require(one, candidate);
  }

  #settle(slot: Slot, offer: Offer | undefined): void {
    if (slot.decided) {
      if (offer?.version === undefined && slot.chosen?.version === undefined) return;
      if (offer?.candidate !== slot.chosen?.candidate) this.#failed = true;
      return;
    }
    slot.decided = true;
    slot.chosen = offer;
    this.#open.delete(slot);
    if (this.#queued.delete(slot)) this.#dirty.splice(this.#dirty.indexOf(slot), 1);
    for (const other of slot.offers) {
      if (other.candidate === offer?.candidate) continue;
      if (offer?.version === undefined && other.version === undefined) continue;
      this.#ruleOut(other.candidate);
    }
    this.#lookAtNeedsOf(slot.name);
    if (offer === undefined) this.#lookAtTriggersOf(slot.name);
    else this.#lookAtTriggersOfAll(offer.candidate);
  }

  /** Positive where the first is to be preferred. */
  #compare(a: Offer, b: Offer): number {
    const [left, right] = [this.#standing(a.candidate), this.#standing(b.candidate)];
    return (
      Number(left.possible) - Number(right.possible) ||
      Number(left.considered) - Number(right.considered) ||
      right.refusals - left.refusals ||
      Number(left.allowed) - Number(right.allowed) ||
      Number(left.preferred) - Number(right.preferred) ||
      compareFixed(a, b)
    );
  }
}

/** How offers of one name stand to each other whatever else is chosen: positive where the first is better. */
export function compareFixed(a: Offer, b: Offer): number {
  const [left, right] = [a.candidate, b.candidate];
  return (
    Number(left.kept) - Number(right.kept) ||
    (a.version !== undefined && b.version !== undefined ? compareApkVersions(a.version, b.version) : 0) ||
    (left.record.name === right.record.name
      ? compareApkVersions(left.record.version, right.record.version)
      : 0) ||
    left.record.providerPriority - right.record.providerPriority ||
    right.place - left.place
  );
}

function positive({ depends }: Candidate): readonly ApkDependency[] {
  return depends.filter(({ conflict }) => !conflict);
}
