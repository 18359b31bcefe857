import { createGunzip } from "node:zlib";
import type { AnyBytes, Bytes } from "../bytes.ts";
import { somethingFollows, through, unsound } from "./through.ts";

/**
 * `.gz` of one or several members (RFC 1952, 2.2) to plain bytes. Whatever follows the last member is refused, zeros
 * too: Node's decoder passes over some of it, so that what it hides would depend on how the input was cut.
 * @throws BAD_ARCHIVE
 */
export async function* gunzip(source: AnyBytes, where: string, chunkSize: number): Bytes {
  let given = 0;
  const counted = async function* () {
    for await (const chunk of source) {
      given += chunk.byteLength;
      yield chunk;
    }
  };
  const decoder = createGunzip({ chunkSize });
  yield* through(counted(), decoder, "gzip", where);
  if (decoder.bytesWritten < given) throw unsound("gzip", where, somethingFollows);
}
