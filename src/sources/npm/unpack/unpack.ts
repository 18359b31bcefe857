import { collect } from "../../../bytes/bytes.ts";
import { byText } from "../../../bytes/text.ts";
import { TareError } from "../../../errors.ts";
import type { Entry, EntryHeader } from "../../../model/entry.ts";
import type { Unpacker } from "../../../model/source.ts";
import type { NpmPlatform } from "../platform.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { noiseOf, slimVersion } from "./slim.ts";
import {
  type OpenTarball,
  openTarball,
  packageOf,
  type Survey,
  type SurveyedEntry,
  surveyOf,
} from "./survey.ts";
import type { InnerPackage, UnpackedNpm } from "./unpacked.ts";

export interface NpmUnpacking {
  readonly platform: NpmPlatform;
  /** Whether to leave out what no program reads. */
  readonly slim: boolean;
  /** Whether a compiler of TypeScript is among the packages, which reads their types when the program runs. */
  readonly readsTypes: boolean;
}

/** Largest tarball that is read: it is held in memory, since what is to be left out shows only at its end. */
const tarballLimit = 1 << 30;

/** Latest time that is believed, in seconds: the end of the year 9999. */
export const latestDate = 253_402_300_799;

/**
 * Opens npm tarballs as npm does, so that the same files come of it: all of root's, modes 0644 or 0755. Every tarball
 * is read twice: its package.json, which may stand anywhere in it, says what becomes of the entries before it.
 */
export function npmUnpacker(options: NpmUnpacking): Unpacker {
  const { platform, slim, readsTypes } = options;
  const kinds = [`slim/${slimVersion}`, platform.os, platform.cpu, platform.libc, readsTypes ? "types" : ""];
  return {
    name: slim ? ["npm/1", ...kinds].join(" ").trim() : "npm/1",
    async unpack(source, size, where, use) {
      if (size > tarballLimit) throw new TareError({ code: "TOO_LARGE", what: where, limit: tarballLimit });
      const open = await openTarball(await collect(source, tarballLimit, where), where);
      const survey = await surveyOf(open, where, slim);
      const manifests = manifestsOf(survey, where);
      const about: UnpackedNpm = { packages: innerPackages(manifests, survey) };
      return use({
        date: newest(survey),
        entries: installed(open, survey, commandsIn(about)),
        record: () => [],
        capture: () => false,
        md5: () => false,
        about: () => about,
        ...(slim && { noise: noiseIn(manifests, survey, options) }),
      });
    },
  };
}

/** Of each package in the tarball, the package itself first. */
function manifestsOf(survey: Survey, where: string): Map<string, Manifest> {
  const own = survey.manifests.get("");
  if (own === undefined) {
    const large = survey.files.has("package.json");
    const why = large ? "its package.json is larger than any honest one" : "it has no package.json";
    throw new TareError({ code: "BAD_ARCHIVE", format: "npm package", where, why });
  }
  const manifests = new Map([["", readManifest(own, where)]]);
  for (const [folder, bytes] of [...survey.manifests].sort(([a], [b]) => byText(a, b)))
    if (folder !== "") {
      const inner = tolerated(bytes, where);
      if (inner !== undefined) manifests.set(folder, inner);
    }
  return manifests;
}

/** What lies in `node_modules` of a tarball may be no package at all. */
function tolerated(bytes: Uint8Array, where: string): Manifest | undefined {
  try {
    return readManifest(bytes, where);
  } catch {
    return undefined;
  }
}

function innerPackages(manifests: ReadonlyMap<string, Manifest>, survey: Survey): InnerPackage[] {
  const known = manifests.get("")?.bundles ? [...manifests] : [...manifests].slice(0, 1);
  return known.map(([at, manifest]) => ({
    at,
    name: manifest.name ?? "",
    version: manifest.version ?? "",
    bin: manifest.bin,
    scripts: scriptsOf(at, manifest, survey),
    optional: manifest.optional,
    forOnePlatform: manifest.forOnePlatform,
  }));
}

function below(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

/** npm compiles a package that has a `binding.gyp` and does not say how it is built. */
function scriptsOf(at: string, { scripts, mayCompile }: Manifest, survey: Survey): InnerPackage["scripts"] {
  const told = new Set(scripts.map(([script]) => script));
  if (!mayCompile || told.has("preinstall") || told.has("install")) return scripts;
  return survey.files.has(below(at, "binding.gyp")) ? [["install", "node-gyp rebuild"], ...scripts] : scripts;
}

function commandsIn({ packages }: UnpackedNpm): Set<string> {
  return new Set(packages.flatMap(({ at, bin }) => bin.map(([, file]) => below(at, file))));
}

function newest(survey: Survey): number {
  let date = 0;
  for (const { header } of survey.files.values())
    if (header.mtime > date && header.mtime <= latestDate) date = header.mtime;
  return date;
}

function noiseIn(
  manifests: ReadonlyMap<string, Manifest>,
  survey: Survey,
  options: NpmUnpacking,
): (path: string) => boolean {
  const judges = new Map(
    [...manifests].map(([folder, { name = "", entryPoints }]) => {
      const mentions = survey.mentions.get(folder) ?? new Set<string>();
      return [folder, noiseOf({ name, entryPoints, mentions }, options)];
    }),
  );
  return (path) => {
    const { folder, inside } = packageOf(path);
    return judges.get(folder)?.(inside) ?? false;
  };
}

async function* installed(
  open: OpenTarball,
  { files }: Survey,
  commands: ReadonlySet<string>,
): AsyncGenerator<Entry> {
  const wanted = new Map([...files.values()].map((file) => [file.index, file]));
  let index = -1;
  for await (const { content } of open()) {
    index += 1;
    const file = wanted.get(index);
    if (file === undefined) continue;
    const header = ownedHeader(file.header, commands.has(file.header.path));
    yield commands.has(header.path) ? runnable(file, header, content) : { ...header, content };
  }
}

/** What npm's extraction makes of owner and mode under the usual umask of 022; commands can be run. */
function ownedHeader(header: EntryHeader, isCommand: boolean): EntryHeader {
  const { path, type, size, mtime } = header;
  const mode = type === "directory" || isCommand ? 0o755 : (header.mode | 0o644) & 0o755;
  return { path, type, mode, uid: 0, gid: 0, uname: "", gname: "", size, mtime };
}

/** A command whose first line ends as on Windows loses that, or no system would find its program; so does npm. */
function runnable({ returnAt }: SurveyedEntry, header: EntryHeader, content: Entry["content"]): Entry {
  if (returnAt === undefined) return { ...header, content };
  return { ...header, size: header.size - 1, content: without(content, returnAt) };
}

async function* without(content: Entry["content"], at: number): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    const cut = at - offset;
    offset += chunk.length;
    if (cut < 0 || cut >= chunk.length) yield chunk;
    else {
      yield chunk.subarray(0, cut);
      yield chunk.subarray(cut + 1);
    }
  }
}
