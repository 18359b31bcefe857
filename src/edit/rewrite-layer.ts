import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { byText } from "../bytes/text.ts";
import { writeAll, writeFailure } from "../bytes/write-file.ts";
import { readTar } from "../formats/tar/decode.ts";
import { writeTar } from "../formats/tar/encode.ts";
import { flatten } from "../images/flatten.ts";
import type { Compressor } from "../layers/compressor.ts";
import type { StoredLayer } from "../layers/seal.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";
import type { Layer } from "../model/image.ts";
import { type EditSeams, sealTar } from "./seal-tar.ts";

/** The same entries in the same order, GNU's sparse files with zeros for their holes. */
export function denseLayer(layer: Layer, compressor: Compressor, seams: EditSeams): Promise<StoredLayer> {
  const what = `layer ${layer.digest}`;
  const entries = readTar(decompress(layer.open(seams.signal), what), what, { onSparse() {} });
  return sealTar(writeTar(entries), compressor, what, seams);
}

/**
 * What a layer unpacks to, written in one way whoever packed it: sorted, each path once, no names of owners, every time
 * `epoch` (seconds). Content is spooled in the store's scratch; headers are held.
 */
export async function normalisedLayer(
  layer: Layer,
  epoch: number,
  compressor: Compressor,
  seams: EditSeams,
): Promise<StoredLayer> {
  const scratch = await seams.store.scratch();
  const path = join(scratch, randomUUID());
  try {
    const spool = await open(path, "wx+");
    try {
      const headers: Spooled[] = [];
      let end = 0;
      for await (const { content, ...header } of flatten([layer], seams.signal)) {
        headers.push({ ...header, start: end });
        for await (const chunk of content instanceof Uint8Array ? [content] : content) {
          await writeAll(spool, chunk);
          end += chunk.byteLength;
        }
      }
      const entries = function* (): Iterable<Entry> {
        for (const { start, ...header } of sorted(headers))
          yield { ...plainHeader(header, epoch), content: contentAt(spool, start, header.size) };
      };
      return await sealTar(writeTar(entries()), compressor, `layer ${layer.digest}`, seams);
    } finally {
      await spool.close();
    }
  } catch (cause) {
    throw writeFailure(cause, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Spooled extends EntryHeader {
  readonly start: number;
}

/** Without what differs from one packing to the next: ids stay, names, times and their fractions go. */
export function plainHeader(header: EntryHeader, epoch: number): EntryHeader {
  const { nanoseconds: _, ...rest } = header;
  return { ...rest, uname: "", gname: "", mtime: epoch };
}

/** Orders as a walk through folders goes, by the names on the way down. */
function wayTo(path: string): string {
  return path.replaceAll("/", "\0");
}

/** In the order of their paths; of several names of one file, the first is the file and the others link to it. */
function sorted(headers: readonly Spooled[]): readonly Spooled[] {
  const files = new Map<string, Spooled>();
  const names = new Map<string, string[]>();
  for (const header of headers) {
    if (header.type !== "hardlink") files.set(header.path, header);
    else names.set(header.link as string, [...(names.get(header.link as string) ?? []), header.path]);
  }
  for (const [target, links] of names) {
    const file = files.get(target) as Spooled;
    const [first = target, ...others] = [target, ...links].sort((a, b) => byText(wayTo(a), wayTo(b)));
    files.delete(target);
    files.set(first, { ...file, path: first });
    const { xattrs: _, ...plain } = file;
    for (const path of others) files.set(path, { ...plain, path, type: "hardlink", link: first, size: 0 });
  }
  const found = [...files.values()].map((header) => ({ way: wayTo(header.path), header }));
  return found.sort((a, b) => byText(a.way, b.way)).map(({ header }) => header);
}

async function* contentAt(spool: FileHandle, start: number, size: number): Bytes {
  for (let at = 0; at < size; ) {
    const { bytesRead, buffer } = await spool.read(
      Buffer.allocUnsafe(Math.min(1 << 20, size - at)),
      0,
      null,
      start + at,
    );
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
