import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "../../../../src/bytes/digest.ts";
import { TareError } from "../../../../src/errors.ts";
import type { Package } from "../../../../src/model/package.ts";
import type { ProgressEvent } from "../../../../src/model/seams.ts";
import type { NpmOptions } from "../../../../src/sources/npm/registry/client.ts";
import { fetchNewTarball, npmTarball } from "../../../../src/sources/npm/registry/tarball.ts";
import { type DiskStore, openStore } from "../../../../src/store/disk-store.ts";
import { loginTo, npmOptions } from "../../../kit/npm-client.ts";
import type { BuiltNpmPackage, NpmPackageData } from "../../../kit/npm-package.ts";
import { type NpmRegistry, npmRegistry } from "../../../kit/npm-registry.ts";
import { seededBytes } from "../../../kit/seeded-bytes.ts";
import { serveFiles } from "../../../kit/serve.ts";
import { newFolder } from "../../../kit/temporary.ts";

let folder: string;
let store: DiskStore;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const made = await newFolder();
  ends.push(made.remove);
  folder = made.folder;
  store = await openStore(join(folder, "store"));
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function registryOf(
  packages: readonly NpmPackageData[],
  more: { token?: string; below?: string } = {},
) {
  const registry = await npmRegistry({ packages, ...more });
  ends.push(registry.close);
  return registry;
}

const clientOf = (registry: Pick<NpmRegistry, "url">, more: NpmOptions = {}) => ({
  store,
  options: npmOptions(registry, folder, more),
});

function built(registry: NpmRegistry, id: string): BuiltNpmPackage {
  return registry.packages.get(id) as BuiltNpmPackage;
}

function locked(
  { name, version, bytes, integrity, location }: BuiltNpmPackage,
  more: Partial<Package> = {},
): Package {
  return {
    name,
    version,
    architecture: "noarch",
    digest: digestOf(bytes),
    size: bytes.byteLength,
    location,
    repository: "npm",
    source: name,
    because: [],
    integrity,
    ...more,
  };
}

const newOne = ({ name, version, location, integrity }: BuiltNpmPackage) => ({
  name,
  version,
  location,
  integrity,
});

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "it was taken";
  } catch (error) {
    return error instanceof TareError ? `${error.code}: ${error.message}` : `not ours: ${error}`;
  }
}

test("a locked package comes into the store once, and then from there", async () => {
  const registry = await registryOf([{ name: "@scope/debug", version: "4.3.4" }], { below: "/npm/" });
  const wanted = locked(built(registry, "@scope/debug@4.3.4"));
  const events: ProgressEvent[] = [];
  const client = { ...clientOf(registry), progress: (event: ProgressEvent) => void events.push(event) };
  const content = await npmTarball(wanted, client);
  expect(content.digest).toBe(wanted.digest);
  expect(registry.asked).toEqual(["@scope/debug/-/debug-4.3.4.tgz"]);
  expect(events).toEqual([
    { kind: "transfer", name: "@scope/debug 4.3.4", done: 0, total: wanted.size },
    { kind: "transfer", name: "@scope/debug 4.3.4", done: wanted.size, total: wanted.size },
  ]);
  await npmTarball(wanted, client);
  expect(registry.asked).toHaveLength(1);
});

test("what npm's own cache has is not fetched, even offline", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const wanted = locked(built(registry, "debug@1.0.0"));
  await npmTarball(wanted, clientOf(registry));
  const other = { ...clientOf(registry, { offline: true }), store: await openStore(join(folder, "other")) };
  expect((await npmTarball(wanted, other)).size).toBe(wanted.size);
  expect(registry.asked).toHaveLength(1);
});

test("each scope is asked for at its own registry, with its own login", async () => {
  const plain = await registryOf([{ name: "debug" }]);
  const scoped = await registryOf([{ name: "@scope/debug" }], { token: "geheim", below: "/own" + "/" });
  const client = clientOf(plain, { "@scope:registry": scoped.url, ...loginTo(scoped, "geheim") });
  await npmTarball(locked(built(scoped, "@scope/debug@1.0.0"), { repository: "npm/@scope" }), client);
  await npmTarball(locked(built(plain, "debug@1.0.0")), client);
  expect(plain.asked).toEqual(["debug/-/debug-1.0.0.tgz"]);
  expect(scoped.asked).toEqual(["@scope/debug/-/debug-1.0.0.tgz"]);
});

test("a tarball that the registry keeps elsewhere is found by its list of versions", async () => {
  const data: NpmPackageData = { name: "debug" };
  const elsewhere = await registryOf([data]);
  const there = built(elsewhere, "debug@1.0.0");
  const registry = await registryOf([{ ...data, tarball: `${elsewhere.url}${there.location}` }]);
  registry.fail("debug/-/debug-1.0.0.tgz", 404);
  expect((await npmTarball(locked(there), clientOf(registry))).size).toBe(there.bytes.byteLength);
  expect(registry.asked).toEqual(["debug/-/debug-1.0.0.tgz", "debug"]);
});

