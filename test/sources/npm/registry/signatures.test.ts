import { afterEach, beforeEach, expect, test } from "vitest";
import { TareError } from "../../../../src/errors.ts";
import type { NpmOptions } from "../../../../src/sources/npm/registry/client.ts";
import { checkSignatures } from "../../../../src/sources/npm/registry/signatures.ts";
import { memoryStore } from "../../../kit/memory-store.ts";
import { loginTo, npmOptions } from "../../../kit/npm-client.ts";
import { makeNpmKey, type NpmKey } from "../../../kit/npm-key.ts";
import type { NpmPackageData } from "../../../kit/npm-package.ts";
import { type NpmRegistry, npmRegistry } from "../../../kit/npm-registry.ts";
import { newFolder } from "../../../kit/temporary.ts";

let folder: string;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const made = await newFolder();
  ends.push(made.remove);
  folder = made.folder;
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function registryOf(packages: readonly NpmPackageData[], keys: readonly NpmKey[], token?: string) {
  const registry = await npmRegistry({ packages, keys, ...(token && { token }) });
  ends.push(registry.close);
  return registry;
}

const check = async (registry: NpmRegistry, more: NpmOptions = {}) =>
  await checkSignatures(
    [...registry.packages.values()].map(({ name, version, integrity }) => ({ name, version, integrity })),
    { store: memoryStore(), options: npmOptions(registry, folder, more) },
  );

const refusal = async (work: Promise<unknown>) =>
  await work.then(
    () => "it was taken",
    (error: unknown) =>
      error instanceof TareError ? `${error.code}: ${error.message}` : `not ours: ${error}`,
  );

test("a registry without keys is asked for nothing else", async () => {
  const registry = await registryOf([{ name: "a" }], []);
  expect(await check(registry)).toEqual({
    keys: new Map([["npm", []]]),
    notes: [
      "npm serves no signing keys: packages are held to the integrity that the project's lock or the registry gives.",
    ],
  });
  expect(registry.asked).toEqual(["-/npm/v1/keys"]);
});

test("registries without keys are told of in one note", async () => {
  const plain = await registryOf([{ name: "a" }], []);
  const scoped = await registryOf([{ name: "@s/c" }], []);
  const packages = [...plain.packages.values(), ...scoped.packages.values()];
  const options = npmOptions(plain, folder, { "@s:registry": scoped.url });
  expect((await checkSignatures(packages, { store: memoryStore(), options })).notes).toEqual([
    expect.stringMatching(/^npm and npm\/@s serve no signing keys: /),
  ]);
});

test.each([
  ["keys", [makeNpmKey()]],
  ["no keys", []],
])("offline, a registry's %s are those that were seen last", async (_, keys) => {
  const registry = await registryOf([{ name: "a" }], keys);
  const packages = [...registry.packages.values()];
  const store = memoryStore();
  const options = npmOptions(registry, folder);
  const seen = await checkSignatures(packages, { store, options });
  registry.asked.length = 0;
  const offline = { ...options, offline: true };
  expect(await checkSignatures(packages, { store, options: offline })).toEqual(seen);
  expect(await refusal(checkSignatures(packages, { store: memoryStore(), options: offline }))).toBe(
    `OFFLINE: The list of keys that ${registry.url} signs packages with is not in the store, and --offline keeps it from being fetched; build once without --offline.`,
  );
  expect(registry.asked).toEqual([]);
});

test.for([400, 403, 405])("one that answers %d for its keys has none", async (status) => {
  const registry = await registryOf([{ name: "a" }], [makeNpmKey()]);
  registry.fail("-/npm/v1/keys", status);
  expect((await check(registry)).keys).toEqual(new Map([["npm", []]]));
});

test("one that fails to answer for its keys is not taken for one without", async () => {
  const registry = await registryOf([{ name: "a" }], [makeNpmKey()]);
  registry.fail("-/npm/v1/keys", 503);
  expect(await refusal(check(registry))).toMatch(
    /^DOWNLOAD_FAILED: the list of signing keys could not be fetched: \S+: it answered 503\.$/,
  );
});

test.for(["", "{", '{"keys":['])(
  "an answer for its keys that ends too early is not taken for none: %s",
  async (text) => {
    const registry = await registryOf([{ name: "a" }], []);
    registry.answer("-/npm/v1/keys", text);
    expect(await refusal(check(registry))).toMatch(
      /^DOWNLOAD_FAILED: the list of signing keys could not be fetched: \S+: its answer (?:cannot be read|is empty)\.$/,
    );
  },
);

test("keys that are cut off on the way are not taken for none", async () => {
  const registry = await registryOf([{ name: "a" }], [makeNpmKey()]);
  registry.fail("-/npm/v1/keys", "cut");
  expect(await refusal(check(registry))).toContain("DOWNLOAD_FAILED: the list of signing keys");
});

test("a list of keys without end is not read to it", async () => {
  const registry = await registryOf([{ name: "a" }], []);
  registry.answer("-/npm/v1/keys", " ".repeat(4_000_000));
  expect(await refusal(check(registry))).toMatch(/^TOO_LARGE: the list of signing keys is larger/);
});

