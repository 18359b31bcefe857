import { type AnyBytes, type Bytes, limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { ByteReader } from "../../bytes/reader.ts";
import type { Entry } from "../../model/entry.ts";
import { bad } from "./bad.ts";
import { algorithmOf, checkDigest, type RpmDigest, withDigests } from "./digest.ts";
import { filesOf, type RpmFile } from "./files.ts";
import { type RpmHeader, readHeader } from "./header.ts";
import { readPayload } from "./payload.ts";
import { signatureTag, tag } from "./tags.ts";

/** An RPM package while it is read: its headers at once, its files as they come. */
export interface Rpm {
  readonly signature: RpmHeader;
  readonly header: RpmHeader;
  /** Ghosts too, in the package's own order. */
  readonly files: readonly RpmFile[];
  /** What it installs; owners are names only. Read to the end, once. */
  readonly entries: AsyncIterable<Entry>;
}

/** The headers of a package, and its compressed payload behind them. */
export interface RawRpm {
  readonly signature: RpmHeader;
  readonly header: RpmHeader;
  /** To be read once. */
  readonly payload: Bytes;
}

const leadSize = 96;
const leadMagic = "edabeedb";

/** Unpacked data may be this large, or 200 times the package file, whichever is more: past that it is a bomb. */
const dataFloor = 1 << 30;
const dataRatio = 200;

/**
 * Hands an opened package to `use`, which must read `entries` to their end. Everything that the package says of itself
 * is checked: the digests of its header, of its payload and of each file, those of SHA-256 and stronger; MD5 and SHA-1
 * say nothing any more, but for the files of packages that have no better. RPM v4 and v6; the source is read to its end.
 * @param size bytes of the package file
 * @throws BAD_ARCHIVE, DIGEST_MISMATCH, TRUNCATED, TOO_LARGE; `where` names the package in the sentence
 */
export async function readRpm<Result>(
  source: AnyBytes,
  size: number,
  where: string,
  use: (rpm: Rpm) => Promise<Result>,
): Promise<Result> {
  return await openRpm(source, size, where, async ({ signature, header, payload }) => {
    for (const want of headerDigests(signature)) checkDigest(header.bytes, want, `${where}: its header`);
    checkKind(header, where);
    const files = filesOf(header, where);
    const checked = withDigests(payload, payloadDigests(header), `${where}: its payload`);
    const limit = Math.max(dataFloor, dataRatio * size);
    const plain = limited(decompress(checked, where), limit, `${where}, unpacked,`);
    const algorithm = algorithmOf(header.number(tag.fileDigestAlgo) ?? 1, where);
    return await use({ signature, header, files, entries: readPayload(plain, files, algorithm, where) });
  });
}

/**
 * A package taken apart, with nothing checked but that its headers are sound; whoever needs no more need not read the
 * payload. @throws as {@link readRpm}
 */
export async function openRpm<Result>(
  source: AnyBytes,
  size: number,
  where: string,
  use: (raw: RawRpm) => Promise<Result>,
): Promise<Result> {
  const reader = new ByteReader(source);
  try {
    const lead = await reader.read(leadSize, where);
    if (lead === undefined || Buffer.from(lead.subarray(0, 4)).toString("hex") !== leadMagic)
      throw bad(where, "it does not begin as one");
    const signature = await readHeader(reader, tag.headerSignatures, size - reader.offset, where);
    const over = reader.offset % 8;
    if (over > 0) await reader.read(8 - over, where);
    const header = await readHeader(reader, tag.headerImmutable, size - reader.offset, where);
    return await use({ signature, header, payload: reader.rest() });
  } finally {
    await reader.close();
  }
}

function headerDigests(signature: RpmHeader): RpmDigest[] {
  return digestsOf(signature, [
    [signatureTag.sha256Header, "sha256"],
    [signatureTag.sha3Header, "sha3-256"],
  ]);
}

/** Digests of the payload as it stands in the file, by the header that vouches for it; several where there are. */
export function payloadDigests(header: RpmHeader): RpmDigest[] {
  return digestsOf(header, [
    [tag.payloadSha256, "sha256"],
    [tag.payloadSha512, "sha512"],
    [tag.payloadSha3, "sha3-256"],
  ]);
}

function digestsOf(
  header: RpmHeader,
  tags: readonly (readonly [tag: number, algorithm: string])[],
): RpmDigest[] {
  return tags.flatMap(([one, algorithm]) => {
    const hex = header.text(one);
    return hex === undefined ? [] : [{ algorithm, hex: hex.toLowerCase() }];
  });
}

const compressors = new Set(["gzip", "xz", "zstd", "bzip2", "none"]);

function checkKind(header: RpmHeader, where: string): void {
  const format = header.text(tag.payloadFormat) ?? "cpio";
  if (format !== "cpio") throw bad(where, `its payload is ${JSON.stringify(format)}, not cpio`);
  const compressor = header.text(tag.payloadCompressor) ?? "gzip";
  if (!compressors.has(compressor))
    throw bad(where, `its payload is packed with ${JSON.stringify(compressor)}, which is not read here`);
  if (header.has(tag.sourcePackage)) throw bad(where, "it is a source package, which installs nothing");
}
