import type { AnyBytes, Bytes } from "../bytes.ts";
import { through, unsound } from "./through.ts";
import { watch } from "./watch.ts";

/** `.xz` to plain bytes, several streams too. @throws BAD_ARCHIVE */
export type XzDecoder = (source: AnyBytes, where: string, chunkSize: number) => Bytes;

/** With the native liblzma where it is installed, else with a WebAssembly build of it, at half the speed. */
export async function* unxz(source: AnyBytes, where: string, chunkSize: number): Bytes {
  const decoder = (await nativeXz()) ?? wasmXz;
  yield* decoder(source, where, chunkSize);
}

/** Undefined where the module has no binary for this platform: it is optional. */
export async function nativeXz(): Promise<XzDecoder | undefined> {
  const module = await import("node-liblzma").catch(() => undefined);
  if (module === undefined) return undefined;
  class Decoder extends module.Unxz {
    /** liblzma tells that input is missing only when it is asked twice in vain; the module asks once. */
    override _flush(done: (error?: Error | null) => void): void {
      super._flush((error?: Error | null) => (error ? done(error) : super._flush(done)));
    }
  }
  return (source, where, chunkSize) => {
    const decoder = new Decoder({ chunkSize }) as unknown as NodeJS.ReadWriteStream;
    return through(buffers(source), decoder, "xz", where);
  };
}

/** The native decoder takes no other kind of byte array. */
async function* buffers(source: AnyBytes): AsyncIterable<Buffer> {
  for await (const chunk of source) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

export const wasmXz: XzDecoder = async function* (source, where) {
  // A CommonJS module whose names Node cannot see from outside.
  const module = (await import("xz-decompress")) as unknown as { default: typeof import("xz-decompress") };
  const watched = watch(source);
  const stream = new module.default.XzReadableStream(ReadableStream.from(watched.bytes));
  try {
    yield* stream as unknown as Bytes;
  } catch (cause) {
    const broken = watched.failure();
    if (broken !== undefined) throw broken.cause;
    throw unsound("xz", where, "it does not unpack", cause);
  }
};
