import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Lock } from "../../../src/build/lock/lock.ts";
import { parseLock } from "../../../src/build/lock/parse-lock.ts";
import { staleness } from "../../../src/build/lock/staleness.ts";
import { lockText, writeLock } from "../../../src/build/lock/write-lock.ts";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { recipeDigest } from "../../../src/build/recipe/recipe-digest.ts";
import type { Digest } from "../../../src/bytes/digest.ts";
import type { Package } from "../../../src/model/package.ts";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const recipe = parseRecipe("name: x\npackages: { from: debian, suite: bookworm, include: libc6 }", {
  file: "tare.yaml",
});
const libc: Package = {
  name: "libc6",
  version: "2.36-9+deb12u10",
  architecture: "amd64",
  digest: digest("a"),
  size: 2758208,
  location: "pool/main/g/glibc/libc6_2.36-9+deb12u10_amd64.deb",
  repository: "debian/bookworm",
  source: "glibc",
  because: [],
};
const gcc: Package = {
  ...libc,
  name: "libgcc-s1",
  version: "1.10",
  digest: digest("b"),
  location: "pool/main/g/gcc-12/libgcc-s1_1.10_amd64.deb",
  source: "gcc-12",
  because: ["libc6", "a"],
};
const lock: Lock = {
  version: 1,
  tare: "0.1.0",
  recipe: recipeDigest(recipe),
  compressor: "zlib 1.3.1, zstd 1.5.7, x64",
  repositories: [
    {
      id: "debian/bookworm",
      index: digest("c"),
      date: "2026-01-10T10:00:00Z",
      keys: ["0123456789ABCDEF0123456789ABCDEF01234567"],
    },
  ],
  platforms: [{ platform: "linux/amd64", packages: [libc, gcc] }],
};
const text = lockText(lock);

test("a lock reads like this", () => {
  expect(
    text,
  ).toBe(`# Written by \`tare lock\`: every package exactly, and who vouches for it. Keep it with the recipe; do not edit it.
# A package without "because" was asked for; the others name what needs them.
version: 1
tare: "0.1.0"
recipe: ${lock.recipe}
compressor: "zlib 1.3.1, zstd 1.5.7, x64"
repositories:
  - id: debian/bookworm
    index: ${digest("c")}
    date: "2026-01-10T10:00:00Z"
    keys: ["0123456789ABCDEF0123456789ABCDEF01234567"]
platforms:
  linux/amd64:
    - name: libc6
      version: "2.36-9+deb12u10"
      architecture: amd64
      digest: ${digest("a")}
      size: 2758208
      location: pool/main/g/glibc/libc6_2.36-9+deb12u10_amd64.deb
      repository: debian/bookworm
      source: glibc
    - name: libgcc-s1
      version: "1.10"
      architecture: amd64
      digest: ${digest("b")}
      size: 2758208
      location: pool/main/g/gcc-12/libgcc-s1_1.10_amd64.deb
      repository: debian/bookworm
      source: gcc-12
      because: [a, libc6]
`);
});

test("a lock is read back as it was, and written again with the same bytes", () => {
  const sortedGcc = { ...gcc, because: ["a", "libc6"] };
  const back = parseLock(text, { file: "tare.lock" });
  expect(back).toEqual({ ...lock, platforms: [{ platform: "linux/amd64", packages: [libc, sortedGcc] }] });
  expect(lockText(back)).toBe(text);
  expect(JSON.parse(JSON.stringify(back))).toEqual(back);
});

test("what installs itself beside others keeps its whole condition, in its own order", () => {
  const beside = { ...libc, name: "a-doc", because: ["a", "docs"], installIf: ["docs", "a=1.0-r0"] };
  const one = { ...lock, platforms: [{ platform: "linux/amd64", packages: [beside] }] };
  const written = lockText(one);
  expect(written).toContain("      because: [a, docs]\n      install-if: [docs, a=1.0-r0]\n");
  expect(parseLock(written, { file: "tare.lock" })).toEqual(one);
});

test("the order in which packages were found says nothing", () => {
  const shuffled = { ...lock, platforms: [{ platform: "linux/amd64", packages: [gcc, libc] }] };
  expect(lockText(shuffled)).toBe(text);
});

