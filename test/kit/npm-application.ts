import { collect } from "../../src/bytes/bytes.ts";
import { readElf } from "../../src/formats/elf.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { emptyNotes, segmentOf } from "../../src/layers/segment.ts";
import type { Entry, EntryHeader } from "../../src/model/entry.ts";
import type { Package } from "../../src/model/package.ts";
import type { ScriptCoverage } from "../../src/model/rootfs.ts";
import type { FactEntry, PathRule } from "../../src/model/segment.ts";
import type { Distribution, InstalledPackage } from "../../src/model/source.ts";
import { compose } from "../../src/rootfs/compose.ts";
import { type NpmApplication, npmApplication } from "../../src/sources/npm/application.ts";
import { buildNpmPackage, type NpmPackageData } from "./npm-package.ts";

/** A tarball and where it goes. */
export interface TarballAt {
  /** `node_modules/debug` */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** What an application's packages make of a root. */
export interface LaidOut {
  /** By path: `0644 text` of a file, `-> text` of a link. */
  readonly tree: Readonly<Record<string, string>>;
  readonly headers: ReadonlyMap<string, EntryHeader>;
  readonly coverage: readonly ScriptCoverage[];
  /** Entries and bytes that were left out. */
  readonly excluded: number;
  readonly excludedSize: number;
}

export const usualApplication: NpmApplication = {
  to: "app",
  slim: true,
  platform: { os: "linux", cpu: "x64", libc: "glibc" },
  links: [],
};

/** Packages written as data, each by the path that it goes to. */
export async function applicationFrom(
  packages: Readonly<Record<string, NpmPackageData>>,
  settings: Partial<NpmApplication> = {},
  excludes: readonly PathRule[] = [],
): Promise<LaidOut> {
  const tarballs = Object.entries(packages).map(async ([path, data]) => ({
    path,
    ...(await buildNpmPackage(data)),
  }));
  return layOut(await Promise.all(tarballs), npmApplication({ ...usualApplication, ...settings }), excludes);
}

/** Tarballs through unpacking, segments, composition and configuration: the whole way but the layers. */
export async function layOut(
  tarballs: readonly TarballAt[],
  distribution: Distribution,
  excludes: readonly PathRule[] = [],
): Promise<LaidOut> {
  const tree: Record<string, string> = {};
  const headers = new Map<string, EntryHeader>();
  const installed: InstalledPackage[] = [];
  let excluded = 0;
  let excludedSize = 0;
  const show = async ({ content, ...header }: Entry) => {
    headers.set(header.path, header);
    const bytes = content instanceof Uint8Array ? Buffer.from(content) : await collect(content, 1 << 30, "x");
    const text = `${header.mode.toString(8).padStart(4, "0")} ${bytes.toString("latin1")}`;
    tree[header.path] = header.type === "symlink" ? `-> ${header.link}` : text;
    return bytes;
  };
  for (const { path, name, version, bytes } of tarballs) {
    const wanted = { name, version, path, size: bytes.byteLength } as Package;
    const policy = {
      aliases: [],
      excludes,
      omit: [],
      below: distribution.placeOf(wanted),
      strip: false,
      latest: undefined,
    };
    const notes = emptyNotes();
    const where = `${name} ${version}`;
    const about = await distribution.unpacker.unpack(
      bytesOf(bytes),
      bytes.byteLength,
      where,
      async (opened) => {
        const segment = await collect(
          segmentOf(opened.entries, policy, opened, notes, where),
          1 << 30,
          where,
        );
        for await (const entry of readTar([segment], where)) {
          const content = await show(entry);
          const index = notes.entries.findIndex((fact) => fact.path === entry.path);
          const elf = readElf((from, length) => content.subarray(from, from + length));
          if (elf) notes.entries[index] = { ...(notes.entries[index] as FactEntry), elf };
        }
        return { about: opened.about(new Map()), date: opened.date };
      },
    );
    const { excludedSize: size, entries } = notes;
    excluded += notes.excluded;
    excludedSize += size;
    installed.push({
      package: wanted,
      facts: { entries, excluded: notes.excluded, excludedSize: size, ...about },
    });
  }
  const pieces = installed.map(({ package: wanted, facts: { entries } }) => ({
    id: distribution.idOf(wanted),
    entries,
  }));
  const { view } = compose(pieces, distribution.arbiter(installed));
  const options = { architecture: "x64", timestamp: 1_700_000_000, excludes };
  const { entries, coverage } = distribution.configure(view, installed, options);
  for (const entry of entries) await show(entry);
  return { tree, headers, coverage, excluded, excludedSize };
}

async function* bytesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 60_000) yield bytes.subarray(at, at + 60_000);
}
