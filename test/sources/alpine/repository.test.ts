import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/bytes/digest.ts";
import type { RepositoryPlan } from "../../../src/sources/alpine/plan.ts";
import { openRepository } from "../../../src/sources/alpine/repository.ts";
import { parseApkKey } from "../../../src/trust/apk-rsa.ts";
import { alpineFixture, alpineKeyring } from "../../kit/apk-fixtures.ts";
import { apkSigner } from "../../kit/apk-package.ts";
import { apkRepository } from "../../kit/apk-repository.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { fetchFrom } from "../../kit/serve.ts";

const base = "http://mirror.example/main";
const ours = apkSigner();
const other = apkSigner("other@mirror.example-2.rsa.pub");
const keyOf = ({ publicPem, name }: typeof ours) => parseApkKey(Buffer.from(publicPem), name, name);
const signed = apkRepository([{ name: "alpha" }, { name: "beta" }], { signer: ours });

function plan(more: Partial<RepositoryPlan> = {}): RepositoryPlan {
  return {
    name: "alpine/own-1",
    mirrors: [base],
    tag: undefined,
    pins: [],
    allowUnsigned: false,
    keyring: async () => ({ where: ["keys"], keys: [keyOf(ours)] }),
    ...more,
  };
}

function open(
  files: ReadonlyMap<string, Uint8Array>,
  more?: Partial<RepositoryPlan>,
  architecture = "x86_64",
) {
  const seams = {
    fetch: fetchFrom(base, files),
    now: () => new Date(0),
    store: memoryStore(),
    sleep: async () => {},
  };
  return openRepository(plan(more), architecture, seams);
}

describe("a repository", () => {
  test("is locked with the digest of its index, and the key that signed it", async () => {
    const { locked, records } = await open(signed);
    expect(locked).toEqual({
      id: "alpine/own-1/x86_64",
      index: digestOf(signed.get("x86_64/APKINDEX.tar.gz") as Uint8Array),
      keys: [ours.fingerprint],
    });
    expect(records.map(({ name }) => name)).toEqual(["alpha", "beta"]);
  });

  test.each([
    ["3.16-x86_64", "x86_64", "6165ee59", "2022-11-21T22:04:22Z"],
    ["3.17-aarch64", "aarch64", "616ae350", "2023-05-27T07:49:13Z"],
  ])("of Alpine itself, %s, opens with Alpine's key", async (name, architecture, end, date) => {
    const bytes = await readFile(alpineFixture(`APKINDEX-${name}.tar.gz`));
    const keyring = await alpineKeyring(end);
    const files = new Map([[`${architecture}/APKINDEX.tar.gz`, bytes]]);
    const { locked, records } = await open(files, { keyring: async () => keyring }, architecture);
    expect(locked).toMatchObject({ date, keys: [keyring.keys[0]?.fingerprint] });
    expect(records.length).toBeGreaterThan(4900);
  });

  test("that nobody signed, or somebody else, is refused", async () => {
    const unsigned = apkRepository([{ name: "alpha" }]);
    await expect(open(unsigned)).rejects.toThrow(
      'APKINDEX.tar.gz of alpine/own-1/x86_64 is not signed; only "allow-unsigned: true"',
    );
    const foreign = apkRepository([{ name: "alpha" }], { signer: other });
    await expect(open(foreign)).rejects.toThrow("it is not among the known keys");
    expect((await open(unsigned, { allowUnsigned: true })).locked.keys).toEqual([]);
  });

  test("must be signed by one of the pinned keys", async () => {
    await expect(open(signed, { pins: [other.fingerprint] })).rejects.toMatchObject({
      code: "KEY_NOT_PINNED",
    });
    const { locked } = await open(signed, { pins: [other.fingerprint, ours.fingerprint] });
    expect(locked.keys).toEqual([ours.fingerprint]);
  });

  test("with a changed byte behind a good signature is refused", async () => {
    const index = Buffer.from(signed.get("x86_64/APKINDEX.tar.gz") as Uint8Array);
    const start = index.indexOf(gzipSync("").subarray(0, 4), 20);
    index.writeUInt8(index.readUInt8(start + 4) ^ 1, start + 4);
    await expect(open(new Map([["x86_64/APKINDEX.tar.gz", index]]))).rejects.toMatchObject({
      code: "SIGNATURE_REFUSED",
    });
  });

  test("that is not there, or not for this machine, is said to be missing", async () => {
    await expect(open(signed, {}, "s390x")).rejects.toThrow(
      `There is no repository alpine/own-1/s390x at ${base}.`,
    );
  });

  test("is taken from the next mirror where the first has a bad one", async () => {
    const foreign = apkRepository([{ name: "alpha" }], { signer: other });
    const files = new Map<string, Uint8Array>();
    for (const [path, bytes] of foreign) files.set(`bad/${path}`, bytes);
    for (const [path, bytes] of signed) files.set(`good/${path}`, bytes);
    const mirrors = [`${base}/absent`, `${base}/bad`, `${base}/good`];
    const opened = await open(files, { mirrors });
    expect(opened.mirrors).toEqual([`${base}/good`, `${base}/absent`, `${base}/bad`]);
  });

  test("in apk 3's format is refused with a sentence", async () => {
    const files = new Map([["x86_64/APKINDEX.tar.gz", Buffer.from(`ADB.${"x".repeat(100)}`)]]);
    await expect(open(files)).rejects.toThrow("it is in the format of apk 3 (ADB)");
  });
});
