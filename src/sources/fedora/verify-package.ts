import { type Bytes, concatenate } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { withDigests } from "../../formats/rpm/digest.ts";
import type { RpmHeader } from "../../formats/rpm/header.ts";
import { openRpm, payloadDigests } from "../../formats/rpm/package.ts";
import { signaturesOf } from "../../formats/rpm/signatures.ts";
import { type Verification, type VerifyOptions, verifyDetached } from "../../trust/openpgp.ts";

/** Who signed, and the header that they vouch for. */
export interface VerifiedRpm extends Verification {
  readonly header: RpmHeader;
}

/**
 * Checks the signatures of a package file against a keyring (`gpgcheck` of dnf), as `rpmkeys -K` does. The signature of
 * its header is enough where the header has digests of the payload: once the signature holds, the payload is held to
 * them. A package from before rpm 4.14 has none, and needs the old signature over all of it.
 * @param size bytes of the package file
 * @throws SIGNATURE_MISSING, SIGNATURE_REFUSED, KEY_NOT_PINNED, DIGEST_MISMATCH, BAD_ARCHIVE, TRUNCATED
 */
export async function verifyPackage(
  source: Bytes,
  size: number,
  options: VerifyOptions,
): Promise<VerifiedRpm> {
  const { what, keyring } = options;
  return await openRpm(source, size, what, async ({ signature, header, payload }) => {
    const { header: ofHeader, whole } = signaturesOf(signature);
    if (ofHeader.length + whole.length === 0) throw new TareError({ code: "SIGNATURE_MISSING", what });
    const digests = payloadDigests(header);
    const covered = digests.length > 0;
    if (ofHeader.length > 0 && (covered || whole.length === 0)) {
      const verification = await verifyDetached(header.bytes, ofHeader, options);
      if (covered) {
        for await (const _ of withDigests(payload, digests, `${what}: its payload`));
        return { ...verification, header };
      }
      const why = "it vouches for the header only, which says nothing of the files' digests";
      const signatures = verification.signers.map((key) => ({ key, why }));
      throw new TareError({ code: "SIGNATURE_REFUSED", what, signatures, looked: keyring.where });
    }
    const all = concatenate([[header.bytes], payload]);
    return { ...(await verifyDetached(all, whole, options)), header };
  });
}
