import { type AnyBytes, type Bytes, collect } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { ByteReader } from "../bytes/reader.ts";
import { TareError } from "../errors.ts";
import { decodeAciManifest } from "../formats/aci/decode-manifest.ts";
import { aciManifestLimits } from "../formats/aci/door.ts";
import { type AciManifest, manifestPath, rootPath } from "../formats/aci/manifest.ts";
import { readTar } from "../formats/tar/decode.ts";
import { containedPath } from "../formats/tar/path.ts";
import type { Entry } from "../model/entry.ts";
import { rootEntriesOf, surveyRoot } from "./nested-root.ts";

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
  let manifest: AciManifest | undefined;
  const { hasRoot, links } = await surveyRoot(aciEntries(source, where), "ACI", where, async (entry) => {
    if (entry.path !== manifestPath)
      throw bad(where, `it has ${entry.path} beside ${manifestPath} and ${rootPath}`);
    manifest = await manifestOf(entry, where);
  });
  if (manifest === undefined) throw bad(where, `it has no ${manifestPath}`);
  if (!hasRoot) throw bad(where, `it has no folder ${rootPath}`);
  return { manifest, links };
}

async function manifestOf(entry: Entry, where: string): Promise<AciManifest> {
  if (entry.type !== "file") throw bad(where, `its ${manifestPath} is not a file`);
  const name = `${where}: ${manifestPath}`;
  const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
  return decodeAciManifest(await collect(content, aciManifestLimits.bytes, name), name);
}

/**
 * The entries below `rootfs` as {@link rootEntriesOf} gives them; of a manifest with a path whitelist, what it lists and
 * the folders on the way.
 */
export async function* rootEntries(
  source: Bytes,
  { manifest, links }: AciContents,
  where: string,
): AsyncGenerator<Entry> {
  yield* rootEntriesOf(aciEntries(source, where), links, filterOf(manifest.pathWhitelist, where));
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
