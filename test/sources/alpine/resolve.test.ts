import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../src/bytes/digest.ts";
import type { Package } from "../../../src/model/package.ts";
import type { AlpineRequest } from "../../../src/sources/alpine/request.ts";
import { resolveAlpine } from "../../../src/sources/alpine/resolve.ts";
import { parseApkKey } from "../../../src/trust/apk-rsa.ts";
import { type ApkData, apkIndexOf, apkOf, apkSigner, builtApk } from "../../kit/apk-package.ts";
import { apkRepository } from "../../kit/apk-repository.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { fetchFrom } from "../../kit/serve.ts";

const base = "http://mirror.example";
const signer = apkSigner();
const keys = [parseApkKey(Buffer.from(signer.publicPem), signer.name, signer.name)];
const nobody = { include: [], exclude: [], components: [], repositories: [], keys: [], allowUnsigned: false };

/** `repositories`: files by the name of a folder on one server. */
async function resolve(
  files: ReadonlyMap<string, Uint8Array>,
  include: readonly string[],
  {
    names = [""],
    tags = [],
    architectures = ["x86_64"],
    libraries = [],
    exclude = [],
    store = memoryStore(),
    asked = [],
    keep = [],
  }: {
    readonly names?: readonly string[];
    readonly tags?: readonly (string | undefined)[];
    readonly architectures?: readonly string[];
    readonly libraries?: readonly string[];
    readonly exclude?: readonly string[];
    readonly store?: ReturnType<typeof memoryStore>;
    readonly asked?: string[];
    readonly keep?: readonly Package[];
  } = {},
) {
  const request: AlpineRequest = { ...nobody, from: "apk", include, exclude };
  const plans = names.map((name, at) => ({
    name: `alpine/own-${at + 1}`,
    mirrors: name.split(" ").map((one) => `${base}/${one}`.replace(/\/$/, "")),
    tag: tags[at],
    pins: [],
    allowUnsigned: false,
    keyring: async () => ({ where: ["keys"], keys }),
  }));
  const seams = {
    fetch: fetchFrom(base, files, asked),
    now: () => new Date(0),
    store,
    sleep: async () => {},
  };
  const needs = libraries.map((library) => ({ library, neededBy: ["app"], file: "/app/start" }));
  return resolveAlpine(
    request,
    plans,
    architectures,
    () => keep,
    seams,
    () => needs,
  );
}

const below = (folder: string, files: ReadonlyMap<string, Uint8Array>) =>
  new Map([...files].map(([path, bytes]) => [`${folder}/${path}`, bytes]));

const alpha: ApkData = { name: "alpha", depends: ["so:libbeta.so.1"], files: { "usr/bin/alpha": "a" } };
const beta: ApkData = {
  name: "beta",
  origin: "beta-src",
  provides: ["so:libbeta.so.1=1.2"],
  files: { "usr/lib/libbeta.so.1": "b" },
};

