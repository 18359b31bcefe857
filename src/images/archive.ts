import { encodeHeader, endOfArchive, paddingFor } from "../formats/tar/encode.ts";
import type { Content } from "../model/content.ts";
import type { Sink } from "./sink.ts";

/** A file of an archive that carries images: its path, and its bytes. */
export interface ArchiveFile {
  readonly path: string;
  readonly content: Uint8Array | Content;
}

const header = { uid: 0, gid: 0, uname: "", gname: "", mtime: 0 } as const;

/** A tar of plain files, folders before what is in them; nothing of this machine shows in it. */
export async function writeArchive(
  files: readonly ArchiveFile[],
  sink: Sink,
  signal?: AbortSignal,
): Promise<void> {
  const folders = new Set<string>();
  for (const { path, content } of files) {
    for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) continue;
      folders.add(folder);
      await sink.add(encodeHeader({ ...header, path: folder, type: "directory", mode: 0o755, size: 0 }));
    }
    const size = content instanceof Uint8Array ? content.byteLength : content.size;
    await sink.add(encodeHeader({ ...header, path, type: "file", mode: 0o644, size }));
    if (content instanceof Uint8Array) await sink.add(content);
    else await sink.addContent(content, signal);
    await sink.add(paddingFor(size));
  }
  await sink.add(endOfArchive);
}
