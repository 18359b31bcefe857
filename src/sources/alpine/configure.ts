import type { Configuration, PlacedEntry, RootView, ScriptCoverage } from "../../model/rootfs.ts";
import { realPath } from "../../rootfs/resolve.ts";
import { stageOf } from "../../scripts/before-unpacking.ts";
import { nameOf } from "../../scripts/commands/account-files.ts";
import { withinLimits } from "../../scripts/within-limits.ts";
import { isThere, writeDatabase } from "./database.ts";
import { installOrder } from "./install-order.ts";
import { giveToOwners } from "./owners.ts";
import type { PlacedApk } from "./placed-apk.ts";
import { ApkScriptReader } from "./script-reader.ts";
import { directoryEntries } from "./shared-directories.ts";
import { worldOf } from "./world.ts";

/**
 * What a root lacks once its packages are unpacked: owners, what their scripts and triggers would have made, worked out
 * without running any of them, and apk's database. As apk has it, all scripts of one package come before those of the
 * next, and triggers last.
 *
 * Entries replace what the root has at their paths. Scripts whose effect is not known for certain are told as
 * needs-you in the coverage; the parts of them that are known are done.
 * @throws BAD_ARCHIVE when more is to be changed than any honest packages would
 */
export function configureAlpine(
  root: RootView,
  packages: readonly PlacedApk[],
  options: AlpineOptions,
): Configuration {
  return withinLimits(() => configured(root, packages, options));
}

interface AlpineOptions {
  /** apk's name of the machine. */
  readonly architecture: string;
  /** Seconds since the epoch: mtime of all that is made. */
  readonly timestamp: number;
  /** What was asked for, as in etc/apk/world. */
  readonly include: readonly string[];
}

function configured(
  root: RootView,
  packages: readonly PlacedApk[],
  { architecture, timestamp, include }: AlpineOptions,
): Configuration {
  const world = worldOf(packages, include);
  const order = installOrder(packages, world);
  const stage = stageOf(
    root,
    order.map((one) => ({ id: one.id, folders: foldersOf(root, one), spares: stays })),
    timestamp,
  );
  const { workspace } = stage;
  const reader = new ApkScriptReader(workspace, order);
  const coverage: ScriptCoverage[] = [];
  const owned: PlacedApk[] = [];
  for (const one of order) {
    coverage.push(...stage.before(one.id, () => reader.read(one, "pre-install")));
    const { files, notes } = giveToOwners(workspace, root, one);
    owned.push({ ...one, files });
    if (notes.length > 0)
      coverage.push({ package: one.info.name, script: "owners", verdict: "needs-you", notes });
    coverage.push(...reader.read(one, "post-install"));
  }
  for (const one of order) coverage.push(...reader.readTrigger(one));
  for (const one of order) coverage.push(...reader.later(one));
  writeDatabase(workspace, root, owned, architecture, world.text);
  const made = workspace.entries((kind, id) => nameOf(workspace, kind, id));
  const shared = directoryEntries(
    root,
    owned.map(({ id, files }) => files.filter((file) => isThere(root, id, file))),
    timestamp,
  );
  return {
    entries: [...new Map([...shared, ...made].map((entry) => [entry.path, entry])).values()],
    coverage,
  };
}

function foldersOf(root: RootView, { files }: PlacedApk): string[] {
  return files.flatMap(({ path, isFolder }) => {
    const real = isFolder ? realPath(root, path, true) : undefined;
    return real === undefined ? [] : [real];
  });
}

/** What apk leaves as it is when it finds it there: folders, and what is below `etc` unless somebody says otherwise. */
function stays({ path, type }: PlacedEntry): boolean {
  return type === "directory" || path.startsWith("etc/");
}
