import { beforeAll, expect, test } from "vitest";
import { planRepositories } from "../../../src/sources/fedora/plan.ts";
import type { FedoraRequest, OwnRepository } from "../../../src/sources/fedora/request.ts";
import { resolveFedora } from "../../../src/sources/fedora/resolve.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { filesHeader, type HeaderData, headerBytes, rpmBytes } from "../../kit/rpm-bytes.ts";
import { type ListedRpm, primaryText, rpmIndexFiles } from "../../kit/rpm-metadata.ts";
import { fetchFrom } from "../../kit/serve.ts";
import { makeSigningKey, type SigningKey, signDetached } from "../../kit/signing-key.ts";

const base = "https://mirror.example/test";
const now = new Date("2025-01-01T00:00:00Z");
const signedAt = new Date("2024-06-01T00:00:00Z");

let ours: SigningKey;
let stranger: SigningKey;
beforeAll(async () => {
  [ours, stranger] = await Promise.all([makeSigningKey(), makeSigningKey()]);
});

interface Asked {
  readonly include?: readonly string[];
  /** Only these may sign; default: nobody needs to. */
  readonly key?: SigningKey;
  readonly place?: Partial<OwnRepository>;
}

/** What is chosen, or the sentence that says why nothing is. */
async function resolve(files: Map<string, Uint8Array>, { include = ["a"], key, place }: Asked = {}) {
  const allowUnsigned = key === undefined;
  const own = { name: "test", baseurl: [base], allowUnsigned, signedIndex: false, exclude: [], ...place };
  const request: FedoraRequest = {
    from: "dnf",
    repositories: [own],
    repoFiles: [],
    keyring: ["keys.asc"],
    keys: [],
    allowUnsigned,
    include,
    exclude: [],
    recommends: false,
  };
  const { repositories } = await planRepositories(request, {
    environment: {},
    host: { readHostFile: async () => undefined, listHostFolder: async () => [] },
    readKeyFile: async () => (key as SigningKey).keyring,
    readRepoFile: () => Promise.reject(new Error("no .repo file is named")),
  });
  const fetch = fetchFrom(base, files);
  const seams = { store: memoryStore(), fetch, now: () => now, sleep: async () => {} };
  return await resolveFedora(request, repositories, ["x86_64"], () => [], seams).then(
    ({ packages }) => packages.flat().map(({ name }) => name),
    (error: Error) => error.message,
  );
}

const indexOf = (packages: readonly ListedRpm[]) => rpmIndexFiles(primaryText(packages));

/** A repository of one package with this signature. */
async function withPackage(signature: Uint8Array | undefined) {
  const file = rpmOf(signature);
  const files = indexOf([{ name: "a", file }]);
  files.set("a.rpm", file);
  return files;
}

const payload = Buffer.from("a payload");
const headerOf = (name: string, architecture = "noarch") =>
  headerBytes(
    63,
    filesHeader([], payload).flatMap(([tag, value]): HeaderData => {
      if (tag === 1000) return [[tag, name]];
      return tag === 1006
        ? [
            [tag, value],
            [1022, architecture],
          ]
        : [[tag, value]];
    }),
  );
const header = headerOf("a");
const rpmOf = (signature?: Uint8Array) =>
  rpmBytes({ header, payload, ...(signature && { signature: [[268, signature]] }) });

test("packages that need each other in a circle are chosen", async () => {
  const circle = indexOf([
    { name: "a", requires: ["b"] },
    { name: "b", requires: ["c"] },
    { name: "c", requires: ["a"] },
  ]);
  expect(await resolve(circle)).toEqual(["a", "b", "c"]);
});

test("what cannot be had together is told from what was asked for to the reason", async () => {
  const files = indexOf([
    { name: "a", requires: ["b", "c"] },
    { name: "b", conflicts: ["c"] },
    { name: "c" },
    { name: "d", requires: ["nobody"] },
  ]);
  expect(await resolve(files)).toBe(
    [
      "a cannot be had:",
      "  a-1-1.noarch needs b",
      "  a-1-1.noarch needs c",
      "  b-1-1.noarch conflicts with c-1-1.noarch",
    ].join("\n"),
  );
  expect(await resolve(files, { include: ["d"] })).toBe(
    "d cannot be had:\n  d-1-1.noarch needs nobody, but nothing offers that",
  );
  expect(await resolve(files, { include: ["aa"] })).toBe("aa cannot be had:\n  aa: nothing offers that");
});

