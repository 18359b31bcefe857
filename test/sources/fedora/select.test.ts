import { describe, expect, test } from "vitest";
import { selectPackages } from "../../../src/sources/fedora/select.ts";
import type { IndexedRepository, Wants } from "../../../src/sources/fedora/wants.ts";
import { type IndexedRpm, indexedRepository } from "../../kit/rpm-index.ts";

/** `NAME-VERSION.ARCH < THOSE THAT NEED IT`, of everything that is chosen. */
function chooseFrom(
  repositories: readonly IndexedRepository[],
  include: readonly string[],
  more: Partial<Wants> = {},
): string[] {
  const wants = { include, architecture: "x86_64", recommends: false, exclude: [], ...more };
  return selectPackages(repositories, wants).packages.map(
    ({ name, version, architecture, because }) =>
      `${name}-${version}.${architecture}${because.length > 0 ? ` < ${because.join(" ")}` : ""}`,
  );
}

const choose = (packages: readonly IndexedRpm[], include: readonly string[], more?: Partial<Wants>) =>
  chooseFrom([indexedRepository(packages)], include, more);

describe("what comes along", () => {
  test("is what is needed, by name, by what is provided and by file, with those that need it", () => {
    const packages: IndexedRpm[] = [
      { name: "app", requires: ["lib >= 2", "/usr/bin/sh", "virtual(thing) = 3"] },
      { name: "lib", version: "2" },
      { name: "shell", files: ["/usr/bin/sh"], requires: ["lib"] },
      { name: "thing", provides: ["virtual(thing) = 3"] },
      { name: "other" },
    ];
    expect(choose(packages, ["app"])).toEqual([
      "app-1-1.x86_64",
      "lib-2-1.x86_64 < app shell",
      "shell-1-1.x86_64 < app",
      "thing-1-1.x86_64 < app",
    ]);
  });

  test("is the condition's part of a rich dependency only where the condition holds", () => {
    const packages: IndexedRpm[] = [
      { name: "app", requires: ["(plugin if desktop)"] },
      { name: "plugin" },
      { name: "desktop" },
    ];
    expect(choose(packages, ["app"])).toEqual(["app-1-1.x86_64"]);
    expect(choose(packages, ["app", "desktop"])).toContain("plugin-1-1.x86_64 < app");
  });

  test("is what is recommended, or supplements, only when that was asked for, and never what cannot be had", () => {
    const packages: IndexedRpm[] = [
      { name: "app", recommends: ["nice", "broken"], suggests: ["rare"] },
      { name: "nice" },
      { name: "broken", requires: ["nobody"] },
      { name: "rare" },
      { name: "language", supplements: ["app"] },
    ];
    expect(choose(packages, ["app"])).toEqual(["app-1-1.x86_64"]);
    expect(choose(packages, ["app"], { recommends: true }).map((one) => one.split(" ")[0])).toEqual([
      "app-1-1.x86_64",
      "language-1-1.x86_64",
      "nice-1-1.x86_64",
    ]);
  });

  test("is a package for each library that files from elsewhere need, of the machine's own architecture", () => {
    const provides = ["libz.so.1()(64bit)", "libz.so.1"];
    const packages: IndexedRpm[] = [
      { name: "zlib", provides: provides.slice(0, 1) },
      { name: "zlib", architecture: "i686", provides: provides.slice(1) },
      { name: "glibc", files: ["/lib64/ld-linux-x86-64.so.2"], provides: ["/lib64/ld-linux-x86-64.so.2"] },
    ];
    const need = (library: string) => ({ library, neededBy: ["addon"], file: "/app/addon.node" });
    const libraries = [need("libz.so.1"), need("/lib64/ld-linux-x86-64.so.2")];
    expect(choose(packages, [], { libraries })).toEqual([
      "glibc-1-1.x86_64 < addon",
      "zlib-1-1.x86_64 < addon",
    ]);
    expect(() => choose(packages, [], { libraries: [need("libssl.so.3")] })).toThrow("libssl.so.3");
  });
});

