import { type Bytes, collect, limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { decodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { readTar } from "../tar/decode.ts";
import { type ApkSignature, readSignedStart } from "./signed.ts";

/** `APKINDEX.tar.gz`, taken apart; nothing in it may be used before its signature was checked. */
export interface ApkIndexFile {
  readonly signatures: readonly ApkSignature[];
  /** What they are for: everything behind them, packed. */
  readonly signed: Buffer;
}

/** Alpine's largest index is 2 MB, Wolfi's 20 MB. */
export const indexLimits = { packed: 256 << 20, plain: 1 << 30 };
/** Text of an index shrinks to a third. What unpacks to far more is no index, and nothing of it was checked yet. */
const mostlyText = { floor: 8 << 20, ratio: 30 };

function plainLimit(packed: number): number {
  return Math.min(indexLimits.plain, Math.max(mostlyText.floor, mostlyText.ratio * packed));
}

/** @throws BAD_ARCHIVE, TOO_LARGE */
export async function readApkIndexFile(bytes: Uint8Array, where: string): Promise<ApkIndexFile> {
  const { signatures, control, rest } = await readSignedStart(once(bytes), where, {
    packed: indexLimits.packed,
    plain: plainLimit(bytes.length),
  });
  const signed = Buffer.concat([control.packed, await collect(rest, indexLimits.packed, where)]);
  return { signatures, signed };
}

/** What an index says. */
export interface ApkIndexText {
  /** Its stanzas. */
  readonly text: string;
  /** When it was made, in seconds since the epoch. */
  readonly mtime: number;
}

/** The stanzas in the part that was signed. @throws BAD_ARCHIVE, TOO_LARGE past a gigabyte, or for a bomb */
export async function apkIndexText({ signed }: ApkIndexFile, where: string): Promise<ApkIndexText> {
  let found: ApkIndexText | undefined;
  const plain = limited(decompress([signed], where), plainLimit(signed.length), `${where}, unpacked,`);
  for await (const { path, type, content, mtime } of readTar(plain, where)) {
    if (path !== "APKINDEX" || type !== "file") continue;
    if (found !== undefined) throw bad(where, "it has two APKINDEX files");
    const bytes = content instanceof Uint8Array ? content : await collect(content, indexLimits.plain, where);
    found = { text: decodeText(bytes), mtime };
  }
  if (found === undefined) throw bad(where, "there is no APKINDEX in it");
  return found;
}

async function* once(bytes: Uint8Array): Bytes {
  yield bytes;
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "Alpine index", where, why });
}
