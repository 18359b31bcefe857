import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { collect, drain } from "../../src/bytes/bytes.ts";
import { algorithmOf, digestOf, hexOf, isDigest, verified } from "../../src/bytes/digest.ts";
import { inChunks, observed } from "../kit/chunks.ts";

const bytes = Buffer.from("the bytes");
const digest = digestOf(bytes);
const other = digestOf("other bytes");

test("bytes that are what they should be pass, in any chunks", async () => {
  for (const size of [1, 4, 9])
    expect(
      (await collect(verified(inChunks(bytes, size), { digest, size: 9 }, "x"), 99, "x")).toString(),
    ).toBe("the bytes");
});

test("sha512 is verified as well", async () => {
  const sha512 = `sha512:${createHash("sha512").update(bytes).digest("hex")}` as const;
  expect(isDigest(sha512)).toBe(true);
  expect(algorithmOf(sha512)).toBe("sha512");
  expect(await drain(verified([bytes], { digest: sha512 }, "x"))).toBe(9);
});

test("too many bytes are refused at the first one, before they are handed on", async () => {
  const { stream, seen } = observed(Buffer.alloc(1_000_000), 10);
  await expect(drain(verified(stream, { digest, size: 9 }, "libc6"))).rejects.toThrow(
    "libc6 goes on after the 9 bytes that it should have, so it is damaged or another file; it was not read further.",
  );
  expect(seen.read).toBe(10);
});

test("too few bytes are truncated, whatever their digest", async () => {
  await expect(drain(verified([bytes], { digest, size: 10 }, "libc6"))).rejects.toThrow(
    "libc6 ends after 9 bytes, but 10 were expected.",
  );
});

test("other bytes of the same length are told by both digests", async () => {
  await expect(drain(verified([bytes], { digest: other, size: 9 }, "libc6"))).rejects.toThrow(
    `libc6 has the digest ${digest} (9 bytes), but ${other} was expected; it was not used.`,
  );
});

test.each([
  ["sha256:abc", false],
  [`sha256:${"A".repeat(64)}`, false],
  [`sha256:${"a".repeat(64)}`, true],
  [`sha256:${"a".repeat(64)}\n`, false],
  [`sha256:../${"a".repeat(61)}`, false],
  [`sha512:${"0".repeat(64)}`, false],
  [`md5:${"0".repeat(32)}`, false],
])("whether %j is a digest: %s", (shown, is) => {
  expect(isDigest(shown)).toBe(is);
});

test("the hex of a digest has no prefix", () => {
  expect(hexOf(digest)).toBe(createHash("sha256").update(bytes).digest("hex"));
});
