import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { TareError } from "../../../src/errors.ts";
import { readApk } from "../../../src/formats/apk/apk.ts";
import { readApkIndexFile } from "../../../src/formats/apk/index-file.ts";
import { openRepository } from "../../../src/sources/alpine/repository.ts";
import { apkUnpacker } from "../../../src/sources/alpine/unpack.ts";
import { verifyPackage } from "../../../src/sources/alpine/verify-package.ts";
import { alpineFixture, alpineKeyring } from "../../kit/apk-fixtures.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { mutationsOf } from "../../kit/mutations.ts";
import { fetchFrom } from "../../kit/serve.ts";
import { streamOf, unpackedEntries } from "../../kit/unpacked-entries.ts";

/**
 * Reads `count` changed copies of a file: each is refused in words, or is what it was. The latter only where the change
 * is before `covered`: what stands there signs the rest, or is passed over.
 */
async function holds(
  original: Uint8Array,
  count: number,
  covered: number,
  read: (bytes: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const want = await read(original);
  for (const { bytes, at, what } of mutationsOf(original, count, covered + 1500)) {
    const got = await read(bytes).catch((error: unknown) => {
      expect(error, what).toBeInstanceOf(TareError);
    });
    if (got === undefined) continue;
    expect(at, what).toBeLessThan(covered);
    expect(got, what).toEqual(want);
  }
}

test.each(["alpine-baselayout-3.2.0-r23.apk", "alpine-baselayout-3.4.0-r0.apk"])(
  "%s of Alpine's own, changed anywhere: refused in words, or what it was",
  async (name) => {
    const original = await readFile(alpineFixture(name));
    const [record, control] = await readApk(
      streamOf(original),
      original.length,
      name,
      async ({ info, identity, signed, data }) => {
        for await (const _ of data);
        const { name, version } = info;
        return [{ name, version, identity }, original.indexOf(signed)] as const;
      },
    );
    expect(control).toBeGreaterThan(0);
    // Before the control part is the package's own signature, which says no more than the index does.
    await holds(original, 300, control, async (bytes) => {
      await verifyPackage(streamOf(bytes), bytes.length, name, record);
      return await unpackedEntries(apkUnpacker, bytes);
    });
  },
);

test.each([
  ["APKINDEX-3.16-x86_64.tar.gz", "x86_64", "6165ee59"],
  ["APKINDEX-3.17-aarch64.tar.gz", "aarch64", "616ae350"],
])("%s of Alpine's own, changed anywhere: refused in words, or what it was", async (name, machine, end) => {
  const original = await readFile(alpineFixture(name));
  const keyring = await alpineKeyring(end);
  const { signed } = await readApkIndexFile(original, name);
  const base = "http://mirror.example/main";
  const plan = {
    name: "alpine/main",
    mirrors: [base],
    tag: undefined,
    pins: [],
    allowUnsigned: false,
    keyring: async () => keyring,
  };
  // Before what is signed: headers of gzip and tar around the signature.
  await holds(original, 120, original.length - signed.length, async (bytes) => {
    const fetch = fetchFrom(base, new Map([[`${machine}/APKINDEX.tar.gz`, bytes]]));
    const seams = { fetch, now: () => new Date(0), store: memoryStore(), sleep: async () => {} };
    const { records, locked } = await openRepository(plan, machine, seams);
    return {
      names: records.map((record) => `${record.name} ${record.version} ${record.identity}`),
      keys: locked.keys,
    };
  });
});
