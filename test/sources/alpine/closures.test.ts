import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { apkIndexText, readApkIndexFile } from "../../../src/formats/apk/index-file.ts";
import { parseApkIndex } from "../../../src/formats/apk/index-record.ts";
import { selectPackages } from "../../../src/sources/alpine/select.ts";
import { alpineFixture } from "../../kit/apk-fixtures.ts";

/** As `apk add --simulate` of Alpine 3.17 says of the same index. */
test.for([
  ["busybox", "busybox musl"],
  [
    "curl",
    "brotli-libs busybox busybox-binsh ca-certificates curl libcrypto3 libcurl libssl3 musl nghttp2-libs ssl_client zlib",
  ],
  ["nginx", "busybox busybox-binsh libcrypto3 libssl3 musl nginx pcre ssl_client zlib"],
  [
    "python3",
    "gdbm libbz2 libcrypto3 libexpat libffi libgcc libssl3 libstdc++ mpdecimal musl ncurses-libs ncurses-terminfo-base python3 readline sqlite-libs xz-libs zlib",
  ],
])("what %s brings along, in Alpine 3.17 for aarch64", async ([name, closure]) => {
  const bytes = await readFile(alpineFixture("APKINDEX-3.17-aarch64.tar.gz"));
  const { text } = await apkIndexText(await readApkIndexFile(bytes, "it"), "it");
  const wants = { include: [name as string], exclude: [], architecture: "aarch64" };
  const chosen = selectPackages([{ repository: "main", records: parseApkIndex(text, "it") }], wants);
  expect(chosen.map(({ candidate: { record } }) => record.name).join(" ")).toBe(closure);
});
