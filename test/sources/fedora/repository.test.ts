import { beforeAll, expect, test } from "vitest";
import { digestOf } from "../../../src/bytes/digest.ts";
import type { RepositoryPlan } from "../../../src/sources/fedora/plan.ts";
import { openRepository } from "../../../src/sources/fedora/repository.ts";
import { mergeKeyrings, parseKeyring } from "../../../src/trust/keyring.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { primaryText, rpmIndexFiles } from "../../kit/rpm-metadata.ts";
import { fetchFrom } from "../../kit/serve.ts";
import { makeSigningKey, type SigningKey, signDetached } from "../../kit/signing-key.ts";

const base = "http://mirror.example";
const now = new Date("2025-01-01T00:00:00Z");
const index = rpmIndexFiles(primaryText([{ name: "app" }]));
const repomd = index.get("repodata/repomd.xml") as Uint8Array;

let ours: SigningKey;
let other: SigningKey;
beforeAll(async () => {
  [ours, other] = await Promise.all([makeSigningKey(), makeSigningKey()]);
});

const plan = (more: Partial<RepositoryPlan>): RepositoryPlan => ({
  ...{ name: "fedora/own", place: { baseurl: [`${base}/own`] }, priority: 99, excludes: [], includes: [] },
  ...{ pins: [], allowUnsigned: true, signedIndex: false, optional: false },
  keyring: async () =>
    mergeKeyrings(await Promise.all([ours, other].map((key) => parseKeyring(key.keyring, "keys.asc")))),
  ...more,
});

const open = (files: Iterable<readonly [string, Uint8Array]>, more: Partial<RepositoryPlan> = {}) =>
  openRepository(plan(more), "x86_64", {
    store: memoryStore(),
    fetch: fetchFrom(base, new Map(files)),
    now: () => now,
    sleep: async () => {},
  });

const metalink = (digest: string, ...mirrors: readonly string[]) =>
  Buffer.from(
    [
      `<metalink version="3.0"><files><file name="repomd.xml"><verification><hash type="sha256">${digest}</hash>`,
      "</verification><resources>",
      ...mirrors.map((name) => `<url>${base}/${name}/repodata/repomd.xml</url>`),
      "</resources></file></files></metalink>",
    ].join(""),
  );

test("a metalink is held to what it says of the index, whatever it came by: a mirror that has another is passed over", async () => {
  const place = { metalink: `${base}/metalink` };
  const [, digest] = digestOf(repomd).split(":") as [string, string];
  const files = [
    ["old/repodata/repomd.xml", Buffer.from(`${Buffer.from(repomd)} `)],
    ["new/repodata/repomd.xml", repomd],
  ] as const;
  const opened = await open([...files, ["metalink", metalink(digest, "old", "new")]], { place });
  expect(opened.mirrors).toEqual([`${base}/new`, `${base}/old`]);
  await expect(open([...files, ["metalink", metalink(digest, "old")]], { place })).rejects.toMatchObject({
    code: "DIGEST_MISMATCH",
  });
});

test("a pinned key that no file has is told with the files", async () => {
  const pins = [ours.fingerprint, "A".repeat(40)];
  await expect(open([], { pins, allowUnsigned: false })).rejects.toThrow(
    `"keys" of fedora/own names ${"A".repeat(40)}, which keys.asc does not have: look at the fingerprint, or name the file that has it with "keyring".`,
  );
});

test("a key that is there, and that the pins do not name, is told as that", async () => {
  const signature = await signDetached(repomd, [other], now);
  const files = [
    ["own/repodata/repomd.xml", repomd],
    ["own/repodata/repomd.xml.asc", signature],
  ] as const;
  expect((await open(files, { allowUnsigned: false })).locked.keys).toEqual([other.fingerprint]);
  await expect(open(files, { allowUnsigned: false, pins: [ours.fingerprint] })).rejects.toThrow(
    `key ${other.fingerprint}: it is in the keyring, but "keys" does not name it`,
  );
});
