import { expect, test } from "vitest";
import { type Keyring, mergeKeyrings, parseKeyring } from "../../src/trust/keyring.ts";
import { type VerifyOptions, verifyCleartext, verifyDetached } from "../../src/trust/openpgp.ts";
import { clearsign, makeSigningKey, type SigningKey, signDetached } from "../kit/signing-key.ts";

const signedOn = new Date("2025-01-01T00:00:00Z");
const now = new Date("2025-02-01T00:00:00Z");
const text = "Origin: Test\n- a dash\nSuite: stable  \n\nlast line";
const signedText = "Origin: Test\n- a dash\nSuite: stable\n\nlast line";

const keyringOf = (...keys: SigningKey[]): Promise<Keyring> =>
  parseKeyring(Buffer.concat(keys.map((key) => key.keyring)), "test.gpg");
const optionsFor = async (key: SigningKey, more: Partial<VerifyOptions> = {}): Promise<VerifyOptions> => ({
  what: "InRelease",
  keyring: await keyringOf(key),
  now,
  ...more,
});
const inRelease = async (key: SigningKey, date = signedOn) => Buffer.from(await clearsign(text, [key], date));

test("a good signature gives exactly the signed text, the primary key, and when it was signed", async () => {
  const key = await makeSigningKey({ subkey: true });
  expect(await verifyCleartext(await inRelease(key), await optionsFor(key))).toEqual({
    text: signedText,
    signers: [key.fingerprint],
    signedAt: signedOn,
  });
});

test("line ends may be those of another system", async () => {
  const key = await makeSigningKey();
  const bytes = Buffer.from((await inRelease(key)).toString().replaceAll("\n", "\r\n"));
  expect((await verifyCleartext(bytes, await optionsFor(key))).text).toBe(signedText);
});

test("a changed text is refused, with the key that did not sign it", async () => {
  const key = await makeSigningKey();
  const bytes = Buffer.from((await inRelease(key)).toString().replace("Test", "Evil"));
  await expect(verifyCleartext(bytes, await optionsFor(key))).rejects.toThrow(
    `No signature of InRelease can be trusted: key ${key.fingerprint}: it does not fit the text, which was changed ` +
      "after it was signed; nothing of it was used.",
  );
});

test("an unknown key is named by its id", async () => {
  const [key, other] = [await makeSigningKey(), await makeSigningKey()];
  const refusal = verifyCleartext(await inRelease(other), await optionsFor(key));
  await expect(refusal).rejects.toMatchObject({ code: "SIGNATURE_REFUSED" });
  await expect(refusal).rejects.toThrow(
    `key ${other.publicKey.getKeyID().toHex().toUpperCase()}: it is not in the keyring`,
  );
});

test("a key of the keyring that the recipe's pins rule out is named as such", async () => {
  const [key, other] = [await makeSigningKey(), await makeSigningKey()];
  const keyring = { ...(await keyringOf(key)), ruledOut: (await keyringOf(other)).keys };
  const options = await optionsFor(key, { keyring });
  await expect(verifyCleartext(await inRelease(other), options)).rejects.toThrow(
    `No signature of InRelease can be trusted: key ${other.fingerprint}: it is in the keyring, but "keys" does not name it; nothing of it was used.`,
  );
  expect((await verifyCleartext(await inRelease(key), options)).signers).toEqual([key.fingerprint]);
});

test("plain text is not signed", async () => {
  const key = await makeSigningKey();
  await expect(verifyCleartext(Buffer.from(text), await optionsFor(key))).rejects.toMatchObject({
    code: "SIGNATURE_MISSING",
  });
  await expect(
    verifyDetached(Buffer.from(text), Buffer.from("no"), await optionsFor(key)),
  ).rejects.toMatchObject({ code: "SIGNATURE_MISSING" });
});

test("nothing may stand outside the signed part", async () => {
  const key = await makeSigningKey();
  const good = (await inRelease(key)).toString();
  const options = await optionsFor(key);
  const begin = "-----BEGIN PGP SIGNED MESSAGE-----";
  const bad: Record<string, string> = {
    "before the signed part": `Suite: evil\n\n${good}`,
    "after the signature": `${good}\nSuite: evil\n`,
    "one text and one signature": `${good}${good}`,
    "more than Hash lines": good.replace(begin, `${begin}\nSuite: evil`),
    "is not escaped": good.replace("- - a dash", "-a dash"),
  };
  for (const [why, file] of Object.entries(bad))
    await expect(verifyCleartext(Buffer.from(file), options), why).rejects.toThrow(why);
  await expect(verifyCleartext(Buffer.from([...Buffer.from(good), 0xff]), options)).rejects.toThrow(
    "not UTF-8",
  );
});

