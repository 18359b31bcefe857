import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { digestOf } from "../../../src/bytes/digest.ts";
import { webFetch } from "../../../src/http/web-fetch.ts";
import type { Fetch } from "../../../src/model/seams.ts";
import {
  openRepository,
  packageUrls,
  type RepositoryRequest,
} from "../../../src/sources/debian/repository.ts";
import { parseKeyring } from "../../../src/trust/keyring.ts";
import {
  type DebianRepository,
  debianRepository,
  type RepositoryData,
  writeRepository,
} from "../../kit/debian-repository.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { fetchFrom } from "../../kit/serve.ts";
import { defaultSigningKey, makeSigningKey } from "../../kit/signing-key.ts";

const base = "http://mirror.example/debian";
const now = new Date("2025-06-01T00:00:00Z");
const packages = [
  { name: "hello", files: { "usr/bin/hello": "hi" } },
  { name: "data", architecture: "all" },
  { name: "extra", component: "contrib" },
];
const make = (data: Partial<RepositoryData> = {}) => debianRepository({ packages, ...data });

function world(fetch: Fetch) {
  const waits: number[] = [];
  const store = memoryStore();
  const sleep = async (milliseconds: number) => void waits.push(milliseconds);
  return { waits, store, seams: { fetch, store, now: () => now, sleep } };
}

async function asked(more: Partial<RepositoryRequest> = {}): Promise<RepositoryRequest> {
  return {
    id: "debian/bookworm",
    mirrors: [base],
    suite: "bookworm",
    components: ["main"],
    architectures: ["amd64"],
    keyring: await parseKeyring((await defaultSigningKey()).keyring, "test.gpg"),
    pins: [],
    allowUnsigned: false,
    checkValidUntil: true,
    ...more,
  };
}

async function open(repository: Pick<DebianRepository, "files">, more: Partial<RepositoryRequest> = {}) {
  const paths: string[] = [];
  const { seams, store } = world(fetchFrom(base, repository.files, paths));
  const opened = await openRepository(await asked(more), seams);
  return { opened, paths, store };
}

const refusal = async (repository: Pick<DebianRepository, "files">, more: Partial<RepositoryRequest> = {}) =>
  await open(repository, more).then(
    () => "it was opened",
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );

test("a repository is opened: who signed it, when, and its indexes in the store", async () => {
  const repository = await make();
  const { opened, paths, store } = await open(repository);
  const bytes = repository.files.get("dists/bookworm/InRelease") as Uint8Array;
  expect(opened.locked).toEqual({
    id: "debian/bookworm",
    index: digestOf(bytes),
    date: "2025-01-01T00:00:00Z",
    keys: [(await defaultSigningKey()).fingerprint],
  });
  expect(store.kept.get(digestOf(bytes))).toEqual(Buffer.from(bytes));
  expect(opened.indexes.map(({ component, architecture }) => [component, architecture])).toEqual([
    ["main", "amd64"],
  ]);
  const [index] = opened.indexes;
  const text = gunzipSync(await collect(index?.packages.open() ?? [], 1e6, "Packages")).toString();
  expect(text.match(/^Package: .*/gm)).toEqual(["Package: hello", "Package: data"]);
  expect(paths[0]).toBe("dists/bookworm/InRelease");
  expect(paths[1]).toMatch(/^dists\/bookworm\/main\/binary-amd64\/by-hash\/SHA256\/[0-9a-f]{64}$/);
  expect(paths.length).toBe(2);
});

test("a second time only the Release is fetched", async () => {
  const paths: string[] = [];
  const { seams } = world(fetchFrom(base, (await make()).files, paths));
  await openRepository(await asked(), seams);
  paths.length = 0;
  await openRepository(await asked(), seams);
  expect(paths).toEqual(["dists/bookworm/InRelease"]);
});

test("Release and Release.gpg serve where there is no InRelease", async () => {
  const { opened, paths } = await open(await make({ signed: "Release.gpg" }));
  expect(opened.locked.keys).toHaveLength(1);
  expect(paths.slice(0, 3)).toEqual([
    "dists/bookworm/InRelease",
    "dists/bookworm/Release",
    "dists/bookworm/Release.gpg",
  ]);
});

