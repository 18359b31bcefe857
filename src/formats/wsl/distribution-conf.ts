/**
 * What Windows reads when it installs a distribution (Microsoft, "Build a custom Linux distribution for WSL"), relative
 * to the root.
 */
export const distributionConfPath = "etc/wsl-distribution.conf";

export interface DistributionConf {
  /** A {@link distributionName}. Without one, Windows does not install what is opened in its Explorer. */
  readonly defaultName: string;
  /** Who runs the shells; undefined for root. */
  readonly defaultUid: number | undefined;
}

export function encodeDistributionConf({ defaultName, defaultUid }: DistributionConf): Buffer {
  const uid = defaultUid === undefined ? "" : `defaultUid = ${defaultUid}\n`;
  return Buffer.from(`[oobe]\n${uid}defaultName = ${defaultName}\n`);
}

const nameLimit = 64;

/** A name of the characters that WSL takes: letters, digits, dots, hyphens and underscores. */
export function distributionName(text: string): string {
  const name = text
    .slice(0, nameLimit)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return name === "" ? "linux" : name;
}
