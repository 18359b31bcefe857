import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { AnyBytes, Bytes } from "../bytes/bytes.ts";
import type { Digest } from "../bytes/digest.ts";
import { writeTar } from "../formats/tar/encode.ts";
import { compressed, defaultLevels } from "../layers/compressor.ts";
import type { Entry } from "../model/entry.ts";
import type { Compression } from "../model/image.ts";
import type { Sink } from "./sink.ts";

/** Writes entries as a tarball, the same bytes each time. Returns the sha256 of the file as it is, compressed. */
export async function writeTarball(
  entries: AsyncIterable<Entry>,
  format: Compression,
  sink: Sink,
): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of packed(writeTar(entries), format)) {
    hash.update(chunk);
    await sink.add(chunk);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** Blocks that are compressed side by side. */
const inFlight = 4;

function packed(plain: AnyBytes, format: Compression): AnyBytes {
  if (format === "none") return plain;
  if (format === "gzip") return oneMember(plain);
  return compressed(plain, { format, level: defaultLevels[format] }, inFlight);
}

/** systemd-pull 252 never ends on a second member, so there is one. */
async function* oneMember(plain: AnyBytes): Bytes {
  const gzip = createGzip({ level: defaultLevels.gzip, chunkSize: 1 << 18 });
  const fed = pipeline(Readable.from(plain), gzip);
  // What goes wrong there is thrown by the reading, too.
  fed.catch(() => undefined);
  yield* gzip;
  await fed;
}