test("conditions within conditions are followed once, however deep they are", async () => {
  const nested = (operator: string) =>
    Array.from({ length: 60 }).reduce<string>((inner) => `(b ${operator} ${inner} else c)`, "d");
  const others = ["b", "c", "d"].map((name): ListedRpm => ({ name }));
  const needing = (operator: string) => indexOf([{ name: "a", requires: [nested(operator)] }, ...others]);
  expect(await resolve(needing("if"))).toEqual(["a", "b", "c"]);
  expect(await resolve(needing("unless"))).toEqual(["a", "b", "c"]);
  const against = indexOf([{ name: "a", conflicts: [nested("if")] }, ...others]);
  expect(await resolve(against)).toEqual(["a"]);
  const unmet = indexOf([{ name: "a", requires: [nested("if")] }]);
  expect(await resolve(unmet)).toBe(
    `a cannot be had:\n  a-1-1.noarch needs ${nested("if")}, but nothing offers b and nothing offers d and nothing offers c`,
  );
});

test("an index that is not the one that repomd.xml names is refused", async () => {
  const files = indexOf([{ name: "a" }]);
  files.set("repodata/primary.xml.gz", indexOf([{ name: "b" }]).get("repodata/primary.xml.gz") as Uint8Array);
  expect(await resolve(files)).toBe(
    `The indexes of fedora/test do not fit its repomd.xml of 2023-11-14T22:13:20Z (the mirror is being updated, or is broken; try again later, or ask another mirror): fedora/test primary of ${base}/repodata/primary.xml.gz goes on after the 287 bytes that it should have, so it is damaged or another file; it was not read further.`,
  );
});

test("a repomd.xml that is not the one that the metalink names is refused", async () => {
  const files = indexOf([{ name: "a" }]);
  const metalink = `<metalink version="3.0"><files><file name="repomd.xml"><verification><hash type="sha256">${"0".repeat(64)}</hash></verification><resources><url>${base}/repodata/repomd.xml</url></resources></file></files></metalink>`;
  files.set("metalink", Buffer.from(metalink));
  expect(await resolve(files, { place: { baseurl: undefined, metalink: `${base}/metalink` } })).toMatch(
    /^repomd\.xml of fedora\/test has the digest sha256:[0-9a-f]{64} \(305 bytes\), but sha256:0{64} was expected; it was not used\.$/,
  );
});

const unsound = "primary.xml of fedora/test is not a sound primary.xml: ";
const weak = (digest: string) =>
  `a-1-1.noarch of fedora/test cannot be used: the index names no SHA256 of it (only ${digest}), and weaker digests are not trusted.`;

test.each<[string, () => Map<string, Uint8Array>, string]>([
  [
    "more than it said",
    () => rpmIndexFiles(Buffer.alloc(1 << 24, " "), { openSize: 1000 }),
    "primary.xml of fedora/test is larger than the limit of 1000 bytes; it was not read further.",
  ],
  [
    "far more than text can shrink to",
    () => rpmIndexFiles(`<metadata>${`<a>${" ".repeat(1 << 20)}</a>`.repeat(80)}</metadata>`),
    "primary.xml of fedora/test is larger than the limit of 67108864 bytes; it was not read further.",
  ],
  [
    "entities that would grow",
    () =>
      rpmIndexFiles(
        `<!DOCTYPE m [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><metadata packages="1">&b;&b;</metadata>`,
      ),
    `${unsound}it declares a document type, and nothing is expanded here.`,
  ],
  [
    "an entity that nobody declared",
    () => rpmIndexFiles("<metadata>&b;</metadata>"),
    `${unsound}it is no XML: undefined entity.`,
  ],
  [
    "an index that breaks off",
    () => rpmIndexFiles(primaryText([{ name: "a" }]).slice(0, -20)),
    `${unsound}it is no XML: unclosed tag: package.`,
  ],
  ["no index at all", () => rpmIndexFiles("<html></html>"), `${unsound}it begins with html.`],
  ["only a weak digest of a package", () => indexOf([{ name: "a", checksumType: "sha1" }]), weak("sha1")],
  ["only MD5 of a package", () => indexOf([{ name: "a", checksumType: "md5" }]), weak("md5")],
])("%s: refused", async (_, make, sentence) => {
  expect(await resolve(make())).toBe(sentence);
});

