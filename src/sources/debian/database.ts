import { byText, decodeText, encodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { rootOwned } from "../../model/entry.ts";
import type { GeneratedEntry } from "../../model/rootfs.ts";
import type { PathRule } from "../../model/segment.ts";
import { statusStanza } from "./status-stanza.ts";
import { interestsOf } from "./triggers.ts";
import type { UnpackedDebian } from "./unpacked.ts";

const folder = "var/lib/dpkg";
const packageName = /^[a-z0-9][a-z0-9+.-]*$/;
const stem = /^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?$/;
const member = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const executable = new Set(["config", "postinst", "postrm", "preinst", "prerm"]);

/**
 * What dpkg keeps of one package under `var/lib/dpkg/info`: its file list, its checksums and its control members
 * (dpkg, lib/dpkg/db-ctrl). `paths` are those of its data archive that are in the root, in
 * their order, as `Entry.path` spells them.
 * @throws BAD_ARCHIVE for a package or a path that dpkg's database has no way to name
 */
export function infoEntries(
  deb: UnpackedDebian,
  md5sums: Uint8Array | undefined,
  paths: readonly string[],
  timestamp: number,
): GeneratedEntry[] {
  if (!packageName.test(deb.name) || !stem.test(deb.installedAs))
    throw unsound(deb, "its name is not a package name");
  if (paths.some((path) => path.includes("\n"))) throw unsound(deb, "a path in it holds a line break");
  const list = paths.map((path) => (path === "" ? "/.\n" : `/${path}\n`)).join("");
  const files: [string, Uint8Array][] = [["list", encodeText(list)]];
  if (md5sums) files.push(["md5sums", sumsOf(md5sums, paths)]);
  for (const [name, text] of deb.scripts) if (member.test(name)) files.push([name, encodeText(text)]);
  return files
    .sort(([a], [b]) => byText(a, b))
    .map(([name, content]) =>
      fileEntry(
        `${folder}/info/${deb.installedAs}.${name}`,
        content,
        timestamp,
        executable.has(name) ? 0o755 : 0o644,
      ),
    );
}

/** The checksums of what is there: `dpkg --verify` misses every file that is named, whatever was excluded. */
function sumsOf(md5sums: Uint8Array, paths: readonly string[]): Uint8Array {
  const kept = new Set(paths);
  const lines = decodeText(md5sums).split("\n");
  return encodeText(
    lines
      .filter((line) => line !== "" && kept.has(line.replace(/^[0-9a-f]+ +/, "").replace(/^\.?\//, "")))
      .map((line) => `${line}\n`)
      .join(""),
  );
}

function unsound(deb: UnpackedDebian, why: string): TareError {
  return new TareError({
    code: "BAD_ARCHIVE",
    format: "Debian package",
    where: `the package ${deb.name}`,
    why,
  });
}

export interface StatusOptions {
  /** dpkg's name of the machine. */
  readonly architecture: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** What was left out of the packages. */
  readonly excludes: readonly PathRule[];
}

/**
 * The part of dpkg's database that all packages share: `status`, `arch`, the triggers, `info/format`, and, where files
 * were left out, the configuration that tells dpkg so: with it `dpkg --verify` does not miss them.
 */
export function statusEntries(packages: readonly UnpackedDebian[], options: StatusOptions): GeneratedEntry[] {
  const { architecture, timestamp, excludes } = options;
  const file = (path: string, text: string) => fileEntry(path, encodeText(text), timestamp, 0o644);
  const sorted = [...packages].sort(
    (a, b) => byText(a.name, b.name) || byText(a.architecture, b.architecture),
  );
  const status = sorted.map((deb) => `${statusStanza(deb)}\n`).join("");
  const foreign = packages
    .map((deb) => deb.architecture)
    .filter((name) => name !== "all" && name !== architecture);
  const architectures = [architecture, ...[...new Set(foreign)].sort()];
  return [
    ...["", "/alternatives", "/info", "/parts", "/triggers", "/updates"].map((below) =>
      directoryEntry(`${folder}${below}`, timestamp),
    ),
    file(`${folder}/arch`, architectures.map((name) => `${name}\n`).join("")),
    file(`${folder}/info/format`, "1\n"),
    file(`${folder}/status`, status),
    ...triggerEntries(packages, file),
    ...(excludes.length > 0 ? [file("etc/dpkg/dpkg.cfg.d/excludes", excludesText(excludes))] : []),
  ];
}

function triggerEntries(
  packages: readonly UnpackedDebian[],
  file: (path: string, text: string) => GeneratedEntry,
): GeneratedEntry[] {
  const named = new Map<string, string[]>();
  const paths: string[] = [];
  for (const deb of packages)
    for (const { trigger, await: waits } of interestsOf(deb)) {
      const who = `${deb.installedAs}${waits ? "" : "/noawait"}`;
      if (trigger.startsWith("/")) paths.push(`${trigger} ${who}\n`);
      else named.set(trigger, [...(named.get(trigger) ?? []), `${who}\n`]);
    }
  return [
    file(`${folder}/triggers/File`, paths.join("")),
    file(`${folder}/triggers/Unincorp`, ""),
    ...[...named].map(([trigger, who]) => file(`${folder}/triggers/${trigger}`, who.join(""))),
  ];
}

/** dpkg.cfg(5): one option a line. The order stands, since the last match decides. */
function excludesText(excludes: readonly PathRule[]): string {
  return excludes
    .filter(({ glob }) => !/[\n\r]/.test(glob))
    .map(({ action, glob }) => `path-${action}=${glob}\n`)
    .join("");
}

function fileEntry(path: string, content: Uint8Array, mtime: number, mode: number): GeneratedEntry {
  return { ...rootOwned(path, "file", mode, mtime), size: content.length, content };
}

function directoryEntry(path: string, mtime: number): GeneratedEntry {
  return { ...rootOwned(path, "directory", 0o755, mtime), content: new Uint8Array(0) };
}