describe("a resolution", () => {
  test("names every package exactly, by the SHA-256 of its file", async () => {
    const files = apkRepository([alpha, beta], { signer });
    const { packages, repositories } = await resolve(files, ["alpha"]);
    const bytes = files.get("x86_64/beta-1.0-r0.apk") as Uint8Array;
    expect(repositories).toMatchObject([{ id: "alpine/own-1/x86_64", keys: [signer.fingerprint] }]);
    expect(packages[0]?.map(({ name, because }) => [name, because])).toEqual([
      ["alpha", []],
      ["beta", ["alpha"]],
    ]);
    expect(packages[0]?.[1]).toEqual({
      name: "beta",
      version: "1.0-r0",
      architecture: "x86_64",
      digest: digestOf(bytes),
      size: bytes.byteLength,
      location: "x86_64/beta-1.0-r0.apk",
      repository: "alpine/own-1/x86_64",
      source: "beta-src",
      because: ["alpha"],
    });
  });

  test("has packages for every machine, those of any machine from a folder of their own", async () => {
    const files = apkRepository([alpha, { ...beta, architecture: "noarch" }], {
      signer,
      architectures: ["x86_64", "aarch64"],
    });
    const { packages, repositories } = await resolve(files, ["alpha"], {
      architectures: ["x86_64", "aarch64"],
    });
    expect(repositories.map(({ id }) => id)).toEqual(["alpine/own-1/x86_64", "alpine/own-1/aarch64"]);
    expect(packages.map((list) => list.map(({ location }) => location))).toEqual([
      ["x86_64/alpha-1.0-r0.apk", "noarch/beta-1.0-r0.apk"],
      ["aarch64/alpha-1.0-r0.apk", "noarch/beta-1.0-r0.apk"],
    ]);
  });

  test("fetches each package once, and nothing that was not chosen", async () => {
    const files = apkRepository([alpha, beta, { name: "gamma" }], { signer });
    const store = memoryStore();
    const asked: string[] = [];
    const first = await resolve(files, ["alpha"], { store, asked });
    expect(asked.toSorted()).toEqual([
      "x86_64/APKINDEX.tar.gz",
      "x86_64/alpha-1.0-r0.apk",
      "x86_64/beta-1.0-r0.apk",
    ]);
    asked.length = 0;
    const keep = first.packages[0] ?? [];
    expect(await resolve(files, ["alpha"], { store, asked, keep })).toEqual(first);
    expect(asked).toEqual(["x86_64/APKINDEX.tar.gz"]);
  });

  /** Other bytes of the first part, the signature's: the date in the head of its gzip member. All else stays, and every size. */
  function signAnew(files: Map<string, Uint8Array>, ...paths: readonly string[]): void {
    for (const path of paths) {
      const bytes = Buffer.from(files.get(path) as Uint8Array);
      bytes.writeUInt32LE(bytes.readUInt32LE(4) + 1, 4);
      files.set(path, bytes);
    }
  }

  const digestsOf = ({ packages }: Awaited<ReturnType<typeof resolve>>) =>
    packages[0]?.map(({ digest }) => digest);

  test("names the files that are there now where a repository was signed anew", async () => {
    const files = apkRepository([alpha, beta], { signer });
    const store = memoryStore();
    const before = await resolve(files, ["alpha"], { store });
    signAnew(files, "x86_64/APKINDEX.tar.gz", "x86_64/beta-1.0-r0.apk");
    const after = await resolve(files, ["alpha"], { store, keep: before.packages[0] ?? [] });
    const now = digestOf(files.get("x86_64/beta-1.0-r0.apk") as Uint8Array);
    expect(digestsOf(after)).toEqual([digestsOf(before)?.[0], now]);
    expect(digestsOf(before)?.[1]).not.toBe(now);
  });

  test("asks for files anew that the lock need not keep, though the index is the same", async () => {
    // A mirror that was half-way through its own update when the lock was written.
    const files = apkRepository([alpha, beta], { signer });
    const store = memoryStore();
    const before = await resolve(files, ["alpha"], { store });
    signAnew(files, "x86_64/beta-1.0-r0.apk");
    const after = await resolve(files, ["alpha"], { store });
    expect(digestsOf(after)?.[1]).toBe(digestOf(files.get("x86_64/beta-1.0-r0.apk") as Uint8Array));
    // What was remembered of the other file is no argument against a lock that was written elsewhere.
    signAnew(files, "x86_64/beta-1.0-r0.apk");
    const elsewhere = await resolve(files, ["alpha"]);
    const here = await resolve(files, ["alpha"], { store, keep: elsewhere.packages[0] ?? [] });
    expect(digestsOf(here)).toEqual(digestsOf(elsewhere));
    expect(digestsOf(here)).not.toEqual(digestsOf(after));
    expect(digestsOf(before)).not.toEqual(digestsOf(after));
  });

  test("brings the packages of libraries that something else needs", async () => {
    const files = apkRepository([alpha, beta], { signer });
    const { packages } = await resolve(files, [], { libraries: ["libbeta.so.1"] });
    expect(packages[0]).toMatchObject([{ name: "beta", because: ["app"] }]);
    await expect(resolve(files, [], { libraries: ["libnone.so.3"] })).rejects.toMatchObject({
      code: "NO_LIBRARY",
    });
  });

  test("takes an origin that no package may have for none", async () => {
    const files = apkRepository([{ ...alpha, depends: [], origin: "../\u001b[2J" }], { signer });
    const { packages } = await resolve(files, ["alpha"]);
    expect(packages[0]).toMatchObject([{ name: "alpha", source: "alpha" }]);
  });

  test("takes from a tagged repository what is asked for with its tag", async () => {
    const edge = [alpha, beta].map((one) => ({ ...one, version: "2.0-r0" }));
    const files = new Map([
      ...below("main", apkRepository([alpha, beta], { signer })),
      ...below("edge", apkRepository(edge, { signer })),
    ]);
    const options = { names: ["main", "edge"], tags: [undefined, "edge"] };
    const versions = async (include: string) =>
      (await resolve(files, [include], options)).packages[0]?.map(
        ({ name, version, repository }) => `${name} ${version} ${repository}`,
      );
    expect(await versions("alpha")).toEqual([
      "alpha 1.0-r0 alpine/own-1/x86_64",
      "beta 1.0-r0 alpine/own-1/x86_64",
    ]);
    expect((await versions("alpha@edge"))?.[0]).toBe("alpha 2.0-r0 alpine/own-2/x86_64");
    await expect(versions("alpha@none")).rejects.toMatchObject({ code: "BAD_WANT" });
  });
});