const shortOf = ({ publicKey }: SigningKey) => publicKey.getKeyID().toHex().toUpperCase();
const untrusted = (what: string, why: string) =>
  `No signature of ${what} can be trusted: ${why} (looked in keys.asc; "keyring" in the recipe names another).`;

test("a package has to be signed by a key that counts, now", async () => {
  const sign = (key: SigningKey) => signDetached(header, [key], signedAt, true);
  expect(await resolve(await withPackage(await sign(ours)), { key: ours })).toEqual(["a"]);
  expect(await resolve(await withPackage(undefined), { key: ours })).toBe(
    'a 1-1 is not signed; only "allow-unsigned: true" in the recipe accepts that.',
  );
  expect(await resolve(await withPackage(await sign(stranger)), { key: ours })).toBe(
    untrusted("a 1-1", `key ${shortOf(stranger)}: it is not in the keyring`),
  );
  const ended = await expiredKey(ours);
  expect(await resolve(await withPackage(await sign(ours)), { key: ended })).toBe(
    `No signature of a 1-1 can be trusted: key ${ours.fingerprint}: it had expired when it signed (2024-06-01); nothing of it was used.`,
  );
});

test("a package that somebody else's index calls another one is refused before anything is locked", async () => {
  const signedAs = async (name: string, architecture?: string) => {
    const other = headerOf(name, architecture);
    const signature = await signDetached(other, [ours], signedAt, true);
    const file = rpmBytes({ header: other, payload, signature: [[268, signature]] });
    const files = indexOf([{ name: "a", file }]);
    files.set("a.rpm", file);
    return files;
  };
  expect(await resolve(await signedAs("b"), { key: ours })).toBe(
    "a 1-1 of fedora/test cannot be used: its file is b 1-1 for noarch.",
  );
  expect(await resolve(await signedAs("a", "x86_64"), { key: ours })).toBe(
    "a 1-1 of fedora/test cannot be used: its file is a 1-1 for x86_64.",
  );
});

/** The same key as the world knows it: it ended a day after it was made. */
async function expiredKey(key: SigningKey): Promise<SigningKey> {
  const { reformatKey } = await import("openpgp");
  const { publicKey } = await reformatKey({
    privateKey: key.privateKey,
    userIDs: [{ name: "Ended" }],
    keyExpirationTime: 86_400,
    date: new Date("2020-01-01T00:00:00Z"),
    format: "object",
  });
  return { ...key, publicKey, keyring: publicKey.write() };
}

test("where the index has to be signed, it is refused unsigned, or with a signature of something else", async () => {
  const files = indexOf([{ name: "a" }]);
  const place = { signedIndex: true };
  expect(await resolve(files, { key: ours, place })).toBe(
    'repomd.xml of fedora/test is not signed; without "signed-index: true" (in a .repo file: repo_gpgcheck=1), the signature of each package is checked instead.',
  );
  const sign = async (bytes: Uint8Array, key: SigningKey) =>
    files.set("repodata/repomd.xml.asc", await signDetached(bytes, [key], signedAt));
  const repomd = files.get("repodata/repomd.xml") as Uint8Array;
  await sign(repomd, stranger);
  expect(await resolve(files, { key: ours, place })).toBe(
    untrusted("repomd.xml of fedora/test", `key ${shortOf(stranger)}: it is not in the keyring`),
  );
  await sign(Buffer.from("something else"), ours);
  expect(await resolve(files, { key: ours, place })).toBe(
    `No signature of repomd.xml of fedora/test can be trusted: key ${ours.fingerprint}: it does not fit the text, which was changed after it was signed; nothing of it was used.`,
  );
  await sign(repomd, ours);
  expect(await resolve(files, { key: ours, place })).toEqual(["a"]);
});
