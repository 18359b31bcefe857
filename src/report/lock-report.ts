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
  const changes: LockChange[] = [];
  const names = new Set([...before, ...after].map(({ platform }) => platform));
  for (const platform of [...names].sort(byText)) {
    const old = versionsOf(before, platform);
    const now = versionsOf(after, platform);
    for (const name of [...new Set([...old.keys(), ...now.keys()])].sort(byText)) {
      const from = old.get(name);
      const to = now.get(name);
      if (from !== to)
        changes.push({
          platform,
          name,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
        });
    }
  }
  return changes;
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

/** Versions by name; where one name stands for several architectures, by `name:architecture`. */
function versionsOf(platforms: readonly PlatformPackages[], platform: string): Map<string, string> {
  const packages = platforms.find((one) => one.platform === platform)?.packages ?? [];
  const times = new Map<string, number>();
  for (const { name } of packages) times.set(name, (times.get(name) ?? 0) + 1);
  return new Map(
    packages.map(({ name, architecture, version }) => [
      times.get(name) === 1 ? name : `${name}:${architecture}`,
      version,
    ]),
  );
}
