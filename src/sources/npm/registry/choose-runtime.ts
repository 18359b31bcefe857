import { TareError } from "../../../errors.ts";
import { type Platform, platformName } from "../../../model/platform.ts";
import type { NpmClient } from "./client.ts";
import { isPublished, newestPublished, type Published } from "./published.ts";

/** How the registry names a machine in its packages of Node.js binaries. */
const machines: Readonly<Record<string, string>> = {
  "linux/amd64": "linux-x64",
  "linux/386": "linux-x86",
  "linux/arm64": "linux-arm64",
  "linux/arm/v7": "linux-armv7l",
  "linux/ppc64le": "linux-ppc64le",
  "linux/s390x": "linux-s390x",
};

export interface RuntimeWanted {
  /** `24`, `22.11`, `22.11.0`, `^24.3`, `~24.3.1`. */
  readonly node: string;
  readonly platform: Platform;
  readonly libc: "glibc" | "musl";
  /** The version of the lock before: it stays while it fits and can be had. */
  readonly keep?: string | undefined;
}

/**
 * The newest Node.js that fits, among the registry's packages of its binaries, by npm's own rules (deprecated versions
 * last, none younger than `before`).
 * @throws NO_NODE, DOWNLOAD_FAILED, OFFLINE
 */
export async function chooseRuntime(wanted: RuntimeWanted, client: NpmClient): Promise<Published> {
  const { node, platform, libc, keep } = wanted;
  const no = (why: string) =>
    new TareError({ code: "NO_NODE", wanted: node, platform: platformName(platform), why });
  if (libc === "musl") throw no("the registry's binaries need glibc, and this image has musl");
  const machine = machines[platformName(platform)];
  if (machine === undefined) throw no("the registry has no binaries for such a machine");
  const name = `node-${machine}`;
  const kept = keep !== undefined && fits(keep, node) ? await newestPublished(name, keep, client) : undefined;
  const found = kept && isPublished(kept) ? kept : await newestPublished(name, node, client);
  if (isPublished(found)) return found;
  if (found.versions === undefined) throw no(`the registry has no ${name}`);
  const close = newestOf(found.versions, node);
  throw no(`${name} has ${close.length > 0 ? close.join(", ") : "no version"}`);
}

type Version = readonly [major: number, minor: number, patch: number];

/** Undefined for versions before a release, and for anything else. */
function versionOf(text: string): Version | undefined {
  const match = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})$/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

function newerFirst(a: Version, b: Version): number {
  return b[0] - a[0] || b[1] - a[1] || b[2] - a[2];
}

/** Whether a version is one of those that were asked for (node-semver's ranges, as far as a recipe has them). */
function fits(text: string, wanted: string): boolean {
  const version = versionOf(text);
  const [, sign, ...numbers] = /^([\^~]?)(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(wanted) ?? [];
  if (version === undefined || sign === undefined) return false;
  const asked = numbers.filter((part) => part !== undefined).map(Number);
  const fixed = sign === "^" ? 1 : sign === "~" ? Math.min(asked.length, 2) : asked.length;
  const least: Version = [asked[0] ?? 0, asked[1] ?? 0, asked[2] ?? 0];
  return (
    asked.slice(0, fixed).every((part, index) => part === version[index]) && newerFirst(version, least) <= 0
  );
}

/** The newest versions of the line that was asked for, else the newest of every line; a handful. */
function newestOf(texts: readonly string[], wanted: string): string[] {
  const versions = texts.flatMap((text) => {
    const version = versionOf(text);
    return version ? [version] : [];
  });
  versions.sort(newerFirst);
  const line = Number(/\d+/.exec(wanted)?.[0]);
  const same = versions.filter(([major]) => major === line);
  const lines = versions.filter(([major], index) => versions[index - 1]?.[0] !== major);
  return (same.length > 0 ? same : lines).slice(0, 8).map((version) => version.join("."));
}
