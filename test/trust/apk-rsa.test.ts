import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseApkKey, verifyApk } from "../../src/trust/apk-rsa.ts";
import { apkSigner } from "../kit/apk-package.ts";

const ours = apkSigner("ours.rsa.pub");
const other = apkSigner("other.rsa.pub");
const keyring = { where: ["keys"], keys: [parseApkKey(Buffer.from(ours.publicPem), ours.name, "it")] };
const content = Buffer.from("an index");
const asked = { what: "the index", keyring, pins: [] };

describe("a signature", () => {
  test.each(["sha1", "sha256"] as const)("of a known key over %s names its signer", (hash) => {
    const signature = { key: ours.name, hash, bytes: ours.sign(content, hash) };
    expect(verifyApk(content, [signature], asked)).toEqual([ours.fingerprint]);
  });

  test("over another hash than it says is refused", () => {
    const signature = { key: ours.name, hash: "sha256" as const, bytes: ours.sign(content, "sha1") };
    expect(() => verifyApk(content, [signature], asked)).toThrow("does not fit the content");
  });

  test("of nobody, and of somebody unknown", () => {
    expect(() => verifyApk(content, [], asked)).toThrow("the index is not signed");
    const foreign = { key: other.name, hash: "sha1" as const, bytes: other.sign(content) };
    expect(() => verifyApk(content, [foreign], asked)).toThrow(
      "key other.rsa.pub: it is not among the known keys",
    );
  });

  test("under a known name by another key", () => {
    const forged = { key: ours.name, hash: "sha1" as const, bytes: other.sign(content) };
    expect(() => verifyApk(content, [forged], asked)).toThrow("does not fit the content");
    const good = { key: ours.name, hash: "sha1" as const, bytes: ours.sign(content) };
    expect(() => verifyApk(content, [good, forged], asked)).toThrow("does not fit the content");
  });

  test("that is good, by a key that was not pinned", () => {
    const good = { key: ours.name, hash: "sha1" as const, bytes: ours.sign(content) };
    expect(() => verifyApk(content, [good], { ...asked, pins: [other.fingerprint] })).toThrow(
      '"keys" asks for',
    );
    expect(
      verifyApk(content, [good], { ...asked, pins: [other.fingerprint, ours.fingerprint] }),
    ).toHaveLength(1);
  });
});

describe("a key file", () => {
  test("that is none", () => {
    expect(() => parseApkKey(Buffer.from("hello"), "x", "keys/x")).toThrow(
      "keys/x is not a sound public key of apk: there is no PEM public key in it.",
    );
  });
  test("of a curve, or too short", () => {
    const pem = (pair: ReturnType<typeof generateKeyPairSync>) => pair.publicKey as unknown as string;
    const format = {
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    } as const;
    const curve = generateKeyPairSync("ed25519", format) as never;
    expect(() => parseApkKey(Buffer.from(pem(curve)), "x", "x")).toThrow("it is not for RSA but for ed25519");
    const short = generateKeyPairSync("rsa", { modulusLength: 1024, ...format }) as never;
    expect(() => parseApkKey(Buffer.from(pem(short)), "x", "x")).toThrow("it has 1024 bits");
  });
});