test("components, architectures, and an index of its own for all", async () => {
  const repository = await make({
    architectures: ["amd64", "arm64"],
    allIndex: true,
    indexes: ["zst", "none"],
  });
  const { opened } = await open(repository, {
    components: ["main", "contrib"],
    architectures: ["amd64", "arm64"],
  });
  expect(opened.indexes.map(({ component, architecture }) => `${component} ${architecture}`)).toEqual([
    "main amd64",
    "main arm64",
    "main all",
    "contrib amd64",
    "contrib arm64",
    "contrib all",
  ]);
});

test("xz is preferred; without by-hash an index is asked for by name; a form that is not there is passed over", async () => {
  const repository = await make({ indexes: ["none", "gz", "xz"], byHash: false });
  expect((await open(repository)).paths[1]).toBe("dists/bookworm/main/binary-amd64/Packages.xz");
  repository.files.delete("dists/bookworm/main/binary-amd64/Packages.xz");
  const { paths } = await open(repository);
  expect(paths.slice(1)).toEqual([
    "dists/bookworm/main/binary-amd64/Packages.xz",
    "dists/bookworm/main/binary-amd64/Packages.gz",
  ]);
});

test("the suite may be asked for by its other name, but not be another one", async () => {
  const repository = await make();
  const files = new Map(repository.files);
  for (const [path, bytes] of repository.files)
    files.set(path.replace("/bookworm/", "/stable/").replace("/stable/", "/stable/"), bytes);
  await open({ files }, { suite: "stable" });
  for (const [path, bytes] of repository.files) files.set(path.replace("/bookworm/", "/trixie/"), bytes);
  expect(await refusal({ files }, { suite: "trixie" })).toBe(
    "RELEASE_MISMATCH: Release of debian/bookworm is stable, bookworm, but trixie was asked for; nothing of it was used.",
  );
  expect(await refusal(repository, { origin: "Debian" })).toMatch("is of Test, but of Debian was asked for");
});

test("a security archive's component may carry its old prefix", async () => {
  await open(await make({ release: { Components: "updates/main" } }));
});

test("what a repository does not have is said with what it has", async () => {
  const repository = await make();
  expect(await refusal(repository, { components: ["universe"] })).toBe(
    "INDEX_MISSING: debian/bookworm has no packages of component universe for amd64; it has the components main, contrib for amd64.",
  );
  expect(await refusal(repository, { architectures: ["riscv64"] })).toMatch("for riscv64; it has");
});

test("an unknown suite is said with those that the mirror shows", async () => {
  const repository = await make();
  expect(await refusal(repository, { suite: "bokworm" })).toBe(
    `SUITE_UNKNOWN: There is no suite "bokworm" at ${base}.`,
  );
  const listing = '<a href="../">up</a><a href="bookworm/">b</a> <a href="trixie/">t</a>';
  const files = new Map(repository.files).set("dists/", Buffer.from(listing));
  expect(await refusal({ files }, { suite: "bokworm" })).toMatch("it has bookworm, trixie.");
});

test("a wrong key, no signature, and a changed InRelease are refused", async () => {
  const other = await makeSigningKey();
  expect(await refusal(await make({ keys: [other] }))).toMatch(
    /^SIGNATURE_REFUSED: .*it is not in the keyring/,
  );
  expect(await refusal(await make({ keys: [] }))).toMatch(
    /^SIGNATURE_MISSING: Release of debian\/bookworm is/,
  );
  const repository = await make();
  const text = Buffer.from(repository.files.get("dists/bookworm/InRelease") as Uint8Array).toString();
  const changed = (to: string) => ({
    files: new Map(repository.files).set("dists/bookworm/InRelease", Buffer.from(to)),
  });
  expect(await refusal(changed(text.replace("Origin: Test", "Origin: Evil")))).toMatch(
    "does not fit the text",
  );
  expect(await refusal(changed(`Origin: Evil\n${text}`))).toMatch("UNSIGNED_TEXT");
  expect(await refusal(changed("<html>please log in</html>"))).toMatch("UNSIGNED_TEXT");
  expect(await refusal(repository, { pins: ["A".repeat(40)] })).toMatch("KEY_NOT_PINNED");
});

test("unsigned input is used only when that was allowed, and the lock says that nobody vouched", async () => {
  for (const data of [{ keys: [] }, { keys: [await makeSigningKey()] }]) {
    const { opened } = await open(await make(data), { allowUnsigned: true, keyring: undefined });
    expect(opened.locked.keys).toEqual([]);
  }
});

