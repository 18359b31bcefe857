import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readApk } from "../../../src/formats/apk/apk.ts";
import { parseApkDependencies, parseApkProvisions } from "../../../src/formats/apk/dependency.ts";
import { apkIndexText, readApkIndexFile } from "../../../src/formats/apk/index-file.ts";
import { parseApkIndex } from "../../../src/formats/apk/index-record.ts";
import { isApkVersion } from "../../../src/formats/apk/version.ts";
import { verifyApk } from "../../../src/trust/apk-rsa.ts";
import { alpineFixture, alpineKeyring } from "../../kit/apk-fixtures.ts";
import { apkOf } from "../../kit/apk-package.ts";
import { observed } from "../../kit/chunks.ts";
import { tarBlock } from "../../kit/tar-blocks.ts";

async function listing(bytes: Uint8Array, chunk = 7000) {
  return readApk(observed(bytes, chunk).stream, bytes.length, "it", async (apk) => {
    const entries: string[] = [];
    for await (const { path, type, content } of apk.data) {
      if (type === "file") for await (const _ of content instanceof Uint8Array ? [content] : content);
      entries.push(path);
    }
    return { apk, entries };
  });
}

describe("Alpine's own files", () => {
  test.each([
    ["APKINDEX-3.16-x86_64.tar.gz", "6165ee59", 5010],
    ["APKINDEX-3.17-aarch64.tar.gz", "616ae350", 5004],
  ])("%s: its signature verifies and every stanza is read", async (name, key, least) => {
    const bytes = await readFile(alpineFixture(name));
    const file = await readApkIndexFile(bytes, name);
    const keyring = await alpineKeyring("6165ee59", "616ae350");
    const signers = verifyApk(file.signed, file.signatures, { what: name, keyring, pins: [] });
    expect(signers).toEqual([(await alpineKeyring(key)).keys[0]?.fingerprint]);
    const records = parseApkIndex((await apkIndexText(file, name)).text, name);
    expect(records.length).toBeGreaterThan(4900);
    expect(records.length).toBeLessThanOrEqual(Math.max(least, 5100));
    let provided = 0;
    for (const record of records) {
      expect(isApkVersion(record.version), record.version).toBe(true);
      for (const list of [record.depends, record.installIf]) parseApkDependencies(list, record.name);
      provided += parseApkProvisions(record.provides, record.name).length;
      expect(record.size).toBeGreaterThan(0);
      expect(record.unknownField).toBe(false);
    }
    expect(provided).toBeGreaterThan(5000);
  });

  test("a package: signature, identity, data hash, and each file's checksum", async () => {
    const bytes = await readFile(alpineFixture("alpine-baselayout-3.4.0-r0.apk"));
    const { apk, entries } = await listing(bytes);
    expect(apk.info).toMatchObject({
      name: "alpine-baselayout",
      version: "3.2.0-r23",
      architecture: "aarch64",
    });
    expect(apk.info.depends).toEqual([
      "alpine-baselayout-data=3.2.0-r23",
      "/bin/sh",
      "so:libc.musl-aarch64.so.1",
    ]);
    expect([...apk.scripts.keys()].sort()).toEqual([
      "post-install",
      "post-upgrade",
      "pre-install",
      "pre-upgrade",
    ]);
    const keyring = await alpineKeyring("616ae350");
    expect(verifyApk(apk.signed, apk.signatures, { what: "it", keyring, pins: [] })).toHaveLength(1);
    expect(apk.identity).toMatch(/^Q1/);
    expect(apk.checksums.size).toBe(14);
    expect(entries).toHaveLength(83);
  });
}, 60_000);

describe("what is refused", () => {
  const sound = apkOf({ name: "a", version: "1-r0", files: { "usr/bin/a": "hello" } });

  test("nothing of a sound one, however it is cut", async () => {
    for (const chunk of [1, 13, 512, 100_000])
      expect((await listing(sound, chunk)).entries).toContain("usr/bin/a");
  });

  test("the format of apk 3, in one sentence", async () => {
    await expect(listing(Buffer.from("ADB.schm"))).rejects.toThrow(
      "it is not a sound Alpine archive: it is in the format of apk 3 (ADB), which tare does not read; use a repository that serves the format of apk 2.",
    );
  });

  test("an empty file, and one that says twice what it is", async () => {
    await expect(listing(Buffer.alloc(0))).rejects.toThrow("it is not a sound Alpine archive: it is empty.");
    const info = tarBlock({
      name: ".PKGINFO",
      content: `pkgname = a\npkgver = 1-r0\ndatahash = ${"0".repeat(64)}\n`,
    });
    await expect(listing(gzipSync(Buffer.concat([info, info])))).rejects.toThrow("it has two .PKGINFO");
  });

  test("files that the data hash does not name", async () => {
    const other = apkOf({
      name: "a",
      version: "1-r0",
      files: { "usr/bin/a": "jello" },
      dataHash: "0".repeat(64),
    });
    await expect(listing(other)).rejects.toThrow("its files are not those that its datahash names");
  });

  test("a file that is not what its checksum says", async () => {
    const lying = apkOf({
      name: "a",
      version: "1-r0",
      files: { "usr/bin/a": "hello" },
      checksums: { "usr/bin/a": createHash("sha1").update("other").digest() },
    });
    await expect(listing(lying)).rejects.toThrow("/usr/bin/a is not what its checksum says");
  });

  test("a path that climbs out", async () => {
    const climbing = apkOf({ name: "a", version: "1-r0", files: { "../etc/passwd": "x" } });
    await expect(listing(climbing)).rejects.toThrow("..");
  });

  test("a control part that is a bomb", async () => {
    const bomb = gzipSync(Buffer.alloc(80 << 20));
    await expect(listing(bomb)).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test.each([1, 20, 200])("one that ends after %i bytes", async (size) => {
    await expect(listing(sound.subarray(0, size))).rejects.toMatchObject({ name: "TareError" });
  });

  test.each([
    ["in its signed part", gzipSync(Buffer.alloc(32 << 20))],
    ["behind it", Buffer.concat([gzipSync(Buffer.alloc(1024)), gzipSync(Buffer.alloc(32 << 20))])],
  ])("an index that is a bomb, %s", async (_, bomb) => {
    const read = readApkIndexFile(bomb, "it").then((file) => apkIndexText(file, "it"));
    await expect(read).rejects.toMatchObject({ code: "TOO_LARGE" });
  });

  test("an index with something behind it that does not unpack", async () => {
    const index = Buffer.concat([gzipSync(Buffer.alloc(1024)), Buffer.from("garbage")]);
    const read = readApkIndexFile(index, "it").then((file) => apkIndexText(file, "it"));
    await expect(read).rejects.toMatchObject({ name: "TareError" });
  });
});