describe("of several repositories", () => {
  const release = indexedRepository([{ name: "app" }, { name: "lib" }], { repository: "fedora/release" });
  const updates = indexedRepository([{ name: "app", version: "2" }], { repository: "fedora/updates" });

  test("the newest package is taken, from whichever it is", () => {
    expect(chooseFrom([release, updates], ["app"])).toEqual(["app-2-1.x86_64"]);
  });

  test("the one of the better priority is taken, though it is older", () => {
    const better = { ...release, priority: 10 };
    expect(chooseFrom([better, updates], ["app"])).toEqual(["app-1-1.x86_64"]);
    expect(chooseFrom([updates, better], ["app"])).toEqual(["app-1-1.x86_64"]);
  });

  test("a worse priority is no bar where only that repository meets what is needed", () => {
    const needing = indexedRepository([{ name: "tool", requires: ["app >= 2"] }], { priority: 10 });
    expect(chooseFrom([needing, { ...release, priority: 10 }, updates], ["tool"])).toEqual([
      "app-2-1.x86_64 < tool",
      "tool-1-1.x86_64",
    ]);
  });

  test("what one of them excludes is taken from another", () => {
    for (const excluded of ["app", "a*", "app-2", "app-2-1.x86_64", "app.x86_64"])
      expect(chooseFrom([release, { ...updates, excludes: [excluded] }], ["app"])).toEqual([
        "app-1-1.x86_64",
      ]);
  });

  test("of which one names what may come from it, nothing else does", () => {
    const newer = indexedRepository([
      { name: "app", version: "3" },
      { name: "lib", version: "3" },
    ]);
    expect(chooseFrom([release, { ...newer, includes: ["lib"] }], ["app", "lib"])).toEqual([
      "app-1-1.x86_64",
      "lib-3-1.x86_64",
    ]);
  });
});

describe("architectures", () => {
  const glibc: IndexedRpm[] = [
    { name: "glibc", version: "2", provides: ["libc.so.6()(64bit)"] },
    { name: "glibc", version: "2", architecture: "i686", provides: ["libc.so.6"] },
    { name: "glibc", version: "2", architecture: "aarch64" },
    { name: "data", architecture: "noarch" },
  ];

  test("are the machine's own, and none", () => {
    expect(choose(glibc, ["glibc", "data"])).toEqual(["data-1-1.noarch", "glibc-2-1.x86_64"]);
    expect(choose(glibc, ["glibc", "data"], { architecture: "aarch64" })).toEqual([
      "data-1-1.noarch",
      "glibc-2-1.aarch64",
    ]);
  });

  test("are another that the machine runs where that is asked for by name", () => {
    expect(choose(glibc, ["glibc.i686"])).toEqual(["glibc-2-1.i686"]);
    expect(() => choose(glibc, ["glibc.aarch64"])).toThrow("glibc.aarch64 cannot be had");
  });

  test("stand side by side where a program of the other one needs its library", () => {
    const wine: IndexedRpm = { name: "wine", requires: ["libc.so.6", "libc.so.6()(64bit)"] };
    expect(choose([...glibc, wine], ["wine"])).toEqual([
      "glibc-2-1.i686 < wine",
      "glibc-2-1.x86_64 < wine",
      "wine-1-1.x86_64",
    ]);
  });

  test("do not stand side by side in two versions", () => {
    const wine: IndexedRpm = { name: "wine", requires: ["libc.so.6", "libc.so.6()(64bit)"] };
    const apart = glibc.map((one) => (one.architecture === "i686" ? { ...one, version: "1" } : one));
    expect(() => choose([...apart, wine], ["wine"])).toThrow(
      "glibc-1-1.i686 is not for the machine's own architecture",
    );
  });
});

describe("what stands in the place of another", () => {
  test("is taken for its name, by name and not by what is provided", () => {
    const packages: IndexedRpm[] = [
      { name: "old" },
      { name: "new", obsoletes: ["old < 2"] },
      { name: "alias", provides: ["old = 1"] },
    ];
    expect(choose(packages, ["old"])).toEqual(["new-1-1.x86_64"]);
    expect(choose(packages.slice(0, 2), ["old", "old-1-1"])).toEqual(["old-1-1.x86_64"]);
  });

  test("does not stand beside it", () => {
    const packages: IndexedRpm[] = [
      { name: "old" },
      { name: "new", obsoletes: ["old"] },
      { name: "app", requires: ["old"] },
    ];
    expect(() => choose(packages, ["app", "new"])).toThrow("new-1-1.x86_64 obsoletes old-1-1.x86_64");
  });
});

