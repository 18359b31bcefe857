import { type AnyBytes, type Bytes, collect, limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { TareError } from "../../errors.ts";
import type { Entry } from "../../model/entry.ts";
import { readTar } from "../tar/decode.ts";
import { type ArMember, readAr } from "./ar.ts";

/** A binary package while it is read: its control files at once, its files as they come. */
export interface Deb {
  /** The control archive's members by name: `control`, `md5sums`, `postinst`, … */
  readonly control: ReadonlyMap<string, Uint8Array>;
  /** Seconds since the epoch: when the package was built. */
  readonly date: number;
  /** What it installs, in the package's own order. */
  readonly data: AsyncIterable<Entry>;
}

/** Control archives hold scripts and lists; the largest in Debian unpack to a few megabytes. */
const controlLimit = 64 << 20;

/** No package has so many; each costs memory, and an archive of empty files packs into next to nothing. */
const entryLimit = 1_000_000;

/** 9999-12-31: later dates have no RFC 3339 form. */
const latestDate = 253_402_300_799;

/** Unpacked data may be this large, or 200 times the package file, whichever is more: past that it is a bomb. */
const dataFloor = 1 << 30;
const dataRatio = 200;

/**
 * Hands an opened package to `use`, which must read `data` to its end. deb(5): `debian-binary`, `control.tar`,
 * `data.tar`, in this order; members whose name begins with `_` are passed over. The source is read to its end.
 * @throws BAD_ARCHIVE, TRUNCATED, TOO_LARGE; `where` names the package in the sentence
 */
export async function readDeb<Result>(
  source: AnyBytes,
  size: number,
  where: string,
  use: (deb: Deb) => Promise<Result>,
): Promise<Result> {
  let date: number | undefined;
  let control: Map<string, Uint8Array> | undefined;
  let result: { readonly value: Result } | undefined;
  for await (const member of readAr(source, where)) {
    if (member.name.startsWith("_") || result !== undefined) continue;
    if (date === undefined) {
      await checkVersion(member, where);
      if (member.mtime > latestDate) throw bad(where, "it was built after the year 9999");
      date = member.mtime;
    } else if (control === undefined) {
      expectMember(member, "control.tar", where);
      control = await readControl(member.content, where);
    } else {
      expectMember(member, "data.tar", where);
      const limit = Math.max(dataFloor, dataRatio * size);
      const plain = limited(decompress(member.content, where), limit, `${where}, unpacked,`);
      result = { value: await use({ control, date, data: counted(readTar(plain, where), where) }) };
    }
  }
  if (result === undefined) throw bad(where, "it has no data.tar");
  return result.value;
}

async function* counted(entries: AsyncIterable<Entry>, where: string): AsyncGenerator<Entry> {
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    if (count > entryLimit) throw bad(where, `it has more than ${entryLimit} files`);
    yield entry;
  }
}

async function checkVersion(member: ArMember, where: string): Promise<void> {
  if (member.name !== "debian-binary") throw bad(where, "its first member is not debian-binary");
  const text = (await collect(member.content, 1024, where)).toString("latin1");
  if (!/^2\.[0-9]+\n/.test(text))
    throw bad(where, `its format version ${JSON.stringify(text.trim())} is not 2.x`);
}

function expectMember(member: ArMember, name: string, where: string): void {
  if (!["", ".gz", ".xz", ".zst"].some((suffix) => member.name === name + suffix))
    throw bad(where, `it has ${member.name} where ${name}, .gz, .xz or .zst, should stand`);
}

async function readControl(source: Bytes, where: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const plain = limited(decompress(source, where), controlLimit, `${where}: its control archive`);
  for await (const entry of readTar(plain, where)) {
    if (entry.type !== "file") continue;
    const content =
      entry.content instanceof Uint8Array ? entry.content : await collect(entry.content, controlLimit, where);
    files.set(entry.path, content);
  }
  if (!files.has("control")) throw bad(where, "its control archive has no control file");
  return files;
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "Debian package", where, why });
}
