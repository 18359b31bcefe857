import type { AnyBytes } from "../bytes/bytes.ts";
import type { Digest, Expected } from "../bytes/digest.ts";
import type { Content } from "./content.ts";

/** The network, as the web spells it. Handed in, so that a test needs no server and no global. */
export type Fetch = (request: Request) => Promise<Response>;

/** Content-addressed bytes on this machine. Safe between processes. */
export interface Store {
  /**
   * Keeps `source` under its digest. Idempotent: success means that the bytes are here, not that this call wrote
   * them. Atomic: no reader sees half of it.
   * @throws DIGEST_MISMATCH, TOO_LARGE, TRUNCATED, DISK_FULL; nothing is kept then.
   */
  put(source: AnyBytes, want: Expected, what: string, signal?: AbortSignal): Promise<StoredContent>;
  /** Keeps `source` under whatever its sha256 turns out to be. */
  add(source: AnyBytes, what: string, signal?: AbortSignal): Promise<StoredContent>;
  /** Undefined when the store does not have it. */
  find(digest: Digest): Promise<StoredContent | undefined>;
  /** A small derived value, remembered under a key that names everything it was derived from. */
  recall(room: string, key: string): Promise<Buffer | undefined>;
  remember(room: string, key: string, value: Uint8Array): Promise<void>;
}

/** Content with a file of its own on this machine; never write to it. */
export interface StoredContent extends Content {
  readonly file: string;
}

/** What a long piece of work tells those who wait. Pure notification: nothing depends on it. */
export type Progress = (event: ProgressEvent) => void;
export type ProgressEvent =
  | { readonly kind: "step"; readonly text: string }
  /** A sentence that stays to be read. */
  | { readonly kind: "note"; readonly text: string }
  | {
      readonly kind: "transfer";
      readonly name: string;
      readonly done: number;
      readonly total: number | undefined;
    };