test("other YAML readers take its texts as text: no version is a number, no date a time", () => {
  const odd = { ...libc, version: "1.10", source: "no", name: "12" };
  const read = parse(lockText({ ...lock, platforms: [{ platform: "linux/amd64", packages: [odd] }] }), {
    version: "1.1",
  });
  expect(read.platforms["linux/amd64"][0]).toMatchObject({ version: "1.10", source: "no", name: "12" });
  expect(read.repositories[0].date).toBe("2026-01-10T10:00:00Z");
});

test("a lock without packages is a lock", () => {
  const empty: Lock = { ...lock, repositories: [], platforms: [{ platform: "linux/amd64", packages: [] }] };
  expect(parseLock(lockText(empty), { file: "tare.lock" })).toEqual(empty);
});

test.each([
  ["version: 1", "version: 2", "tare.lock:3:10: version must be 1; a newer tare may have written it."],
  [
    digest("a"),
    "sha256:aa",
    "tare.lock:17:15: platforms.linux/amd64[0].digest must be a digest, as sha256:….",
  ],
  [
    "pool/main/g/glibc",
    "../../etc",
    "tare.lock:19:17: platforms.linux/amd64[0].location must be a plain path, without . and ..",
  ],
  [
    "location: pool",
    "location: http://x/pool",
    "tare.lock:19:17: platforms.linux/amd64[0].location must be a plain path, without . and ..",
  ],
  [
    "      repository: debian/bookworm\n      source: glibc",
    "      repository: other\n      source: glibc",
    "tare.lock:20:19: platforms.linux/amd64[0].repository is none of the repositories above.",
  ],
  [
    "size: 2758208",
    "size: -1",
    "tare.lock:18:13: platforms.linux/amd64[0].size must be a whole number from 0 to 9007199254740991.",
  ],
  ["source: glibc", "sauce: glibc", "tare.lock:14:7: platforms.linux/amd64[0].source is missing."],
])("a lock whose %j became %j is refused with its place", (from, to, sentence) => {
  expect(() => parseLock(text.replace(from, to), { file: "tare.lock" })).toThrowError(sentence);
});

test("a lock is stale when the packages asked for changed, or a platform is missing", () => {
  expect(staleness(lock, recipe, ["linux/amd64"], [])).toEqual([]);
  expect(staleness(lock, recipe, ["linux/arm64"], [])).toEqual(["it has no packages for linux/arm64"]);
  expect(staleness({ ...lock, recipe: digest("d") }, recipe, ["linux/amd64"], [])).toEqual([
    "the recipe's packages or platforms changed after it was written",
  ]);
});

test("what outside the recipe decided is in the lock, and which of it changed is said", () => {
  const inputs = [
    { name: "package.json", digest: digest("1") },
    { name: "web/package-lock.json", digest: digest("2") },
    { name: "files", digest: digest("3") },
  ];
  const decided = { ...lock, inputs };
  expect(lockText(decided)).toContain(
    `inputs:\n  - name: package.json\n    digest: ${digest("1")}\n  - name: web/package-lock.json\n`,
  );
  expect(parseLock(lockText(decided), { file: "tare.lock" }).inputs).toEqual(inputs);
  const reasons = (now: typeof inputs) => staleness(decided, recipe, ["linux/amd64"], now);
  expect(reasons(inputs)).toEqual([]);
  const [manifest, project, files] = inputs.map((input) => ({ ...input, digest: digest("9") }));
  expect(reasons([...inputs.slice(0, 1), project as never, files as never])).toEqual([
    "web/package-lock.json changed after it was written",
    "what programs under files are linked to changed after it was written",
  ]);
  expect(
    reasons([manifest as never, { name: "yarn.lock", digest: digest("4") }, ...inputs.slice(2)]),
  ).toEqual([
    "package.json changed after it was written",
    "web/package-lock.json has gone since it was written",
    "yarn.lock came after it was written",
  ]);
});

test("a lock is written whole, with nothing left beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tare-lock-"));
  try {
    await writeLock(join(folder, "tare.lock"), lock);
    await writeLock(join(folder, "tare.lock"), lock);
    expect(await readdir(folder)).toEqual(["tare.lock"]);
    expect(await readFile(join(folder, "tare.lock"), "utf8")).toBe(text);
  } finally {
    await rm(folder, { recursive: true });
  }
});