test("a new package tells its digest and size, and is remembered", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const seen = { digest: digestOf(one.bytes), size: one.bytes.byteLength, integrity: one.integrity };
  expect(await fetchNewTarball(newOne(one), clientOf(registry))).toEqual(seen);
  expect(await store.find(seen.digest)).toBeDefined();
  expect(
    await fetchNewTarball(newOne(one), clientOf(registry, { offline: true, cache: join(folder, "none") })),
  ).toEqual(seen);
  expect(registry.asked).toHaveLength(1);
});

test("of several integrities the strongest counts", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const sha1 = `sha1-${Buffer.from(one.shasum, "hex").toString("base64")}`;
  const seen = await fetchNewTarball(
    { ...newOne(one), integrity: `${sha1} ${one.integrity}` },
    clientOf(registry),
  );
  expect(seen.integrity).toBe(one.integrity);
});

test("an old package is taken by its sha1, and locked by its sha256", async () => {
  const registry = await registryOf([{ name: "old", integrity: "sha1" }]);
  const one = built(registry, "old@1.0.0");
  const sha1 = `sha1-${Buffer.from(one.shasum, "hex").toString("base64")}`;
  const seen = await fetchNewTarball({ ...newOne(one), integrity: sha1 }, clientOf(registry));
  expect(seen).toEqual({ digest: digestOf(one.bytes), size: one.bytes.byteLength, integrity: sha1 });
  registry.fail(one.location, "wrong");
  const other = {
    ...clientOf(registry, { cache: join(folder, "none") }),
    store: await openStore(join(folder, "o")),
  };
  expect(await refusal(fetchNewTarball({ ...newOne(one), integrity: sha1 }, other))).toContain(
    "INTEGRITY_MISMATCH",
  );
});

test("a registry that vouches for no bytes is refused", async () => {
  const registry = await registryOf([{ name: "debug", integrity: "none" }]);
  const { integrity: _, ...bare } = newOne(built(registry, "debug@1.0.0"));
  expect(await refusal(fetchNewTarball(bare, clientOf(registry)))).toBe(
    "UNSOUND_PACKAGE: debug 1.0.0 of npm cannot be used: its registry says nothing of its bytes, neither integrity nor shasum.",
  );
  expect(new Set(registry.asked)).toEqual(new Set(["debug"]));
});

const sha1OfNothing = `sha1-${Buffer.alloc(20).toString("base64")}`;

test.each(["", "md5-1B2M2Y8AsgTpgAmY7PhCfg==", "sha512-short", `sha512-short ${sha1OfNothing}`])(
  "the registry's word does not stand in for an integrity that is there and broken: %s",
  async (integrity) => {
    const registry = await registryOf([{ name: "debug" }]);
    const one = newOne(built(registry, "debug@1.0.0"));
    expect(await refusal(fetchNewTarball({ ...one, integrity }, clientOf(registry)))).toBe(
      `UNSOUND_PACKAGE: debug 1.0.0 of npm cannot be used: its integrity is "${integrity}", which is no sound sha512, sha384, sha256 or sha1.`,
    );
    expect(registry.asked).toEqual([]);
  },
);

test("what a lock of npm does not say of its bytes, the registry does", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const { integrity, ...bare } = newOne(built(registry, "debug@1.0.0"));
  expect((await fetchNewTarball(bare, clientOf(registry))).integrity).toBe(integrity);
});

test("a tarball of a web address is taken as it is, and its sha512 locked", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const server = await serveFiles(new Map([["files/debug.tgz", one.bytes]]));
  ends.push(server.close);
  const location = `${server.url}/files/debug.tgz`;
  const seen = await fetchNewTarball({ name: "debug", version: "1.0.0", location }, clientOf(registry));
  expect(seen).toEqual({ digest: digestOf(one.bytes), size: one.bytes.byteLength, integrity: one.integrity });
  const again = {
    ...clientOf(registry, { cache: join(folder, "none") }),
    store: await openStore(join(folder, "o")),
  };
  expect((await npmTarball(locked(one, { location }), again)).digest).toBe(seen.digest);
  expect(registry.asked).toEqual([]);
});

test("a large tarball streams", async () => {
  const bytes = seededBytes(7, 20_000_000);
  const registry = await registryOf([{ name: "large", bytes }]);
  const one = built(registry, "large@1.0.0");
  expect((await fetchNewTarball(newOne(one), clientOf(registry))).digest).toBe(digestOf(bytes));
});

