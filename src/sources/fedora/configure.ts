import { byText } from "../../bytes/text.ts";
import { fileFlag } from "../../formats/rpm/files.ts";
import { tag } from "../../formats/rpm/tags.ts";
import type { Configuration, RootView, ScriptCoverage } from "../../model/rootfs.ts";
import { linkerFiles } from "../../rootfs/ldconfig.ts";
import { stageOf } from "../../scripts/before-unpacking.ts";
import { nameOf } from "../../scripts/commands/account-files.ts";
import { withinLimits } from "../../scripts/within-limits.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import { makeAccounts } from "./accounts.ts";
import { type DatabaseOptions, databaseEntries } from "./database-entries.ts";
import { installOrder } from "./install-order.ts";
import { fedoraLinker, hasLdconfig } from "./linker.ts";
import { mergedPath } from "./merged-usr.ts";
import { giveToOwners } from "./owners.ts";
import type { PlacedRpm } from "./placed-rpm.ts";
import { RpmScriptReader } from "./script-reader.ts";

/**
 * What a root lacks once its packages are unpacked: accounts and owners, what their scriptlets and triggers would have
 * made, worked out without running any of them, and the rpm database; all in the order in which rpm would install.
 *
 * Entries replace what the root has at their paths. Scripts whose effect is not known for certain are told as
 * needs-you in the coverage; the parts of them that are known are done.
 * @throws BAD_ARCHIVE when more is to be changed than any honest packages would
 */
export function configureFedora(
  root: RootView,
  placed: readonly PlacedRpm[],
  options: DatabaseOptions,
): Configuration {
  return withinLimits(() => configured(root, placed, options));
}

function configured(root: RootView, placed: readonly PlacedRpm[], options: DatabaseOptions): Configuration {
  const packages = installOrder(placed);
  const stage = stageOf(
    root,
    packages.map((one) => ({ id: one.id, folders: foldersOf(one) })),
    options.timestamp,
  );
  const { workspace } = stage;
  const reader = new RpmScriptReader(workspace, packages);
  const coverage: ScriptCoverage[] = [];
  for (const one of packages) coverage.push(...reader.read(one, "pretrans"));
  for (const one of packages) {
    coverage.push(...makeAccounts(workspace, one));
    // Settings, too, give way: rpm asks which to keep before the first %pre.
    coverage.push(...stage.before(one.id, () => reader.read(one, "pre")));
    const notes = giveToOwners(workspace, root, one);
    if (notes.length > 0) coverage.push({ package: one.name, script: "owners", verdict: "needs-you", notes });
    coverage.push(...reader.read(one, "post"));
  }
  coverage.push(...reader.readTriggers(packages, ["trigger", "filetrigger"]));
  for (const one of packages) coverage.push(...reader.read(one, "posttrans"));
  coverage.push(...reader.readTriggers(packages, ["transfiletrigger"]));
  for (const one of packages) coverage.push(...reader.later(one));
  linkLibraries(workspace, packages, options.architecture);
  const made = workspace.entries((kind, id) => nameOf(workspace, kind, id));
  const entries = new Map(databaseEntries(root, packages, options).map((entry) => [entry.path, entry]));
  for (const entry of made) entries.set(entry.path, entry);
  return { entries: [...entries.values()].sort((a, b) => byText(a.path, b.path)), coverage };
}

function foldersOf({ files }: PlacedRpm): string[] {
  return files.flatMap(({ path, type, flags }) =>
    type === "directory" && (flags & fileFlag.ghost) === 0 ? [mergedPath(path)] : [],
  );
}

/** What ldconfig would make is made once, whoever calls it, and for glibc also where ldconfig itself was left out. */
function linkLibraries(workspace: Workspace, packages: readonly PlacedRpm[], architecture: string): void {
  const glibc = packages.find(({ name }) => name === "glibc");
  if (glibc === undefined && !hasLdconfig(workspace)) return;
  const linker = fedoraLinker(architecture, glibc?.header.text(tag.version));
  if (linker === undefined) return;
  const { cache, links } = linkerFiles(workspace.view(), linker);
  for (const { path, link } of links) {
    workspace.remove(path);
    workspace.symlink(path, link);
  }
  workspace.makeDirectory("/etc", true);
  workspace.write("/etc/ld.so.cache", cache);
}
