import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { digestOf } from "../../../src/bytes/digest.ts";
import { TareError } from "../../../src/errors.ts";
import { openRpm, payloadDigests } from "../../../src/formats/rpm/package.ts";
import { signatureTag } from "../../../src/formats/rpm/tags.ts";
import { rpmUnpacker } from "../../../src/sources/fedora/unpack.ts";
import { verifyPackage } from "../../../src/sources/fedora/verify-package.ts";
import { parseKeyring } from "../../../src/trust/keyring.ts";
import { mutationsOf } from "../../kit/mutations.ts";
import { rpmBytes } from "../../kit/rpm-bytes.ts";
import { defaultSigningKey, signDetached } from "../../kit/signing-key.ts";
import { streamOf, unpackedEntries } from "../../kit/unpacked-entries.ts";

const fixtures = join(import.meta.dirname, "../../../../shared/fixtures/rpm");
const names = (await readdir(fixtures)).filter((name) => name.endsWith(".rpm"));
const now = new Date("2026-01-01T00:00:00Z");

/** A real package, signed by the tests' own key: its header, or all of it where its header has no digest of the rest. */
async function signedByUs(bytes: Uint8Array): Promise<{ signed: Buffer; signedFrom: number }> {
  const key = await defaultSigningKey();
  return await openRpm([bytes], bytes.length, "it", async ({ header, payload }) => {
    const rest = await collect(payload, bytes.length, "it");
    const whole = payloadDigests(header).length === 0;
    const text = whole ? Buffer.concat([header.bytes, rest]) : header.bytes;
    const signature = await signDetached(text, [key], new Date("2025-01-01T00:00:00Z"), true);
    const tag = whole ? signatureTag.pgp : signatureTag.rsaHeader;
    const signed = rpmBytes({
      header: Buffer.from(header.bytes),
      signature: [[tag, signature]],
      payload: rest,
    });
    return { signed, signedFrom: signed.length - header.bytes.length - rest.length };
  });
}

/** All that comes of a package: who vouches for it, and each of its entries. */
async function verifiedAndUnpacked(bytes: Uint8Array): Promise<unknown> {
  const key = await defaultSigningKey();
  const options = { what: "it", keyring: await parseKeyring(key.keyring, "test.gpg"), now };
  const { signers, header } = await verifyPackage(streamOf(bytes), bytes.length, options);
  const entries = await unpackedEntries(rpmUnpacker, bytes);
  return { signers, header: digestOf(header.bytes), entries };
}

test.each(names)("%s, changed anywhere: refused in words, or what it was", async (name) => {
  const { signed, signedFrom } = await signedByUs(await readFile(join(fixtures, name)));
  const want = await verifiedAndUnpacked(signed);
  for (const { bytes, at, what } of mutationsOf(signed, 200, signedFrom + 200)) {
    const got = await verifiedAndUnpacked(bytes).catch((error: unknown) => {
      expect(error, what).toBeInstanceOf(TareError);
      return undefined;
    });
    if (got === undefined) continue;
    // The lead, which rpm itself no longer reads, and what stands beside a signature in its header.
    expect(at, what).toBeLessThan(signedFrom);
    expect(got, what).toEqual(want);
  }
});

test.each(names)(
  "%s, as its makers left it and changed anywhere, is unpacked or refused in words",
  async (name) => {
    const original = await readFile(join(fixtures, name));
    for (const { bytes, what } of mutationsOf(original, 200))
      await unpackedEntries(rpmUnpacker, bytes).catch((error: unknown) =>
        expect(error, what).toBeInstanceOf(TareError),
      );
  },
);
