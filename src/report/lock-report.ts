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
    const labelOf = labels([...old, ...now]);
    const versions = (packages: readonly Package[]) => Map.groupBy(packages, labelOf);
    const [then, today] = [versions(old), versions(now)];
    return [...new Set([...then.keys(), ...today.keys()])].sort(byText).flatMap((name) =>
      changesOf(then.get(name) ?? [], today.get(name) ?? []).map((change) => ({
        platform,
        name,
        ...change,
      })),
    );
  });
}

function packagesOf(platforms: readonly PlatformPackages[], platform: string): readonly Package[] {
  return platforms.find((one) => one.platform === platform)?.packages ?? [];
}

/** A name; where it stands for several architectures, `name:architecture`. */
function labels(packages: readonly Package[]): (one: Package) => string {
  const architectures = new Map<string, Set<string>>();
  for (const { name, architecture } of packages)
    architectures.set(name, (architectures.get(name) ?? new Set()).add(architecture));
  return ({ name, architecture }) => (architectures.get(name)?.size === 1 ? name : `${name}:${architecture}`);
}

/** One name may be there in several versions. What went and what came are told together. */
function changesOf(before: readonly Package[], after: readonly Package[]): Pick<LockChange, "from" | "to">[] {
  const from = versionsBut(before, after);
  const to = versionsBut(after, before);
  return Array.from({ length: Math.max(from.length, to.length) }, (_, index) => ({
    ...(from[index] !== undefined && { from: from[index] }),
    ...(to[index] !== undefined && { to: to[index] }),
  }));
}

function versionsBut(some: readonly Package[], others: readonly Package[]): string[] {
  const there = new Set(others.map(({ version }) => version));
  const versions = new Set(some.map(({ version }) => version));
  return [...versions].filter((version) => !there.has(version)).sort(byText);
}

/** What `tare lock` did, for a terminal. */
export function lockReport(file: string, changed: boolean, changes: readonly LockChange[]): string {
  if (!changed) return `${file} is as it was.\n`;
  const lines = [`${file} was written: ${count(changes.length, "change")} of packages.`];
  let platform = "";
  for (const change of changes) {
    if (change.platform !== platform) lines.push(`  ${change.platform}`);
    platform = change.platform;
    const { name, from, to } = change;
    if (from === undefined) lines.push(`    + ${name} ${to}`);
    else if (to === undefined) lines.push(`    - ${name} ${from}`);
    else lines.push(`    ~ ${name} ${from} → ${to}`);
  }
  return `${lines.join("\n")}\n`;
}
