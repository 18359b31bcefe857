import { createHash } from "node:crypto";
import { byText } from "../../bytes/text.ts";
import { type EntryHeader, rootOwned } from "../../model/entry.ts";
import type { GeneratedEntry } from "../../model/rootfs.ts";
import type { Distribution, Verdict } from "../../model/source.ts";
import { binLinks, type ModuleLink, type WorkspaceLink, workspaceLinks } from "./bin-links.ts";
import { installCoverage } from "./install-scripts.ts";
import { pathOf, placedPackages } from "./placed.ts";
import type { NpmPlatform } from "./platform.ts";
import { npmUnpacker } from "./unpack/unpack.ts";

export interface NpmApplication {
  /** The folder of the image that holds `node_modules`, relative to its root: `app`; empty for the root itself. */
  readonly to: string;
  /** Whether packages lose what no program reads (`slimRules`). */
  readonly slim: boolean;
  /** Of the image. */
  readonly platform: NpmPlatform;
  /** Packages of the project itself, which lie elsewhere in the image. */
  readonly links: readonly WorkspaceLink[];
  /** The project's own package.json, where the image is to have it. */
  readonly manifest?: Uint8Array;
  /** Whether TypeScript's compiler is among the packages: `slim` then leaves types alone. */
  readonly readsTypes?: boolean;
}

/** Raise when the same packages make another root. */
const applicationVersion = 2;

/** An npm application's packages as one distribution: each a tarball below the folder that its `path` names. */
export function npmApplication(application: NpmApplication): Distribution {
  const { to, slim, platform, links, manifest, readsTypes = false } = application;
  const unpacker = npmUnpacker({ platform, slim, readsTypes });
  return {
    name: `npm-application/${applicationVersion} ${unpacker.name} ${digestOf(application)}`,
    unpacker,
    aliases: [],
    idOf: pathOf,
    placeOf: (wanted) => below(to, pathOf(wanted)),
    arbiter: () => arbiter,
    configure(root, packages, { timestamp }) {
      const placed = placedPackages(packages);
      const all = [
        ...workspaceLinks(links),
        ...binLinks(placed, links, (path) => root.get(below(to, path)) !== undefined),
      ];
      const entries = all.map((link) => linkEntry(to, link, timestamp));
      if (manifest !== undefined) entries.push(manifestEntry(to, manifest, timestamp));
      if (root.get("tmp") === undefined) entries.push(temporaryFolder(timestamp));
      return {
        entries: entries.sort((a, b) => byText(a.path, b.path)),
        coverage: installCoverage(placed, to, platform),
      };
    },
  };
}

/** A tarball may bring another package below itself; where that package is there on its own, it has its place. */
function arbiter(_path: string, earlier: string, later: string): Verdict {
  if (later.startsWith(`${earlier}/`)) return "later";
  return earlier.startsWith(`${later}/`) ? "earlier" : "conflict";
}

function below(to: string, path: string): string {
  return to === "" ? path : `${to}/${path}`;
}

function linkEntry(to: string, { path, text }: ModuleLink, timestamp: number): GeneratedEntry {
  const header = nameless(below(to, path), "symlink", 0o777, timestamp);
  return { ...header, link: text, content: new Uint8Array(0) };
}

function manifestEntry(to: string, manifest: Uint8Array, timestamp: number): GeneratedEntry {
  const header = nameless(below(to, "package.json"), "file", 0o644, timestamp);
  return { ...header, size: manifest.byteLength, content: manifest };
}

/** `os.tmpdir()`, which anybody may write into: in a Debian image base-files brings it. */
function temporaryFolder(timestamp: number): GeneratedEntry {
  return { ...nameless("tmp", "directory", 0o1777, timestamp), content: new Uint8Array(0) };
}

/** Root's by number alone, like all files of packages. */
function nameless(path: string, type: EntryHeader["type"], mode: number, mtime: number): EntryHeader {
  return { ...rootOwned(path, type, mode, mtime), uname: "", gname: "" };
}

function digestOf({ to, platform, links, manifest }: NpmApplication): string {
  const settings = JSON.stringify([
    to,
    platform,
    links,
    manifest && Buffer.from(manifest).toString("base64"),
  ]);
  return createHash("sha256").update(settings).digest("hex").slice(0, 32);
}
