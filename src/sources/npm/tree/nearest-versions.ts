import semver from "semver";

/** Versions on each side that a sentence names. */
const each = 2;

/**
 * The few versions that stand next to what was asked for, oldest first; the newest where that is no version or range.
 * Releases go before what came before a release.
 * @param versions in any order; what is no version is none
 */
export function nearestVersions(versions: readonly string[], wanted: string): string[] {
  const sound = versions.filter((version) => semver.valid(version) === version);
  const released = sound.filter((version) => semver.prerelease(version) === null);
  const sorted = semver.sort(released.length > 0 ? released : sound);
  const least = semver.validRange(wanted) === null ? null : semver.minVersion(wanted);
  const above = least === null ? -1 : sorted.findIndex((version) => semver.gte(version, least));
  const at = above < 0 ? sorted.length : above;
  return sorted.slice(Math.max(0, at - each), at + each);
}
