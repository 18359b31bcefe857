import { byText } from "../bytes/text.ts";
import type { Package } from "../model/package.ts";
import { count } from "./size.ts";

/** One package of one platform that is not as it was. */
export interface LockChange {
  readonly platform: string;
  readonly name: string;
  /** Absent when it is new. */
  readonly from?: string;
  /** Absent when it is gone. */
  readonly to?: string;
  /** There are or were other versions of it beside this one, as packages of npm may have. */
  readonly several?: true;
  /** Its version is as it was, `from` and `to` alike, and its file is another. */
  readonly otherBytes?: true;
}

interface PlatformPackages {
  readonly platform: string;
  readonly packages: readonly Package[];
}

/** What differs between two locks, by platform and name. */
export function lockChanges(
  before: readonly PlatformPackages[],
  after: readonly PlatformPackages[],
): readonly LockChange[] {
  const platforms = new Set([...before, ...after].map(({ platform }) => platform));
  return [...platforms].sort(byText).flatMap((platform) => {
    const old = packagesOf(before, platform);
    const now = packagesOf(after, platform);
    return [isOfNpm, (one: Package) => !isOfNpm(one)]
      .flatMap((isMeant) => changesAmong(old.filter(isMeant), now.filter(isMeant)))
      .sort((a, b) => byText(a.name, b.name))
      .map((change) => ({ platform, ...change }));
  });
}

function changesAmong(old: readonly Package[], now: readonly Package[]): Omit<LockChange, "platform">[] {
  const labelOf = labels([...old, ...now]);
  const [then, today] = [Map.groupBy(old, labelOf), Map.groupBy(now, labelOf)];
  return [...new Set([...then.keys(), ...today.keys()])].flatMap((name) =>
    changesOf(then.get(name) ?? [], today.get(name) ?? []).map((change) => ({ name, ...change })),
  );
}

/** A name of npm may be that of another source's package as well. */
function isOfNpm({ repository }: Package): boolean {
  return /^npm(?:$|\/)/.test(repository);
}

function packagesOf(platforms: readonly PlatformPackages[], platform: string): readonly Package[] {
  return platforms.find((one) => one.platform === platform)?.packages ?? [];
}

/** A name; where a distribution has it for several architectures, `name:architecture`. */
function labels(packages: readonly Package[]): (one: Package) => string {
  const architectures = new Map<string, Set<string>>();
  for (const { name, architecture } of packages.filter((one) => !isOfNpm(one)))
    architectures.set(name, (architectures.get(name) ?? new Set()).add(architecture));
  return ({ name, architecture }) =>
    (architectures.get(name)?.size ?? 1) === 1 ? name : `${name}:${architecture}`;
}

/** One name may be there in several versions. What went and what came are told together. */
function changesOf(
  before: readonly Package[],
  after: readonly Package[],
): Omit<LockChange, "platform" | "name">[] {
  const from = versionsBut(before, after);
  const to = versionsBut(after, before);
  const several =
    Math.max(...[before, after].map((some) => new Set(some.map(({ version }) => version)).size)) > 1;
  const moved = Array.from({ length: Math.max(from.length, to.length) }, (_, index) => ({
    ...(from[index] !== undefined && { from: from[index] }),
    ...(to[index] !== undefined && { to: to[index] }),
    ...(several && { several }),
  }));
  const replaced = versionsOfOtherBytes(before, after).map((version) => ({
    from: version,
    to: version,
    ...(several && { several }),
    otherBytes: true as const,
  }));
  return [...moved, ...replaced];
}

function versionsBut(some: readonly Package[], others: readonly Package[]): string[] {
  const there = new Set(others.map(({ version }) => version));
  const versions = new Set(some.map(({ version }) => version));
  return [...versions].filter((version) => !there.has(version)).sort(byText);
}

/** An npm package may lie in several places: only another set of files is a change. */
function versionsOfOtherBytes(before: readonly Package[], after: readonly Package[]): string[] {
  const [then, today] = [digestsByVersion(before), digestsByVersion(after)];
  return [...then.keys()]
    .filter((version) => {
      const [old, now] = [then.get(version), today.get(version)];
      if (old === undefined || now === undefined) return false;
      return old.size !== now.size || [...old].some((digest) => !now.has(digest));
    })
    .sort(byText);
}

function digestsByVersion(some: readonly Package[]): Map<string, Set<string>> {
  const digests = new Map<string, Set<string>>();
  for (const { version, digest } of some)
    digests.set(version, (digests.get(version) ?? new Set()).add(digest));
  return digests;
}

/** What `tare lock` did, for a terminal. */
export function lockReport(file: string, changed: boolean, changes: readonly LockChange[]): string {
  if (!changed) return `${file} is as it was.\n`;
  const lines = [`${file} was written: ${count(changes.length, "change")} of packages.`];
  let platform = "";
  for (const change of changes) {
    if (change.platform !== platform) lines.push(`  ${change.platform}`);
    platform = change.platform;
    const { name, from, to, several, otherBytes } = change;
    const named = several ? `${name}@` : `${name} `;
    if (otherBytes) lines.push(`    ~ ${named}${to}: other bytes`);
    else if (from === undefined) lines.push(`    + ${named}${to}`);
    else if (to === undefined) lines.push(`    - ${named}${from}`);
    else lines.push(`    ~ ${named}${from} → ${to}`);
  }
  return `${lines.join("\n")}\n`;
}