test("good signatures tell whose they are, and each package is asked for once", async () => {
  const key = makeNpmKey();
  const packages = [{ name: "b" }, { name: "a" }, { name: "a", version: "2.0.0" }, { name: "@s/c" }];
  const registry = await registryOf(packages, [key, makeNpmKey()], "geheim");
  expect(await check(registry, loginTo(registry, "geheim"))).toEqual({
    keys: new Map([["npm", [key.fingerprint]]]),
    notes: [],
  });
  expect(registry.asked.toSorted()).toEqual(["-/npm/v1/keys", "@s/c", "a", "b"]);
});

test("every registry has keys of its own", async () => {
  const one = makeNpmKey();
  const two = makeNpmKey();
  const plain = await registryOf([{ name: "a" }], [one]);
  const scoped = await registryOf([{ name: "@s/c" }], [two]);
  const packages = [...plain.packages.values(), ...scoped.packages.values()];
  const options = npmOptions(plain, folder, { "@s:registry": scoped.url });
  const { keys } = await checkSignatures(packages, { store: memoryStore(), options });
  expect(keys).toEqual(
    new Map([
      ["npm", [one.fingerprint]],
      ["npm/@s", [two.fingerprint]],
    ]),
  );
});

test("a wrong signature is refused", async () => {
  const key = makeNpmKey();
  const registry = await registryOf([{ name: "a" }, { name: "b", signed: "wrong" }], [key]);
  expect(await refusal(check(registry))).toBe(
    `SIGNATURE_REFUSED: No signature of b 1.0.0 can be trusted: key ${key.keyid}: it did not sign these bytes under this name and version; nothing of it was used.`,
  );
});

test("other bytes than the signed ones are refused", async () => {
  const registry = await registryOf([{ name: "a" }, { name: "b" }], [makeNpmKey()]);
  const [a, b] = [...registry.packages.values()];
  const swapped = { name: "a", version: "1.0.0", integrity: b?.integrity ?? "" };
  const options = npmOptions(registry, folder);
  expect(a?.integrity).not.toBe(b?.integrity);
  expect(await refusal(checkSignatures([swapped], { store: memoryStore(), options }))).toContain(
    "SIGNATURE_REFUSED: No signature of a 1.0.0",
  );
});

test("a key that the registry does not list is refused", async () => {
  const stranger = makeNpmKey();
  const registry = await registryOf([{ name: "a" }], [stranger]);
  const others = await registryOf([], [makeNpmKey()]);
  const keys = await fetch(`${others.url}-/npm/v1/keys`).then((answer) => answer.text());
  registry.answer("-/npm/v1/keys", keys);
  expect(await refusal(check(registry))).toContain(`key ${stranger.keyid}: the registry does not list it`);
});

test("an expired key vouches for what it signed before, and for nothing else", async () => {
  const key = makeNpmKey("2024-06-01T00:00:00.000Z");
  const before = { name: "a", published: "2024-05-31T00:00:00.000Z" };
  const registry = await registryOf([before], [key]);
  expect((await check(registry)).keys).toEqual(new Map([["npm", [key.fingerprint]]]));
  await registry.publish({ name: "b", published: "2024-06-01T00:00:00.000Z" });
  expect(await refusal(check(registry))).toContain(
    `b 1.0.0 can be trusted: key ${key.keyid}: it had expired when this was published`,
  );
});

test("what is not signed by a registry that has keys is told", async () => {
  const key = makeNpmKey();
  const packages = ["a", "b", "c", "d", "e", "f", "g"].map((name) => ({ name, signed: name === "g" }));
  const registry = await registryOf(packages, [key]);
  const { keys, notes } = await check(registry);
  expect(keys).toEqual(new Map([["npm", [key.fingerprint]]]));
  expect(notes).toEqual([
    "6 packages (a 1.0.0, b 1.0.0, c 1.0.0, d 1.0.0, e 1.0.0, …) are not signed, though npm has keys.",
  ]);
});

test.for([
  "null",
  "[]",
  "<html>",
  '{"keys":null}',
  '{"keys":[null,1,{"keyid":1},{"keyid":"a","key":"b","keytype":"ecdsa-sha2-nistp256"}]}',
  '{"keys":[{"keyid":"a","key":"b","keytype":"rsa"}]}',
])("keys that are none: %s", async (text) => {
  const registry = await registryOf([{ name: "a" }], []);
  registry.answer("-/npm/v1/keys", text);
  expect((await check(registry)).keys).toEqual(new Map([["npm", []]]));
});

test.for([
  "null",
  "[]",
  "1",
  "{}",
  "<html>",
  '{"versions":null}',
  '{"versions":{"1.0.0":{"dist":{"signatures":{"length":3}}}}}',
  '{"versions":{"1.0.0":{"dist":{"signatures":[null,1]}}}}',
  '{"versions":{"__proto__":{"dist":{"signatures":[]}}}}',
])("a list of versions that is none: %s", async (text) => {
  const registry = await registryOf([{ name: "a" }], [makeNpmKey()]);
  registry.answer("a", text);
  const said = await refusal(check(registry));
  expect(said).toMatch(/^(?:it was taken|DOWNLOAD_FAILED|SIGNATURE_REFUSED)/);
});