describe("a package that is not the one of the index", () => {
  const signed = (bytes: Uint8Array) => {
    const files = apkRepository([beta], { signer });
    files.set("x86_64/beta-1.0-r0.apk", bytes);
    return files;
  };
  const genuine = apkRepository([beta], { signer }).get("x86_64/beta-1.0-r0.apk") as Uint8Array;

  test("is refused where its control part is another, whoever signed it", async () => {
    const other = apkOf({ ...beta, files: { "usr/lib/libbeta.so.1": "c" } }, signer);
    const { stanza } = builtApk(beta, signer);
    const files = signed(other);
    files.set("x86_64/APKINDEX.tar.gz", apkIndexOf([stanza.replace(/^S:.*$/m, `S:${other.length}`)], signer));
    await expect(resolve(files, ["beta"])).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  test("is refused where its files are others", async () => {
    const bytes = Buffer.from(genuine);
    // The last byte but some of the data part's checksum.
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 6) ^ 1, bytes.length - 6);
    await expect(resolve(signed(bytes), ["beta"])).rejects.toMatchObject({ code: "BAD_ARCHIVE" });
  });

  test("is refused where something follows it, or it ends before", async () => {
    const longer = Buffer.concat([genuine, gzipSync("more")]);
    await expect(resolve(signed(longer), ["beta"])).rejects.toThrow(
      `beta 1.0-r0 goes on after the ${genuine.length} bytes that it should have`,
    );
    await expect(resolve(signed(genuine.subarray(0, -20)), ["beta"])).rejects.toMatchObject({
      code: "TRUNCATED",
    });
  });

  test("is refused where it calls itself otherwise than the index does", async () => {
    const lying = apkRepository([beta], { signer });
    const { stanza } = await import("../../kit/apk-package.ts").then(({ builtApk }) =>
      builtApk(beta, signer),
    );
    lying.set("x86_64/APKINDEX.tar.gz", apkIndexOf([stanza.replace("P:beta", "P:alpha")], signer));
    lying.set("x86_64/alpha-1.0-r0.apk", genuine);
    await expect(resolve(lying, ["alpha"])).rejects.toThrow("it says of itself that it is beta 1.0-r0");
  });

  test("is taken from the next mirror", async () => {
    const good = apkRepository([beta], { signer });
    const bad = signed(apkOf({ ...beta, files: { "usr/lib/libbeta.so.1": "c" } }, signer));
    const files = new Map([...below("bad", bad), ...below("good", good)]);
    const { packages } = await resolve(files, ["beta"], { names: ["bad good"] });
    expect(packages[0]?.[0]?.digest).toBe(digestOf(genuine));
  });
});

test("what is excluded and is not there for any machine is told", async () => {
  const files = apkRepository([alpha, beta], { signer });
  const { notes } = await resolve(files, ["beta"], { exclude: ["alpha", "gamma"] });
  expect(notes).toEqual(['No package matches "gamma", which "exclude" names.']);
});
