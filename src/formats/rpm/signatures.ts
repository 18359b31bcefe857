import type { RpmHeader } from "./header.ts";
import { signatureTag } from "./tags.ts";

/** Signatures of a package as OpenPGP packets, one after another; empty where there are none. */
export interface RpmSignatures {
  /** Over the header (`RpmHeader.bytes`), which has the payload's digest. RPM v4 and v6. */
  readonly header: Uint8Array;
  /** Over the header and the compressed payload behind it. RPM v3. */
  readonly whole: Uint8Array;
}

/**
 * The signatures in a signature header. Those of RPM v6 are base64, any number of them, and then the one of v4
 * beside them, which is there for older programs, is passed over as rpm does ("RPM v6 Package format", "Signature").
 * @throws BAD_ARCHIVE
 */
export function signaturesOf(signature: RpmHeader): RpmSignatures {
  const packets = (...tags: readonly number[]) =>
    Buffer.concat(tags.map((tag) => signature.binary(tag) ?? new Uint8Array(0)));
  const newer = signature.texts(signatureTag.openpgp).map((text) => Buffer.from(text, "base64"));
  return {
    header: newer.length > 0 ? Buffer.concat(newer) : packets(signatureTag.rsaHeader, signatureTag.dsaHeader),
    whole: packets(signatureTag.pgp, signatureTag.gpg),
  };
}
