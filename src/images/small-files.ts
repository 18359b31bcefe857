import { collect } from "../bytes/bytes.ts";
import type { EntryType } from "../model/entry.ts";
import type { Layer } from "../model/image.ts";
import { flatten } from "./flatten.ts";

const sizeLimit = 4 << 20;

/** What stands at a path of an image; `text` is empty for what is no file. */
export interface SmallFile {
  readonly type: EntryType;
  readonly text: string;
}

/**
 * Which of these paths an image has, each by its own name, symlinks not followed. The layers are read twice.
 * @throws what the layers throw, TOO_LARGE for a file of more than 4 MiB
 */
export async function smallFiles(
  layers: readonly Layer[],
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, SmallFile>> {
  const found = new Map<string, SmallFile>();
  for await (const { path, type, content } of flatten(layers, signal, (one) => paths.includes(one))) {
    const source = content instanceof Uint8Array ? [content] : content;
    const text = type === "file" ? (await collect(source, sizeLimit, path)).toString("utf8") : "";
    found.set(path, { type, text });
  }
  return found;
}
