import type { KeyOptions } from "openpgp";
import { beforeAll, expect, test } from "vitest";
import { verifyPackage } from "../../../src/sources/fedora/verify-package.ts";
import { parseKeyring } from "../../../src/trust/keyring.ts";
import type { VerifyOptions } from "../../../src/trust/openpgp.ts";
import { observed } from "../../kit/chunks.ts";
import { filesHeader, type HeaderData, headerBytes, rpmBytes } from "../../kit/rpm-bytes.ts";
import { makeSigningKey, type SigningKey, signDetached } from "../../kit/signing-key.ts";

const date = new Date("2024-06-01T00:00:00Z");
const now = new Date("2025-01-01T00:00:00Z");
const payload = Buffer.from("a payload");
const header = headerBytes(63, filesHeader([], payload));
const older = headerBytes(
  63,
  filesHeader([], payload).filter(([tag]) => tag !== 5092),
);

let ours: SigningKey;
let second: SigningKey;
let stranger: SigningKey;
let options: VerifyOptions;
beforeAll(async () => {
  [ours, second, stranger] = await Promise.all([
    makeSigningKey(),
    makeSigningKey({ subkey: true }),
    makeSigningKey(),
  ]);
  const keyring = await parseKeyring(Buffer.concat([ours.keyring, second.keyring]), "RPM-GPG-KEY-test");
  options = { what: "made-1-1.x86_64.rpm", keyring, now };
});

const sign = (bytes: Uint8Array, ...keys: SigningKey[]) => signDetached(bytes, keys, date, true);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

async function verify(signature: HeaderData, parts: { header?: Buffer; payload?: Buffer } = {}, more = {}) {
  const bytes = rpmBytes({ header, payload, ...parts, signature });
  return (await verifyPackage(observed(bytes, 50).stream, bytes.length, { ...options, ...more })).signers;
}

test("a signature of the header is enough, for the header has the payload's digest", async () => {
  const signature = await sign(header, ours);
  expect(await verify([[268, signature]])).toEqual([ours.fingerprint]);
  expect(await verify([[267, signature]])).toEqual([ours.fingerprint]);
});

test("a payload that was changed after the header was signed is refused", async () => {
  const signature: HeaderData = [[268, await sign(header, ours)]];
  const changed = verify(signature, { payload: Buffer.from("A payload") });
  await expect(changed).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  await expect(changed).rejects.toThrow("made-1-1.x86_64.rpm: its payload");
});

test("the payload of a package that nobody known signed is not read", async () => {
  const bytes = rpmBytes({
    header,
    payload: Buffer.alloc(1 << 20),
    signature: [[268, await sign(header, stranger)]],
  });
  const { stream, seen } = observed(bytes, 4096);
  await expect(verifyPackage(stream, bytes.length, options)).rejects.toThrow("it is not in the keyring");
  expect(seen.read).toBeLessThan(10_000);
  expect(seen.closed).toBe(true);
});

test("RPM v6 has several signatures: one that is known is enough, and the one for older programs is passed over", async () => {
  const several = [base64(await sign(header, stranger)), base64(await sign(header, second))];
  expect(await verify([[278, several]])).toEqual([second.fingerprint]);
  const old = await sign(header, ours);
  await expect(
    verify([
      [268, old],
      [278, several.slice(0, 1)],
    ]),
  ).rejects.toThrow("it is not in the keyring");
});

test("pins have to be among the signers", async () => {
  const signature: HeaderData = [[268, await sign(header, ours)]];
  expect(await verify(signature, {}, { pins: [ours.fingerprint] })).toEqual([ours.fingerprint]);
  await expect(verify(signature, {}, { pins: [second.fingerprint] })).rejects.toThrow(
    `but not by ${second.fingerprint}`,
  );
});

test("a package without a digest of its payload needs a signature over all of it", async () => {
  const whole = await sign(Buffer.concat([older, payload]), ours);
  expect(
    await verify(
      [
        [268, await sign(older, ours)],
        [1002, whole],
      ],
      { header: older },
    ),
  ).toEqual([ours.fingerprint]);
  await expect(verify([[1002, whole]], { header: older, payload: Buffer.from("another") })).rejects.toThrow(
    "which was changed after it was signed",
  );
  await expect(verify([[268, await sign(older, ours)]], { header: older })).rejects.toThrow(
    "it vouches for the header only, which says nothing of the files' digests",
  );
});

test.each<[string, () => Promise<HeaderData>, string]>([
  ["no signature", async () => [], "made-1-1.x86_64.rpm is not signed"],
  ["a stranger's", async () => [[268, await sign(header, stranger)]], "it is not in the keyring"],
  [
    "one of another package",
    async () => [[268, await sign(older, ours)]],
    "which was changed after it was signed",
  ],
  [
    "one that does not fit beside a good one",
    async () => [[278, [base64(await sign(header, ours)), base64(await sign(older, second))]]],
    "which was changed after it was signed",
  ],
  ["no OpenPGP packets", async () => [[268, Buffer.from("signed, honestly")]], "is not signed"],
  ["a text for a signature", async () => [[268, ["text"]]], "its tag 268 does not hold bytes"],
])("%s: refused", async (_, signature, why) => {
  await expect(verify(await signature())).rejects.toThrow(why);
});

test.each<[string, Pick<KeyOptions, "type" | "curve" | "rsaBits" | "config">]>([
  ["ECDSA", { type: "ecc", curve: "nistP256" }],
  ["RSA", { type: "rsa", rsaBits: 2048 }],
  ["an OpenPGP v6 key", { type: "curve25519", config: { v6Keys: true } }],
])("%s signs as well as any", async (_, kind) => {
  const { generateKey } = await import("openpgp");
  const userIDs = [{ name: "Another" }];
  const made = await generateKey({
    ...kind,
    userIDs,
    date: new Date("2020-01-01T00:00:00Z"),
    format: "object",
  });
  const { privateKey, publicKey } = made;
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  const key = {
    fingerprint,
    privateKey,
    publicKey,
    keyring: publicKey.write(),
    armoredKeyring: publicKey.armor(),
  };
  const keyring = await parseKeyring(key.keyring, "RPM-GPG-KEY-another");
  const signature = await sign(header, key);
  expect(await verify([[278, [base64(signature)]]], {}, { keyring, pins: [fingerprint] })).toEqual([
    fingerprint,
  ]);
});
