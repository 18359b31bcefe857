import { rootOwned } from "../../model/entry.ts";
import type { GeneratedEntry, RootView } from "../../model/rootfs.ts";
import { transactionColor } from "./architectures.ts";
import { fileStates } from "./file-states.ts";
import type { PlacedRpm } from "./placed-rpm.ts";
import { rpmDatabase } from "./rpm-database.ts";

/** Where rpm keeps its database since Fedora 36, and where it did before. */
const folder = "usr/lib/sysimage/rpm";
const olderFolder = "var/lib/rpm";

export interface DatabaseOptions {
  /** rpm's name of the machine. */
  readonly architecture: string;
  /** Seconds since the epoch: when all was installed. */
  readonly timestamp: number;
}

/**
 * The rpm database, and the link that leads to it from where it used to be. A distribution whose `rpm` brings a folder
 * there still has it there. `packages` in the order of their installation.
 */
export function databaseEntries(
  root: RootView,
  packages: readonly PlacedRpm[],
  { architecture, timestamp }: DatabaseOptions,
): GeneratedEntry[] {
  const states = fileStates(root, packages);
  const color = transactionColor(architecture);
  // A header has 32 bits for it, which is until 2106.
  const time = Math.min(timestamp, 0xffff_ffff);
  const content = rpmDatabase(packages.map((one, at) => ({ ...one, states: states[at] ?? [], time, color })));
  const older = root.get(olderFolder);
  const home = older?.type === "directory" ? olderFolder : folder;
  const nothing = new Uint8Array(0);
  return [
    ...(root.get(home) ? [] : [{ ...rootOwned(home, "directory", 0o755, timestamp), content: nothing }]),
    { ...rootOwned(`${home}/rpmdb.sqlite`, "file", 0o644, timestamp), size: content.length, content },
    ...(older === undefined
      ? [
          {
            ...rootOwned(olderFolder, "symlink", 0o777, timestamp),
            link: `../../${folder}`,
            content: nothing,
          },
        ]
      : []),
  ];
}
