import { TareError } from "../../errors.ts";
import type { AnyBytes, Bytes } from "../bytes.ts";
import { through } from "./through.ts";

/** `.xz` to plain bytes: with the native liblzma where it is installed, else with a WebAssembly build of it. */
export async function* unxz(source: AnyBytes, where: string): Bytes {
  const native = await nativeXz();
  yield* native === undefined ? unxzWasm(source, where) : through(buffers(source), native(), "xz", where);
}

/** Bytes per step of the native decoder; its own default of 8 KiB costs a third of its speed. */
const chunkSize = 256 * 1024;

/** The native decoder takes no other kind of byte array. */
async function* buffers(source: AnyBytes): AsyncIterable<Buffer> {
  for await (const chunk of source) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** The module is optional: its absence (no prebuilt binary for this platform) is an answer, not an error. */
async function nativeXz(): Promise<(() => NodeJS.ReadWriteStream) | undefined> {
  try {
    const { createUnxz } = await import("node-liblzma");
    return () => createUnxz({ chunkSize }) as unknown as NodeJS.ReadWriteStream;
  } catch {
    return undefined;
  }
}

async function* unxzWasm(source: AnyBytes, where: string): Bytes {
  const { XzReadableStream } = await import("xz-decompress");
  const stream = new XzReadableStream(ReadableStream.from(source));
  try {
    yield* stream as unknown as Bytes;
  } catch (cause) {
    if (cause instanceof TareError) throw cause;
    throw new TareError(
      { code: "BAD_ARCHIVE", format: "xz stream", where, why: "it does not unpack" },
      { cause },
    );
  }
}
