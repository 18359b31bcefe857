import { TareError } from "../errors.ts";

/** A stream of bytes. Chunks belong to the consumer once yielded; breaking out of the loop ends the source. */
export type Bytes = AsyncIterable<Uint8Array>;

/** What a source of bytes may be: a stream, or bytes that are already in memory. */
export type AnyBytes = Bytes | Iterable<Uint8Array>;

/** Reads everything into one buffer. @throws TOO_LARGE past `limit` bytes; `what` names the input in that sentence. */
export async function collect(source: AnyBytes, limit: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > limit) throw new TareError({ code: "TOO_LARGE", what, limit });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Several sources, one after another. Each is opened only when the one before it is done. */
export async function* concatenate(sources: Iterable<AnyBytes | (() => AnyBytes)>): Bytes {
  for (const source of sources) yield* typeof source === "function" ? source() : source;
}

/** Passes bytes through and refuses the first byte past `limit`. @throws TOO_LARGE */
export async function* limited(source: AnyBytes, limit: number, what: string): Bytes {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > limit) throw new TareError({ code: "TOO_LARGE", what, limit });
    yield chunk;
  }
}

/** Reads to the end and forgets: a verified stream has said nothing until its last byte was read. */
export async function drain(source: AnyBytes): Promise<number> {
  let size = 0;
  for await (const chunk of source) size += chunk.byteLength;
  return size;
}

/** Passes bytes through until the signal says stop. @throws the signal's reason */
export async function* abortable(source: AnyBytes, signal: AbortSignal | undefined): Bytes {
  signal?.throwIfAborted();
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
