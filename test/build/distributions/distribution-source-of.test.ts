import { describe, expect, test } from "vitest";
import { distributionSourceOf } from "../../../src/build/distributions/distribution-source-of.ts";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { alpine } from "../../../src/sources/alpine/distribution.ts";
import { debian } from "../../../src/sources/debian/distribution.ts";
import { fedora } from "../../../src/sources/fedora/distribution.ts";

const debianItem = "{ from: debian, suite: bookworm }";
const fedoraItem = "{ from: fedora, release: 42 }";
const alpineItem = "{ from: alpine, release: 3.22 }";
const repositories = "[{ name: own, baseurl: https://mirror.example }]";
const archives = "[{ url: https://mirror.example }]";

/** What a recipe with this item is made of. */
const source = (item: string) =>
  distributionSourceOf(parseRecipe(`name: demo\npackages: [${item}]\n`, { file: "tare.yaml" }));

describe("a recipe's distribution", () => {
  test.each([
    [debianItem, debian, "glibc"],
    ["{ from: ubuntu, suite: noble }", debian, "glibc"],
    [fedoraItem, fedora, "glibc"],
    [`{ from: dnf, repositories: ${repositories} }`, fedora, "glibc"],
    [`{ from: yum, repositories: ${repositories} }`, fedora, "glibc"],
    [alpineItem, alpine([]), "musl"],
    [`{ from: apk, repositories: ${archives} }`, alpine([]), "musl"],
    [`{ from: wolfi, repositories: ${archives} }`, alpine([]), "glibc"],
    [`{ from: chainguard, repositories: ${archives} }`, alpine([]), "glibc"],
  ])("%s", (item, distribution, libc) => {
    const found = source(item);
    expect(found?.distribution.name).toBe(distribution.name);
    expect(found?.libc).toBe(libc);
  });

  test("is none where only npm is asked", () => {
    expect(source("{ from: npm, package: ms@2.1.3, node: none }")).toBeUndefined();
  });
});

test("each has a name of its own for a machine, and says which machines it knows", () => {
  const sources = [debianItem, fedoraItem, alpineItem].map(source);
  const arm = { os: "linux", architecture: "arm", variant: "v7" };
  expect(sources.map((one) => one?.architecture(arm))).toEqual(["armhf", "armv7hl", "armv7"]);
  for (const one of sources)
    expect(() => one?.architecture({ os: "linux", architecture: "sparc" })).toThrow("linux/sparc");
});
