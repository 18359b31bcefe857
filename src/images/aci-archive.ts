import { type AnyBytes, type Bytes, collect } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { ByteReader } from "../bytes/reader.ts";
import { TareError } from "../errors.ts";
import { decodeAciManifest } from "../formats/aci/decode-manifest.ts";
import { aciManifestLimits } from "../formats/aci/door.ts";
import { type AciManifest, manifestPath, rootPath } from "../formats/aci/manifest.ts";
import { readTar } from "../formats/tar/decode.ts";
import { containedPath } from "../formats/tar/path.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";

const entryLimit = 2_000_000;
const below = `${rootPath}/`;

/** What a first reading of an ACI finds. */
export interface AciContents {
  readonly manifest: AciManifest;
  /** Of every hardlink, the first name of its file. Paths are relative to the root. */
  readonly links: ReadonlyMap<string, string>;
}

/**
 * Reads an ACI to its end: a tar, compressed or not, of one `manifest` and one folder `rootfs` with everything else in it
 * (spec/aci.md, "Image Archives"). `where` names it in sentences.
 * @throws BAD_ARCHIVE for anything else: a path twice, files beside those, hardlinks that lead out of the root or to
 * nothing, and names that an image layer would take for deletions
 */
export async function readAci(source: Bytes, where: string): Promise<AciContents> {
  const paths = new Set<string>();
  const leaves = new Set<string>();
  const links = new Map<string, string>();
  let manifest: AciManifest | undefined;
  for await (const entry of aciEntries(source, where)) {
    const { path, type } = entry;
    if (path === "") continue;
    if (paths.has(path)) throw bad(where, `it has ${path} twice`);
    if (paths.size >= entryLimit) throw bad(where, `it has more than ${entryLimit} files`);
    paths.add(path);
    if (path === manifestPath) manifest = await manifestOf(entry, where);
    else if (path === rootPath) {
      if (type !== "directory") throw bad(where, `its ${rootPath} is not a folder`);
    } else if (!path.startsWith(below))
      throw bad(where, `it has ${path} beside ${manifestPath} and ${rootPath}`);
    else {
      checkName(path, where);
      if (type === "hardlink") links.set(path.slice(below.length), firstName(entry, leaves, links, where));
      if (type !== "directory") leaves.add(path);
    }
  }
  if (manifest === undefined) throw bad(where, `it has no ${manifestPath}`);
  if (!paths.has(rootPath)) throw bad(where, `it has no folder ${rootPath}`);
  return { manifest, links };
}

async function manifestOf(entry: Entry, where: string): Promise<AciManifest> {
  if (entry.type !== "file") throw bad(where, `its ${manifestPath} is not a file`);
  const name = `${where}: ${manifestPath}`;
  const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
  return decodeAciManifest(await collect(content, aciManifestLimits.bytes, name), name);
}

/** An ACI has no deletions, so a file may be called so there; in a layer it would take another one away. */
function checkName(path: string, where: string): void {
  if (path.slice(path.lastIndexOf("/") + 1).startsWith(".wh."))
    throw bad(where, `${path} would stand for a deletion in an image layer, which an ACI does not have`);
}

function firstName(
  { path, link = "" }: EntryHeader,
  leaves: ReadonlySet<string>,
  links: ReadonlyMap<string, string>,
  where: string,
): string {
  if (!link.startsWith(below) || !leaves.has(link))
    throw bad(where, `${path} is a hardlink to ${link}, which is no earlier file below ${rootPath}`);
  const target = link.slice(below.length);
  return links.get(target) ?? target;
}

/**
 * The entries below `rootfs` with paths relative to it, in their order; of a manifest with a path whitelist, what it lists
 * and the folders on the way. A file of several names of which the first is not listed goes by one that is.
 */
export async function* rootEntries(
  source: Bytes,
  { manifest, links }: AciContents,
  where: string,
): AsyncGenerator<Entry> {
  const isKept = filterOf(manifest.pathWhitelist, where);
  const carriers = new Map<string, string>();
  if (isKept !== undefined)
    for (const [name, first] of links)
      if (!isKept(first) && isKept(name) && !carriers.has(first)) carriers.set(first, name);
  for await (const entry of aciEntries(source, where)) {
    if (entry.path === rootPath) yield { ...entry, path: "" };
    if (!entry.path.startsWith(below)) continue;
    const path = entry.path.slice(below.length);
    if (entry.type === "hardlink") {
      const first = links.get(path) ?? "";
      const link = carriers.get(first) ?? first;
      if (link !== path && (isKept === undefined || isKept(path))) yield { ...entry, path, link };
    } else if (isKept === undefined || isKept(path)) yield { ...entry, path };
    else {
      const carrier = carriers.get(path);
      if (carrier !== undefined) yield { ...entry, path: carrier };
    }
  }
}

/** Undefined for an empty list, which means everything. */
function filterOf(whitelist: readonly string[], where: string): ((path: string) => boolean) | undefined {
  if (whitelist.length === 0) return undefined;
  const kept = new Set<string>();
  for (const text of whitelist)
    for (let path = containedPath(text, `${where}: pathWhitelist`); path !== "" && !kept.has(path); ) {
      kept.add(path);
      path = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
    }
  return (path) => kept.has(path);
}

async function* aciEntries(source: Bytes, where: string): AsyncGenerator<Entry> {
  yield* readTar(decompress(notEncrypted(source, where), where), where);
}

/** The first byte of a symmetrically encrypted OpenPGP message (RFC 9580, 4.2 and 5.3), in both of its forms. */
const encrypted: readonly number[] = [0x8c, 0xc3];

async function* notEncrypted(source: AnyBytes, where: string): Bytes {
  const reader = new ByteReader(source);
  try {
    const start = await reader.some();
    if (start === undefined) return;
    if (encrypted.includes(start[0] as number))
      throw bad(where, "it is encrypted; decrypt it with gpg first");
    yield start;
    yield* reader.rest();
  } finally {
    await reader.close();
  }
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "ACI", where, why });
}