test("several come at a time", async () => {
  const packages = Array.from({ length: 40 }, (_, n) => ({ name: `p${n}`, files: { x: "x".repeat(n) } }));
  const registry = await registryOf(packages);
  const client = clientOf(registry);
  const got = await Promise.all(
    [...registry.packages.values()].map((one) => fetchNewTarball(newOne(one), client)),
  );
  expect(got.map(({ digest }) => digest)).toEqual(
    [...registry.packages.values()].map(({ bytes }) => digestOf(bytes)),
  );
});

test("an answer that breaks off is asked for again", async () => {
  const registry = await registryOf([{ name: "debug", bytes: seededBytes(1, 100_000) }]);
  const one = built(registry, "debug@1.0.0");
  registry.fail(one.location, "cut", 2);
  expect((await npmTarball(locked(one), clientOf(registry))).size).toBe(100_000);
  expect(registry.asked).toHaveLength(3);
});

test("bytes that were damaged on the way are asked for again", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  registry.fail(one.location, "wrong", 1);
  expect((await fetchNewTarball(newOne(one), clientOf(registry))).digest).toBe(digestOf(one.bytes));
});

test("npm's own repetitions are kept", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  registry.fail(one.location, 503, 2);
  const retry = { retries: 2, minTimeout: 1, maxTimeout: 1 };
  expect((await npmTarball(locked(one), clientOf(registry, { retry }))).size).toBe(one.bytes.byteLength);
  expect(registry.asked).toHaveLength(3);
});

test("npm's proxy is asked", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const through: string[] = [];
  const proxy = await serveFiles(new Map(), (request, response) => {
    through.push(request.url ?? "");
    response.end(one.bytes);
    return true;
  });
  ends.push(proxy.close);
  const client = clientOf({ url: "http://registry.example/" }, { httpsProxy: proxy.url });
  expect((await npmTarball(locked(one), client)).size).toBe(one.bytes.byteLength);
  expect(through).toEqual(["http://registry.example/debug/-/debug-1.0.0.tgz"]);
});

test.for([
  [
    "wrong",
    /^INTEGRITY_MISMATCH: debug 1\.0\.0 has the integrity sha512-\S+, but sha512-\S+ was expected; it was not used\.$/,
  ],
  ["cut", /^DOWNLOAD_FAILED: debug 1\.0\.0 could not be fetched: \S+: the connection was cut\.$/],
  [404, /^DOWNLOAD_FAILED: debug 1\.0\.0 could not be fetched: \S+debug-1\.0\.0\.tgz: it answered 404\.$/],
  [
    401,
    /^DOWNLOAD_FAILED: debug 1\.0\.0 could not be fetched: \S+: it answered 401: npm's configuration has no login/,
  ],
  [403, /^DOWNLOAD_FAILED: .*it answered 403: npm's/],
  [500, /^DOWNLOAD_FAILED: .*it answered 500\.$/],
] as const)("%s is one sentence, nothing is kept, and no secret is told", async ([fault, sentence]) => {
  const token = "npm_secret";
  const registry = await registryOf([{ name: "debug", bytes: seededBytes(1, 100_000) }], { token });
  const one = built(registry, "debug@1.0.0");
  registry.fail(one.location, fault);
  if (fault === 404) registry.fail("debug", 404);
  const client = clientOf(registry, loginTo(registry, token));
  for (const work of [() => npmTarball(locked(one), client), () => fetchNewTarball(newOne(one), client)]) {
    const said = await refusal(work());
    expect(said).toMatch(sentence);
    expect(said).not.toContain(token);
  }
  expect(await store.find(digestOf(one.bytes))).toBeUndefined();
});

test("a login that is missing is told as such", async () => {
  const registry = await registryOf([{ name: "debug" }], { token: "npm_secret" });
  const said = await refusal(npmTarball(locked(built(registry, "debug@1.0.0")), clientOf(registry)));
  expect(said).toContain("it answered 401: npm's configuration has no login there");
});

test("bytes that fit the integrity but not the lock are refused", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const other = locked(one, { digest: digestOf("other") });
  expect(await refusal(npmTarball(other, clientOf(registry)))).toContain("DIGEST_MISMATCH");
  const shorter = locked(one, { digest: digestOf("other"), size: 10 });
  expect(await refusal(npmTarball(shorter, clientOf(registry)))).toContain("TOO_LARGE");
  expect(await store.find(digestOf(one.bytes))).toBeUndefined();
});

test("nobody there, or the network forbidden", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const wanted = locked(built(registry, "debug@1.0.0"));
  expect(await refusal(npmTarball(wanted, clientOf(registry, { offline: true })))).toBe(
    "OFFLINE: debug 1.0.0 is not in the store, and --offline keeps it from being fetched; build once without --offline.",
  );
  await registry.close();
  expect(await refusal(npmTarball(wanted, clientOf(registry)))).toMatch(
    /^DOWNLOAD_FAILED: .*: the connection was refused\.$/,
  );
});

