import { byText } from "../../bytes/text.ts";
import type {
  Configuration,
  GeneratedEntry,
  PlacedEntry,
  RootView,
  ScriptCoverage,
} from "../../model/rootfs.ts";
import { linkerFiles } from "../../rootfs/ldconfig.ts";
import { stageOf } from "../../scripts/before-unpacking.ts";
import { nameOf } from "../../scripts/commands/account-files.ts";
import { withinLimits } from "../../scripts/within-limits.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import { type StatusOptions, statusEntries } from "./database.ts";
import { debianLinker } from "./glibc.ts";
import { installOrder } from "./install-order.ts";
import { ScriptReader } from "./scripts/read.ts";
import { activationsOf, interestsOf } from "./triggers.ts";
import { idOfDebian, type UnpackedDebian } from "./unpacked.ts";

/**
 * What a root lacks once its packages are unpacked: what their maintainer scripts and triggers would have made,
 * worked out without running any of them, and dpkg's database; all in the order in which dpkg could configure.
 *
 * Entries replace what the root has at their paths. Scripts whose effect is not known for certain are told as
 * needs-you in the coverage; the parts of them that are known are done.
 * @throws BAD_ARCHIVE when more is to be changed than any honest packages would
 */
export function configureDebian(
  root: RootView,
  packages: readonly UnpackedDebian[],
  options: StatusOptions,
): Configuration {
  return withinLimits(() => configured(root, installOrder(packages), options));
}

function configured(
  root: RootView,
  packages: readonly UnpackedDebian[],
  options: StatusOptions,
): Configuration {
  const arriving = packages.map((deb) => {
    const conffiles = new Set(deb.conffiles.map(({ path }) => path));
    return { id: idOfDebian(deb), spares: ({ path }: PlacedEntry) => conffiles.has(path) };
  });
  const stage = stageOf(root, arriving, options.timestamp);
  const { workspace } = stage;
  const coverage: ScriptCoverage[] = [];
  const activated = new Set(packages.flatMap(activationsOf));
  const reader = new ScriptReader(workspace, packages, options.architecture, (trigger) =>
    activated.add(trigger),
  );
  for (const deb of packages)
    coverage.push(...stage.before(idOfDebian(deb), () => reader.read(deb, "preinst", ["install"])));
  for (const deb of packages) {
    coverage.push(...reader.read(deb, "config", ["configure", ""]));
    coverage.push(...reader.read(deb, "postinst", ["configure", ""]));
    for (const script of ["prerm", "postrm"])
      if (deb.scripts.has(script))
        coverage.push({
          package: deb.name,
          script,
          verdict: "harmless",
          notes: ["runs only when it is removed"],
        });
  }
  for (const deb of packages) {
    const fired = interestsOf(deb)
      .map(({ trigger }) => trigger)
      .filter((trigger) => activated.has(trigger) || (trigger.startsWith("/") && isThere(root, trigger)));
    coverage.push(...reader.readTriggers(deb, fired));
  }
  linkLibraries(workspace, packages, options.architecture);
  const made = workspace.entries((kind, id) => nameOf(workspace, kind, id));
  return { entries: merged(made, statusEntries(packages, options), root), coverage };
}

function isThere(root: RootView, trigger: string): boolean {
  const path = trigger.slice(1);
  if (root.get(path)) return true;
  for (const _ of root.under(path)) return true;
  return false;
}

/** ldconfig belongs to libc-bin: without it, nothing keeps the cache up to date, and nothing writes it. */
function linkLibraries(
  workspace: Workspace,
  packages: readonly UnpackedDebian[],
  architecture: string,
): void {
  const version = packages.find(({ name }) => name === "libc-bin")?.version;
  const linker = version === undefined ? undefined : debianLinker(architecture, version);
  if (!linker) return;
  const { cache, links } = linkerFiles(workspace.view(), linker);
  for (const { path, link } of links) {
    workspace.remove(path);
    workspace.symlink(path, link);
  }
  workspace.write("/etc/ld.so.cache", cache);
  workspace.makeDirectory("/var/cache/ldconfig", true, { mode: 0o700 });
}

/** Directories that the root has already are not stated again. */
function merged(
  made: readonly GeneratedEntry[],
  database: readonly GeneratedEntry[],
  root: RootView,
): GeneratedEntry[] {
  const entries = new Map<string, GeneratedEntry>();
  for (const entry of database)
    if (entry.type !== "directory" || !root.get(entry.path)) entries.set(entry.path, entry);
  for (const entry of made) entries.set(entry.path, entry);
  return [...entries.values()].sort((a, b) => byText(a.path, b.path));
}
