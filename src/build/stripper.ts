import type { Bytes } from "../bytes/bytes.ts";
import { ByteReader } from "../bytes/reader.ts";
import { beginsLikeElf } from "../formats/elf-header.ts";
import { planStrip, type StripPart } from "../formats/elf-strip.ts";
import type { Entry } from "../model/entry.ts";
import { ScratchFile } from "./scratch-file.ts";

/** As much of a file as is in memory at once. */
const chunk = 256 << 10;

/**
 * Takes what only linkers and debuggers read out of the programs and libraries among the files of a package, one
 * after another. Such a file waits in the scratch folder, since its new size must be known before its first byte.
 */
export class Stripper {
  readonly #scratch: string;
  #file: ScratchFile | undefined;

  constructor(scratch: string) {
    this.#scratch = scratch;
  }

  /**
   * A regular file as it is to be; the same content where nothing can surely go. Read it before the next call.
   * @throws DISK_FULL, CANNOT_WRITE, and what reading the entry throws
   */
  async strip(entry: Entry): Promise<Entry> {
    const reader = new ByteReader(entry.content instanceof Uint8Array ? [entry.content] : entry.content);
    const start = await reader.read(Math.min(4, entry.size), entry.path);
    if (start === undefined || !beginsLikeElf(start)) return { ...entry, content: resumed(start, reader) };
    this.#file ??= new ScratchFile(this.#scratch);
    const file = this.#file;
    file.clear();
    for await (const bytes of resumed(start, reader)) file.append(bytes);
    const plan = planStrip((offset, length) => file.read(offset, length), file.size);
    const { size, parts } = plan ?? { size: file.size, parts: [{ from: 0, size: file.size }] };
    return { ...entry, size, content: joined(parts, file) };
  }

  /** Removes what waits. */
  close(): void {
    this.#file?.remove();
  }
}

async function* resumed(start: Uint8Array | undefined, reader: ByteReader): Bytes {
  try {
    if (start) yield start;
    yield* reader.rest();
  } finally {
    await reader.close();
  }
}

async function* joined(parts: readonly StripPart[], file: ScratchFile): Bytes {
  for (const part of parts)
    if (part instanceof Uint8Array) yield part;
    else
      for (let at = 0; at < part.size; at += chunk)
        yield file.read(part.from + at, Math.min(chunk, part.size - at));
}
