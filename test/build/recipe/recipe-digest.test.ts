import { expect, test } from "vitest";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { recipeDigest } from "../../../src/build/recipe/recipe-digest.ts";

const digestOf = (text: string) => recipeDigest(parseRecipe(text, { file: "tare.yaml" }));
const base = "name: a\npackages: { from: debian, suite: bookworm, include: [libc6] }";
const debian = (more: string) =>
  `name: a\npackages: { from: debian, suite: bookworm, include: [libc6], ${more} }`;

test.each([
  ["its name", base.replace("name: a", "name: b")],
  ["its config", `${base}\nconfig: { cmd: [x], env: { A: b } }`],
  ["its files", `${base}\nfiles: [{ to: /x, text: y }]`],
  [
    "its excludes, locales, compression and outputs",
    `${base}\nexcludes: none\nlocales: de\ncompression: zstd\nto: oci:x`,
  ],
  [
    "a comment, and the order of keys",
    "# new\npackages: [{ include: libc6, suite: [bookworm], from: debian }]\nname: a",
  ],
  ["a default that is spelled out", debian("components: [main], recommends: false")],
  ["the mirrors, since keys and digests decide", debian("mirror: https://mirror.example/debian")],
])("a lock is not made stale by %s", (_, text) => {
  expect(digestOf(text)).toBe(digestOf(base));
});

test.each([
  ["a package", debian("recommends: false").replace("libc6", "libc6, openssl")],
  ["a platform", `${base}\nplatforms: linux/arm64`],
  ["a suite", base.replace("bookworm", "trixie")],
  ["a pinned key", debian("keys: 0123456789ABCDEF0123456789ABCDEF01234567")],
  ["another repository", debian("repositories: { uri: https://own.example, suite: x }")],
  ["recommends", debian("recommends: true")],
  ["a snapshot", debian("snapshot: 2026-01-31")],
])("a lock is made stale by %s", (_, text) => {
  expect(digestOf(text)).not.toBe(digestOf(base));
});

test("the order of platforms says nothing", () => {
  expect(digestOf(`${base}\nplatforms: [linux/arm64, linux/amd64]`)).toBe(
    digestOf(`${base}\nplatforms: [linux/amd64, linux/arm64]`),
  );
});
