import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRpm, readRpm } from "../../src/formats/rpm/package.ts";
import { signaturesOf } from "../../src/formats/rpm/signatures.ts";
import { verifyPackage } from "../../src/sources/fedora/verify-package.ts";
import { parseKeyring } from "../../src/trust/keyring.ts";
import { inChunks } from "../kit/chunks.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";
import { buildRpm } from "../kit/rpm-package.ts";
import { type RpmSigner, rpmSigner } from "../kit/rpm-signer.ts";
import { newFolder } from "../kit/temporary.ts";

const peers = ["rpmbuild", "rpmsign", "rpmkeys", "gpg"];
let temporary: Awaited<ReturnType<typeof newFolder>>;
let signer: RpmSigner;
let plain: Uint8Array;
beforeAll(async () => {
  if (peers.some((peer) => findPeer(peer) === undefined)) return;
  temporary = await newFolder();
  signer = await rpmSigner(temporary.folder);
  plain = (await buildRpm({ name: "signed", files: { "usr/share/signed": "by somebody" } })).bytes;
});
afterAll(async () => {
  await signer?.close();
  await temporary?.remove();
});

async function verify(bytes: Uint8Array, ...names: string[]) {
  const files = await Promise.all(names.map(async (name) => await readFile(await signer.keyFile(name))));
  const keyring = await parseKeyring(Buffer.concat(files), "RPM-GPG-KEY-test");
  const stream = (async function* () {
    yield* inChunks(bytes, 1000);
  })();
  return await verifyPackage(stream, bytes.length, { what: "signed.rpm", keyring, now: new Date() });
}

test.for(["rsa2048", "rsa3072", "ed25519"])(
  "what rpmsign signs with %s verifies here and there",
  async (algorithm, context) => {
    needsPeers(context, ...peers);
    const fingerprint = await signer.makeKey(`Key ${algorithm}`, algorithm);
    for (const version of [[], ["--rpmv3"]]) {
      const bytes = await signer.sign(plain, `Key ${algorithm}`, ...version);
      expect((await verify(bytes, `Key ${algorithm}`)).signers).toEqual([fingerprint]);
      expect((await signer.check(bytes, `Key ${algorithm}`)).code).toBe(0);
    }
  },
);

test("a changed header, and a key that nobody knows, are refused here and there", async (context) => {
  needsPeers(context, ...peers);
  await signer.makeKey("Known", "rsa2048");
  await signer.makeKey("Stranger", "rsa2048");
  const bytes = Buffer.from(await signer.sign(plain, "Known"));
  await expect(verify(bytes, "Stranger")).rejects.toThrow("it is not in the keyring");
  expect((await signer.check(bytes, "Stranger")).stdout).toContain("NOKEY");
  bytes.write("mended", bytes.indexOf("The package signed") + "The package ".length);
  await expect(verify(bytes, "Known")).rejects.toThrow("which was changed after it was signed");
  expect((await signer.check(bytes, "Known")).code).not.toBe(0);
  expect((await signer.check(plain)).stdout).not.toContain("Signature");
  await expect(verify(plain, "Known")).rejects.toThrow("signed.rpm is not signed");
});

test("a payload that was changed is refused here, by whoever unpacks it, and by rpm", async (context) => {
  needsPeers(context, ...peers);
  await signer.makeKey("Payload", "rsa2048");
  const bytes = Buffer.from(await signer.sign(plain, "Payload"));
  bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1;
  await expect(verify(bytes, "Payload")).rejects.toThrow("signed.rpm: its payload");
  await expect(
    readRpm([bytes], bytes.length, "signed.rpm", async ({ entries }) => {
      for await (const _ of entries);
    }),
  ).rejects.toThrow("signed.rpm");
  expect((await signer.check(bytes, "Payload")).stdout).toContain("Payload SHA256 digest: BAD");
});

test("a key that expired since may vouch; a revoked or weak one may not, nor may SHA-1", async (context) => {
  needsPeers(context, ...peers);
  await signer.makeKey("Expired", "rsa2048", { at: new Date("2020-01-01"), expires: "1y" });
  const late = await signer.sign(
    plain,
    "Expired",
    "--define",
    "_gpg_sign_cmd_extra_args --faked-system-time 20200601T000000",
  );
  expect((await verify(late, "Expired")).signers).toHaveLength(1);

  await signer.makeKey("Weak", "rsa2048");
  const weak = await signer.sign(plain, "Weak", "--define", "_gpg_digest_algo sha1");
  await expect(verify(weak, "Weak")).rejects.toThrow("its signature uses a weak digest (SHA1)");

  await signer.makeKey("Dsa", "dsa2048");
  await expect(verify(await signer.sign(plain, "Dsa"), "Dsa")).rejects.toThrow("the key is too weak");

  const fingerprint = await signer.makeKey("Revoked", "rsa2048");
  const revoked = await signer.sign(plain, "Revoked");
  expect((await verify(revoked, "Revoked")).signers).toEqual([fingerprint]);
  await signer.revoke(fingerprint);
  await expect(verify(revoked, "Revoked")).rejects.toThrow("it is revoked");
});

test("signatures of real packages are found: one of each kind, and several of RPM v6", async () => {
  const found = async (name: string) => {
    const file = join(import.meta.dirname, "../../../shared/fixtures/rpm", name);
    const bytes = await readFile(file);
    const { readSignature } = await import("openpgp");
    return await openRpm([bytes], bytes.length, name, async ({ signature }) => {
      const { header, whole } = signaturesOf(signature);
      const count = async (packets: Uint8Array) =>
        packets.length === 0 ? 0 : (await readSignature({ binarySignature: packets })).packets.length;
      return [await count(header), await count(whole)];
    });
  };
  expect(await found("empty-0-0.x86_64.rpm")).toEqual([0, 0]);
  expect(await found("empty-signed-rsa-0-0.x86_64.rpm")).toEqual([1, 1]);
  expect(await found("empty-signed-eddsa-0-0.x86_64.rpm")).toEqual([1, 1]);
  expect((await found("empty-signed-v6-multiple-0-0.x86_64.rpm"))[0]).toBeGreaterThan(1);
});