test("a detached signature may be armoured or binary, and covers every byte", async () => {
  const key = await makeSigningKey();
  const bytes = Buffer.from(text);
  const options = await optionsFor(key);
  for (const binary of [false, true]) {
    const signature = await signDetached(bytes, [key], signedOn, binary);
    expect(await verifyDetached(bytes, signature, options)).toEqual({
      signers: [key.fingerprint],
      signedAt: signedOn,
    });
    await expect(verifyDetached(Buffer.from(`${text} `), signature, options)).rejects.toThrow("does not fit");
  }
});

test("a stream is verified as it is read, in pieces of any size", async () => {
  const key = await makeSigningKey();
  const bytes = Buffer.from(text);
  const options = await optionsFor(key);
  const signature = await signDetached(bytes, [key], signedOn);
  const stream = async function* (whole: Uint8Array) {
    for (let at = 0; at < whole.length; at += 7) yield whole.subarray(at, at + 7);
  };
  expect((await verifyDetached(stream(bytes), signature, options)).signers).toEqual([key.fingerprint]);
  const changed = stream(Buffer.from(`${text} `));
  await expect(verifyDetached(changed, signature, options)).rejects.toThrow("does not fit");
  const other = await optionsFor(await makeSigningKey());
  await expect(verifyDetached(stream(bytes), signature, other)).rejects.toThrow("it is not in the keyring");
  const broken = async function* () {
    yield bytes.subarray(0, 5);
    throw new Error("the disk is on fire");
  };
  await expect(verifyDetached(broken(), signature, options)).rejects.toThrow("the disk is on fire");
});

test("of several signatures one good one is enough, unless a known key's does not fit", async () => {
  const [one, two] = [await makeSigningKey(), await makeSigningKey()];
  const bytes = Buffer.from(text);
  const both = await signDetached(bytes, [one, two], signedOn, true);
  expect((await verifyDetached(bytes, both, await optionsFor(two))).signers).toEqual([two.fingerprint]);
  const signers = [one.fingerprint, two.fingerprint].sort();
  const options = await optionsFor(one, { keyring: await keyringOf(one, two) });
  expect((await verifyDetached(bytes, both, options)).signers).toEqual(signers);
  const mixed = Buffer.concat([
    await signDetached(bytes, [one], signedOn, true),
    await signDetached(Buffer.from("other"), [two], signedOn, true),
  ]);
  await expect(verifyDetached(bytes, mixed, options)).rejects.toMatchObject({ code: "SIGNATURE_REFUSED" });
});

test("a signature of a type that nobody knows is refused in words", async () => {
  const key = await makeSigningKey();
  const bytes = Buffer.from(text);
  const signature = Buffer.from(await signDetached(bytes, [key], signedOn, true));
  expect(signature.subarray(2, 4)).toEqual(Buffer.from([4, 0]));
  signature[3] = 0x0a;
  const stream = async function* () {
    yield bytes;
  };
  for (const source of [bytes, stream()])
    await expect(verifyDetached(source, signature, await optionsFor(key))).rejects.toThrow(
      "its signature, or one beside it, is none that can be read; nothing of it was used.",
    );
});

test("signatures are counted before the first is verified", async () => {
  const key = await makeSigningKey();
  const bytes = Buffer.from(text);
  const options = await optionsFor(key);
  const one = await signDetached(bytes, [key], signedOn, true);
  const many = (count: number) => Buffer.concat(Array.from({ length: count }, () => one));
  expect((await verifyDetached(bytes, many(64), options)).signers).toEqual([key.fingerprint]);
  await expect(verifyDetached(bytes, many(65), options)).rejects.toThrow(
    "InRelease has 65 signatures, and nobody needs more than 64",
  );
  await expect(verifyDetached(bytes, many(20_000), options)).rejects.toMatchObject({ code: "TOO_LARGE" });
  const cleartext = Buffer.from(await clearsign(text, Array(65).fill(key), signedOn));
  await expect(verifyCleartext(cleartext, options)).rejects.toMatchObject({ code: "TOO_MANY_SIGNATURES" });
});

