import type { Bytes } from "../bytes/bytes.ts";
import type { Entry } from "../model/entry.ts";

/** Entries that can only be read one after another: a layer, or an archive that is unpacked. */
export interface Bundle {
  /** A fresh reading on every call. */
  entries(signal?: AbortSignal): AsyncIterable<Entry>;
}

/** Where a file's bytes are: at hand, or in the how-manieth entry of a bundle. */
export type FileContent =
  | { readonly open: () => Bytes | Uint8Array }
  | { readonly bundle: Bundle; readonly index: number };

const nothing = new Uint8Array(0);

/** What is no file has no bytes. */
export const noContent: FileContent = { open: () => nothing };
