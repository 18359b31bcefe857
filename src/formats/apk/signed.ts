import { type Bytes, collect } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { readTar } from "../tar/decode.ts";
import { type GzipMember, GzipMembers } from "./gzip-member.ts";

/** Hashes that an RSA signature may be over. */
export type SignatureHash = "sha1" | "sha256" | "sha512";

/** One `.SIGN.RSA….NAME` of an index or a package. */
export interface ApkSignature {
  /** File name of the public key, which says whose it is and proves nothing. */
  readonly key: string;
  readonly hash: SignatureHash;
  readonly bytes: Uint8Array;
}

/** The beginning of a file of apk 2: signatures, and the part that they are for. */
export interface SignedStart {
  readonly signatures: readonly ApkSignature[];
  /** The first part that is no signature, whole. */
  readonly control: GzipMember;
  /** What follows it, packed. */
  readonly rest: Bytes;
}

const signatureName = /^\.SIGN\.(?<kind>RSA|RSA256|RSA512|DSA)\.(?<key>[^/]{1,255})$/;
const hashes: Readonly<Record<string, SignatureHash>> = { RSA: "sha1", RSA256: "sha256", RSA512: "sha512" };
const limits = { signatures: 16, signature: 64 * 1024 };

/**
 * Reads what comes before the files of a package, or an index: gzip members with signatures, then the signed one.
 * @param limits bytes that the signed part may have, packed and unpacked
 * @throws BAD_ARCHIVE, TOO_LARGE, TRUNCATED
 */
export async function readSignedStart(
  source: Bytes,
  where: string,
  partLimits: { readonly packed: number; readonly plain: number },
): Promise<SignedStart> {
  const members = new GzipMembers(source, where);
  try {
    refuseAdb(await members.peek(4), where);
    const signatures: ApkSignature[] = [];
    for (let parts = 0; parts <= limits.signatures; parts += 1) {
      const member = await members.next(partLimits);
      if (member === undefined)
        throw bad(where, parts === 0 ? "it is empty" : "it has nothing but signatures");
      const found = await signaturesIn(member, where);
      if (found === undefined) return { signatures, control: member, rest: members.rest() };
      signatures.push(...found);
    }
    throw bad(where, "it has too many signatures");
  } catch (error) {
    await members.close();
    throw error;
  }
}

/** The container of apk 3 (apk-tools, doc/apk-v3.5.scd): its first four bytes say how it is packed. */
function refuseAdb(start: Uint8Array, where: string): void {
  if (/^ADB[.dc]$/.test(Buffer.from(start).toString("latin1")))
    throw bad(
      where,
      "it is in the format of apk 3 (ADB), which tare does not read; use a repository that serves the format of apk 2",
    );
}

/** Undefined for a part that is no signature. */
async function signaturesIn(member: GzipMember, where: string): Promise<ApkSignature[] | undefined> {
  if (!member.plain.subarray(0, 6).equals(Buffer.from(".SIGN."))) return undefined;
  const found: ApkSignature[] = [];
  for await (const { path, type, content } of readTar([member.plain], where)) {
    const match = signatureName.exec(path)?.groups;
    if (!path.startsWith(".SIGN.") || type !== "file")
      throw bad(where, "a signature stands in one part with what it should sign");
    if (found.length >= limits.signatures) throw bad(where, "it has too many signatures");
    const hash = hashes[match?.kind ?? ""];
    const bytes = content instanceof Uint8Array ? content : await collect(content, limits.signature, where);
    if (hash !== undefined) found.push({ key: match?.key as string, hash, bytes });
  }
  return found;
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "Alpine archive", where, why });
}
