import { type HeaderEntry, headerType, type RpmHeader } from "./header.ts";
import { signatureTag, tag } from "./tags.ts";

/** What became of a file (rpm, rpmfiles.h, RPMFILE_STATE). */
export const fileState = { normal: 0, replaced: 1, notInstalled: 2, wrongColor: 4 } as const;

export interface Installation {
  /** Seconds since the epoch. */
  readonly time: number;
  /** For each file of the package, in its order. */
  readonly states: readonly number[];
  /** Bits: 1 where 32-bit ELF files are welcome, 2 where 64-bit ones are. */
  readonly color: number;
}

/** Tags of the signature header that rpm keeps of an installed package, and the numbers that they have there. */
const kept: readonly (readonly [from: number, to: number])[] = [
  [signatureTag.size, 257],
  [signatureTag.pgp, 259],
  [signatureTag.md5, 261],
  [signatureTag.gpg, 262],
  [signatureTag.dsaHeader, 267],
  [signatureTag.rsaHeader, 268],
  [signatureTag.sha1Header, 269],
  [signatureTag.longSize, 270],
  [signatureTag.longArchiveSize, 271],
  [signatureTag.sha256Header, 273],
  [signatureTag.openpgp, 278],
  [signatureTag.sha3Header, 279],
  [signatureTag.archiveSize, 1046],
  [signatureTag.fileSignatures, 5090],
  [signatureTag.fileSignatureLength, 5091],
];

const alignments: Readonly<Record<number, number>> = { 3: 2, 4: 4, 5: 8 };

/**
 * The header of an installed package as the rpm database keeps it, without the magic: the package's own as it is, so that
 * its signatures still hold, and behind its region what the signature header says and what the installation adds
 * (rpm, "Immutable regions": dribbles).
 */
export function installedHeader(
  signature: RpmHeader,
  header: RpmHeader,
  installation: Installation,
): Uint8Array {
  const fromSignature = signature.entries.flatMap((entry) => {
    const to = kept.find(([from]) => from === entry.tag)?.[1];
    return to === undefined || header.has(to) ? [] : [{ ...entry, tag: to }];
  });
  const { states, time, color } = installation;
  const added = [
    ...fromSignature,
    int32(tag.installTime, time),
    ...(states.length === 0 ? [] : [chars(tag.fileStates, states)]),
    int32(tag.installColor, color),
    int32(tag.installTid, time),
  ].sort((a, b) => a.tag - b.tag);
  const { bytes } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [tags, size] = [view.getUint32(8), view.getUint32(12)];
  const dataAt = 16 + tags * 16;
  const index = Buffer.alloc(added.length * 16);
  const data: Uint8Array[] = [];
  let end = size;
  for (const [at, entry] of added.entries()) {
    const alignment = alignments[entry.type] ?? 1;
    const gap = (alignment - (end % alignment)) % alignment;
    for (const [field, value] of [entry.tag, entry.type, end + gap, entry.count].entries())
      index.writeUInt32BE(value, at * 16 + field * 4);
    data.push(Buffer.alloc(gap), entry.value);
    end += gap + entry.value.length;
  }
  const intro = Buffer.alloc(8);
  intro.writeUInt32BE(tags + added.length, 0);
  intro.writeUInt32BE(end, 4);
  return Buffer.concat([intro, bytes.subarray(16, dataAt), index, bytes.subarray(dataAt), ...data]);
}

function int32(one: number, number: number): HeaderEntry {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(number);
  return { tag: one, type: headerType.int32, count: 1, value };
}

function chars(one: number, values: readonly number[]): HeaderEntry {
  return { tag: one, type: headerType.char, count: values.length, value: Uint8Array.from(values) };
}