test("a login goes to no other host, wherever a registry sends us", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const seen: (string | undefined)[] = [];
  const other = await serveFiles(new Map(), (request, response) => {
    seen.push(request.headers.authorization);
    response.end(one.bytes);
    return true;
  });
  const first = await serveFiles(new Map(), (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: `${other.url.replace("127.0.0.1", "localhost")}/debug.tgz` }).end();
    return true;
  });
  ends.push(other.close, first.close);
  const url = `${first.url}/`;
  expect(
    (await npmTarball(locked(one), clientOf({ url }, loginTo({ url }, "npm_secret")))).size,
  ).toBeGreaterThan(0);
  expect(seen).toEqual(["Bearer npm_secret", undefined]);
});

test("a store without room ends the transfer", async () => {
  const registry = await registryOf([{ name: "large", bytes: seededBytes(3, 8_000_000) }]);
  const full = async (source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<never> => {
    for await (const _ of source) throw new TareError({ code: "DISK_FULL", where: "/store" });
    throw new Error("there was nothing to keep");
  };
  const client = { ...clientOf(registry), store: { ...store, add: full, put: full } };
  const one = built(registry, "large@1.0.0");
  for (const work of [() => npmTarball(locked(one), client), () => fetchNewTarball(newOne(one), client)])
    expect(await refusal(work())).toMatch(/^DISK_FULL: There is no room left on the disk under \/store;/);
});

test("a password in an address is not told", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const url = registry.url.replace("http://", "http://me:hunter2@");
  registry.fail("debug/-/debug-1.0.0.tgz", 500);
  const said = await refusal(npmTarball(locked(built(registry, "debug@1.0.0")), clientOf({ url })));
  expect(said).toContain("it answered 500");
  expect(said).not.toContain("hunter2");
});

test("a lock cannot send npm out of its registry", async () => {
  const registry = await registryOf([{ name: "debug" }], { below: "/npm/" });
  for (const location of ["../secret", "//127.0.0.1:1/x", "/secret", "a/../../b", "\\\\x/y"])
    expect(
      await refusal(npmTarball(locked(built(registry, "debug@1.0.0"), { location }), clientOf(registry))),
    ).toContain("BAD_URL");
  expect(registry.asked).toEqual([]);
});

test("a name or a version that is none reaches nobody", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  for (const odd of [
    { name: "x@git+ssh://127.0.0.1/x" },
    { name: "../x" },
    { name: "@s/../x" },
    { version: "file:/etc" },
    { version: "git+https://127.0.0.1/x.git" },
    { version: "*" },
  ]) {
    expect(await refusal(npmTarball(locked(one, odd), clientOf(registry)))).toContain("UNSOUND_PACKAGE");
    const { integrity: _, ...bare } = newOne(one);
    expect(await refusal(fetchNewTarball({ ...bare, ...odd }, clientOf(registry)))).toContain(
      "UNSOUND_PACKAGE",
    );
  }
  expect(registry.asked).toEqual([]);
});

test("an address that npm would clone is refused", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  const one = built(registry, "debug@1.0.0");
  const location = "https://github.com/someone/something.git";
  expect(
    await refusal(npmTarball(locked(one, { location }), clientOf(registry, { allowGit: "all" }))),
  ).toContain("npm takes it for a git repository, and only tarballs are fetched");
});

test("npm's cache that cannot be written is named", async () => {
  const registry = await registryOf([{ name: "debug" }]);
  await mkdir(join(folder, "file"));
  await writeFile(join(folder, "file", "_cacache"), "not a folder");
  const said = await refusal(
    npmTarball(
      locked(built(registry, "debug@1.0.0")),
      clientOf(registry, { cache: join(folder, "file", "_cacache") }),
    ),
  );
  expect(said).toMatch(/^CANNOT_WRITE: .*_cacache cannot be written/);
});

test("a reader that goes away ends the transfer", async () => {
  const stop = new AbortController();
  const silent = createServer((_, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("some", () => stop.abort(new Error("enough")));
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  ends.push(
    () =>
      new Promise((resolve) => {
        silent.close(() => resolve());
        silent.closeAllConnections();
      }),
  );
  const { port } = silent.address() as { port: number };
  const registry = await registryOf([{ name: "debug" }]);
  const client = { ...clientOf({ url: `http://127.0.0.1:${port}/` }), signal: stop.signal };
  await expect(npmTarball(locked(built(registry, "debug@1.0.0")), client)).rejects.toThrow("enough");
});