test("an expired or a future Release is refused, unless expiry does not matter", async () => {
  const expired = await make({ validUntil: new Date("2025-05-31T00:00:00Z") });
  expect(await refusal(expired)).toMatch(
    "RELEASE_EXPIRED: Release of debian/bookworm was valid until 2025-05-31",
  );
  await open(expired, { checkValidUntil: false });
  const future = await make({ release: { Date: "Mon, 02 Jun 2025 00:00:00 UTC" } });
  expect(await refusal(future)).toMatch("RELEASE_FROM_FUTURE");
});

test("a stale or lying mirror turns to the next one", async () => {
  const stale = await make({ validUntil: new Date("2025-05-31T00:00:00Z") });
  const good = await make();
  const fresh = "http://fresh.example/debian";
  const portal: Fetch = async () => new Response("<html>please log in</html>");
  for (const first of [fetchFrom(base, stale.files), portal]) {
    const fetch: Fetch = (request) =>
      request.url.startsWith(base) ? first(request) : fetchFrom(fresh, good.files)(request);
    const opened = await openRepository(await asked({ mirrors: [base, fresh] }), world(fetch).seams);
    expect(opened.mirrors).toEqual([fresh, base]);
  }
});

test("a mirror that changes between Release and index is read again", async () => {
  const [old, fresh] = [
    await make({ byHash: false }),
    await make({ packages: [{ name: "newer" }], byHash: false }),
  ];
  let answered = 0;
  const fetch: Fetch = (request) => {
    answered += 1;
    return fetchFrom(base, answered === 1 ? old.files : fresh.files)(request);
  };
  const { seams, waits } = world(fetch);
  const opened = await openRepository(await asked(), seams);
  expect(opened.locked.index).toBe(digestOf(fresh.files.get("dists/bookworm/InRelease") as Uint8Array));
  expect(waits).toEqual([1000]);
});

test("an index that never fits its Release ends with a sentence, and is not kept", async () => {
  const repository = await make({ indexes: ["gz"], byHash: false });
  const path = "dists/bookworm/main/binary-amd64/Packages.gz";
  const { files } = repository;
  files.set(path, Buffer.from(files.get(path) as Uint8Array).reverse());
  const { seams, waits, store } = world(fetchFrom(base, files));
  await expect(openRepository(await asked(), seams)).rejects.toMatchObject({
    code: "REPOSITORY_CHANGED",
    message: expect.stringContaining("The indexes of debian/bookworm do not fit its Release of 2025-01-01"),
  });
  expect(waits).toEqual([1000, 5000]);
  expect(store.kept.size).toBe(0);
});

test("a huge Release is not read on", async () => {
  const flood: Fetch = async () =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)) }));
  await expect(openRepository(await asked(), world(flood).seams)).rejects.toMatchObject({
    code: "TOO_LARGE",
  });
});

test("a Release that names a file outside its mirror reaches nothing", async () => {
  const digest = "a".repeat(64);
  const repository = await make({
    byHash: false,
    components: ["main", "../../.."],
    release: { Components: "main ../../.." },
  });
  expect(await refusal(repository, { components: ["../../.."] })).toMatch("BAD_URL");
  expect(() => packageUrls([base], `../../${digest}`)).toThrow("does not climb out");
  expect(packageUrls([base], "./pool/main/h/hello_1+b1_amd64.deb")).toEqual([
    `${base}/pool/main/h/hello_1%2Bb1_amd64.deb`,
  ]);
});

test("a mirror may be a folder on disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tare-"));
  try {
    await writeRepository(await make(), folder);
    const host = { readHostFile: async () => undefined, listHostFolder: async () => [] };
    const { seams } = world(webFetch({ environment: {}, host }));
    const opened = await openRepository(await asked({ mirrors: [pathToFileURL(folder).href] }), seams);
    expect(opened.indexes).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("mirrors that are down are named, each with what it said", async () => {
  const down: Fetch = async () => new Response("busy", { status: 503 });
  const { seams } = world(down);
  await expect(openRepository(await asked({ mirrors: [base, `${base}2`] }), seams)).rejects.toThrow(
    `Release of debian/bookworm could not be fetched: ${base}/dists/bookworm/InRelease: it answered 503 (4 times); ` +
      `${base}2/dists/bookworm/InRelease: it answered 503 (4 times).`,
  );
});