test("a key that expired before it signed is refused; one that expired since then is not", async () => {
  const year = 365 * 86_400;
  const early = await makeSigningKey({ date: new Date("2020-01-01T00:00:00Z"), expiresAfter: 10 * year });
  const bytes = Buffer.from(await clearsign(text, [early], signedOn));
  const later = new Date("2035-01-01T00:00:00Z");
  expect((await verifyCleartext(bytes, await optionsFor(early, { now: later }))).signers).toHaveLength(1);

  // Signed in the key's time, then the key's own statement is one that ended before: the same key, reformatted.
  const { reformatKey } = await import("openpgp");
  const short = await reformatKey({
    privateKey: early.privateKey,
    userIDs: [{ name: "short" }],
    keyExpirationTime: year,
    date: new Date("2020-01-02T00:00:00Z"),
    format: "object",
  });
  const keyring = await parseKeyring(short.publicKey.write(), "short.gpg");
  await expect(verifyCleartext(bytes, await optionsFor(early, { keyring }))).rejects.toThrow(
    "it had expired when it signed (2025-01-01)",
  );
});

test("a revoked key is refused", async () => {
  const key = await makeSigningKey();
  const { revokeKey, enums } = await import("openpgp");
  const { publicKey } = await revokeKey({
    key: key.privateKey,
    reasonForRevocation: { flag: enums.reasonForRevocation.keyCompromised },
    date: new Date("2025-01-15T00:00:00Z"),
    format: "object",
  });
  const keyring = await parseKeyring(publicKey.write(), "revoked.gpg");
  await expect(verifyCleartext(await inRelease(key), await optionsFor(key, { keyring }))).rejects.toThrow(
    "it is revoked",
  );
});

test("a signature from the future is refused, but for a clock that is minutes behind", async () => {
  const key = await makeSigningKey();
  const soon = new Date(now.getTime() + 60_000);
  await verifyCleartext(await inRelease(key, soon), await optionsFor(key));
  const far = new Date(now.getTime() + 86_400_000);
  await expect(verifyCleartext(await inRelease(key, far), await optionsFor(key))).rejects.toThrow(
    "its signature is from the future (2025-02-02)",
  );
});

test("a pin is met by a signer's primary key or subkey, and by no other key", async () => {
  const [key, other] = [await makeSigningKey({ subkey: true }), await makeSigningKey()];
  const bytes = await inRelease(key);
  const subkey = key.publicKey.subkeys[0]?.getFingerprint() ?? "";
  for (const pin of [key.fingerprint, subkey, `0x${key.fingerprint.toLowerCase()}`])
    await verifyCleartext(bytes, await optionsFor(key, { pins: [pin] }));
  await expect(
    verifyCleartext(bytes, await optionsFor(key, { pins: [key.fingerprint, other.fingerprint] })),
  ).rejects.toThrow(`is signed by ${key.fingerprint}, but not by ${other.fingerprint}`);
});

test("keyrings are binary or armoured, hold several keys, and merge", async () => {
  const [one, two] = [await makeSigningKey(), await makeSigningKey()];
  const armoured = await parseKeyring(Buffer.from(`${one.armoredKeyring}\n${two.armoredKeyring}`), "a.asc");
  const binary = await keyringOf(one, two);
  expect(armoured.keys.map((key) => key.getFingerprint())).toEqual(
    binary.keys.map((key) => key.getFingerprint()),
  );
  const merged = await mergeKeyrings([armoured, binary]);
  expect([merged.keys.length, merged.where]).toEqual([2, ["a.asc", "test.gpg"]]);
});

test("what is no keyring is refused", async () => {
  const key = await makeSigningKey();
  const bad: Record<string, Uint8Array> = {
    "it is empty": Buffer.from(""),
    "no public key block": Buffer.from("hello"),
    "cannot be read": Buffer.from([0x99, 0xff, 0xff, 1, 2, 3]),
    "a private key": Buffer.from(key.privateKey.write()),
  };
  for (const [why, bytes] of Object.entries(bad))
    await expect(parseKeyring(bytes, "x.gpg"), why).rejects.toThrow(`x.gpg is not a sound OpenPGP keyring: `);
});