test("only kernels stand beside another version of themselves", () => {
  const two = (more: Partial<IndexedRpm>): IndexedRpm[] => [
    { name: "it", ...more },
    { name: "it", version: "2", ...more },
  ];
  const both = ["it-1-1", "it-2-1"];
  expect(() => choose(two({}), both)).toThrow("is another version of");
  expect(choose(two({ provides: ["installonlypkg(kernel)"] }), both)).toHaveLength(2);
});

describe("the versions of the last lock", () => {
  const packages: IndexedRpm[] = [
    { name: "lib" },
    { name: "lib", version: "2" },
    { name: "app", requires: ["lib"] },
    { name: "tool", requires: ["lib >= 2"] },
  ];
  const keep = [{ name: "lib", version: "1-1", architecture: "x86_64" }];

  test("are kept where they do", () => {
    expect(choose(packages, ["app"], { keep })).toContain("lib-1-1.x86_64 < app");
  });

  test("give way to what is needed", () => {
    expect(choose(packages, ["app", "tool"], { keep })).toContain("lib-2-1.x86_64 < app tool");
  });

  test("do not count once they are gone, or for another architecture", () => {
    for (const gone of [
      { name: "lib", version: "0-1", architecture: "x86_64" },
      { name: "lib", version: "1-1", architecture: "i686" },
    ])
      expect(choose(packages, ["app"], { keep: [gone] })).toContain("lib-2-1.x86_64 < app");
  });
});

describe("what cannot be had is said with its reasons", () => {
  const packages: IndexedRpm[] = [
    { name: "app", requires: ["lib >= 2"] },
    { name: "lib" },
    { name: "tool", requires: ["parts"] },
    { name: "parts" },
  ];
  test.each<[string, string[], Partial<Wants>, string[]]>([
    ["a name that nobody has", ["toool"], {}, ["toool: nothing offers that; did you mean tool?"]],
    ["a version that nobody has", ["app"], {}, ["app-1-1.x86_64 needs lib >= 2", "only lib-1-1.x86_64"]],
    ["one that is excluded", ["tool"], { exclude: ["par*"] }, ["needs parts, but parts.x86_64 is excluded"]],
    ["one that was asked for and is excluded", ["tool"], { exclude: ["tool"] }, ["tool.x86_64 is excluded"]],
    ["one of another machine", ["tool"], { architecture: "s390x" }, ["tool.x86_64 is for another machine"]],
  ])("%s", (_, include, more, words) => {
    for (const word of words) expect(() => choose(packages, include, more)).toThrow(word);
  });
});

test("a package that cannot be trusted is refused when it is chosen, and does not matter otherwise", () => {
  const packages: IndexedRpm[] = [
    { name: "app" },
    { name: "weak", checksumType: "sha1", checksum: "0".repeat(40) },
    { name: "outside", location: "../app.rpm" },
    { name: "elsewhere", base: "https://mirror.example/" },
  ];
  expect(choose(packages, ["app"])).toEqual(["app-1-1.x86_64"]);
  expect(() => choose(packages, ["weak"])).toThrow("the index names no SHA256 of it (only sha1)");
  expect(() => choose(packages, ["outside"])).toThrow("its place is not a path inside the repository");
  expect(() => choose(packages, ["elsewhere"])).toThrow("it lies outside its repository");
});

test("the source that a package was made of is named by its file; else it is the package itself", () => {
  const repository = indexedRepository([
    { name: "httpd-core", sourceRpm: "httpd-2.4.62-1.fc41.src.rpm" },
    { name: "plain", sourceRpm: "../../odd" },
  ]);
  const wants = { include: ["httpd-core", "plain"], architecture: "x86_64", recommends: false, exclude: [] };
  expect(selectPackages([repository], wants).packages.map(({ source }) => source)).toEqual([
    "httpd",
    "plain",
  ]);
});
