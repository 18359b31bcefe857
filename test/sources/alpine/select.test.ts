import { describe, expect, test } from "vitest";
import { parseApkIndex } from "../../../src/formats/apk/index-record.ts";
import { selectPackages } from "../../../src/sources/alpine/select.ts";
import { type ApkData, builtApk } from "../../kit/apk-package.ts";

function select(packages: readonly ApkData[], include: readonly string[], more: object = {}) {
  const text = `${packages.map((data) => builtApk(data).stanza).join("\n")}\n`;
  const repositories = [{ repository: "alpine/v3.20/main", records: parseApkIndex(text, "main") }];
  return selectPackages(repositories, { include, exclude: [], architecture: "x86_64", ...more });
}

function choose(packages: readonly ApkData[], include: readonly string[], more: object = {}): string[] {
  return select(packages, include, more).map(
    ({ candidate: { record }, because }) =>
      `${record.name} ${record.version}${because.length > 0 ? ` < ${because.join(" ")}` : ""}`,
  );
}

describe("choosing", () => {
  test("what was asked for and what that needs, through what is provided", () => {
    const packages: ApkData[] = [
      { name: "musl", provides: ["so:libc.musl-x86_64.so.1=1"] },
      { name: "app", depends: ["so:libc.musl-x86_64.so.1", "cmd:sh"] },
      { name: "busybox", provides: ["cmd:sh=1.0-r0"], depends: ["so:libc.musl-x86_64.so.1"] },
      { name: "other" },
    ];
    expect(choose(packages, ["app"])).toEqual([
      "app 1.0-r0",
      "busybox 1.0-r0 < app",
      "musl 1.0-r0 < app busybox",
    ]);
  });

  test("the newest, unless a constraint or the last lock says otherwise", () => {
    const packages: ApkData[] = ["1.0-r0", "1.2_rc1-r0", "1.2-r0", "2.0-r0"].map((version) => ({
      name: "a",
      version,
    }));
    expect(choose(packages, ["a"])).toEqual(["a 2.0-r0"]);
    expect(choose(packages, ["a<2"])).toEqual(["a 1.2-r0"]);
    expect(choose(packages, ["a~1.0"])).toEqual(["a 1.0-r0"]);
    expect(choose(packages, ["a"], { keep: [{ name: "a", version: "1.2_rc1-r0" }] })).toEqual([
      "a 1.2_rc1-r0",
    ]);
  });

  test("among those that provide a name, the one of highest priority", () => {
    const packages: ApkData[] = [
      { name: "app", depends: ["mta"] },
      { name: "one", provides: ["mta"], providerPriority: 10 },
      { name: "two", provides: ["mta"], providerPriority: 100 },
    ];
    expect(choose(packages, ["app"])).toEqual(["app 1.0-r0", "two 1.0-r0 < app"]);
    expect(choose(packages, ["app", "one"])).toContain("one 1.0-r0");
  });

  test("what is to be installed of itself once others are there", () => {
    const packages: ApkData[] = [
      { name: "docs" },
      { name: "app" },
      { name: "app-doc", installIf: ["docs", "app=1.0-r0"] },
    ];
    expect(choose(packages, ["app"])).toEqual(["app 1.0-r0"]);
    expect(choose(packages, ["app", "docs"])).toEqual([
      "app 1.0-r0",
      "app-doc 1.0-r0 < app docs",
      "docs 1.0-r0",
    ]);
  });

  test("the condition is told of what nothing needs and nobody asked for", () => {
    const packages: ApkData[] = [
      { name: "docs" },
      { name: "app" },
      { name: "app-doc", installIf: ["docs", "app=1.0-r0"] },
      { name: "guide", depends: ["app-doc"] },
    ];
    const conditions = (include: readonly string[]) =>
      select(packages, include).flatMap(({ candidate, installIf }) =>
        installIf === undefined ? [] : `${candidate.record.name}: ${installIf.join(" ")}`,
      );
    expect(conditions(["app", "docs"])).toEqual(["app-doc: docs app=1.0-r0"]);
    expect(conditions(["app", "docs", "app-doc"])).toEqual([]);
    expect(conditions(["app", "docs", "guide"])).toEqual([]);
  });

  test("the same where apk itself finds no way, as far as it can stand beside what was chosen", () => {
    const packages: ApkData[] = [
      { name: "app", depends: ["v"] },
      { name: "best", provides: ["v=2"], depends: ["one", "two"] },
      { name: "one", depends: ["x=1.0-r0"] },
      { name: "two", depends: ["x=2.0-r0"] },
      { name: "x", version: "1.0-r0" },
      { name: "x", version: "2.0-r0" },
      { name: "good", provides: ["v=1"] },
      { name: "good-doc", installIf: ["good", "app"], depends: ["reader"] },
      { name: "reader" },
      { name: "reader-doc", version: "1.0-r0", installIf: ["reader>=1"] },
      { name: "reader-doc", version: "2.0-r0", installIf: ["reader>=1"], depends: ["!app"] },
      { name: "contrary", installIf: ["good"], depends: ["!app"] },
      { name: "impossible", installIf: ["good"], depends: ["nowhere"] },
      { name: "unmet", installIf: ["good", "app>2"] },
    ];
    expect(choose(packages, ["app"])).toEqual([
      "app 1.0-r0",
      "good 1.0-r0 < app",
      "good-doc 1.0-r0 < app good",
      "reader 1.0-r0 < good-doc",
      "reader-doc 1.0-r0 < reader",
    ]);
    expect(choose(packages, ["app"], { exclude: ["reader"] })).toEqual(["app 1.0-r0", "good 1.0-r0 < app"]);
  });

  test("packages that need each other", () => {
    const packages: ApkData[] = [
      { name: "a", depends: ["b"] },
      { name: "b", depends: ["a"] },
    ];
    expect(choose(packages, ["a"])).toEqual(["a 1.0-r0", "b 1.0-r0 < a"]);
  });

  test("packages for libraries that others need", () => {
    const packages: ApkData[] = [
      { name: "libstdc++", provides: ["so:libstdc++.so.6=6.0"] },
      { name: "musl", provides: ["so:libc.musl-x86_64.so.1=1"] },
    ];
    const need = (library: string) => ({ library, neededBy: ["app"], file: "/app/x.node" });
    expect(
      choose(packages, [], { libraries: [need("libstdc++.so.6"), need("/lib/ld-musl-x86_64.so.1")] }),
    ).toEqual(["libstdc++ 1.0-r0 < app", "musl 1.0-r0 < app"]);
    expect(() => choose(packages, [], { libraries: [need("libz.so.1")] })).toThrow(
      "has libz.so.1, which app needs",
    );
  });

  test("nothing of another machine", () => {
    expect(() => choose([{ name: "a", architecture: "aarch64" }], ["a"])).toThrow("a cannot be had");
  });
});

describe("what cannot be had is said with its reasons", () => {
  test.each<[string, ApkData[], string[], object, string[]]>([
    ["a name that nobody has", [{ name: "nginx" }], ["ngnix"], {}, ["ngnix", "did you mean nginx?"]],
    [
      "several names that nobody has, at once",
      [{ name: "nginx" }, { name: "curl" }],
      ["ngnix", "nginx", "curll>1", "so:libnone.so.1"],
      {},
      [
        "curll>1 together with ngnix together with so:libnone.so.1 cannot be had",
        "curll>1: no package has that name or provides it; did you mean curl?",
        "ngnix: no package has that name or provides it; did you mean nginx?",
        "so:libnone.so.1: no package",
      ],
    ],
    [
      "a dependency far down",
      [{ name: "a", depends: ["b"] }, { name: "b", depends: ["c>2"] }, { name: "c" }],
      ["a"],
      {},
      ["a 1.0-r0", "b 1.0-r0", "c>2", "there is only c 1.0-r0"],
    ],
    [
      "a conflict",
      [{ name: "a", depends: ["b", "c"] }, { name: "b", depends: ["!c"] }, { name: "c" }],
      ["a"],
      {},
      ["b 1.0-r0", "c 1.0-r0", "conflicts with"],
    ],
    [
      "an excluded one",
      [{ name: "a", depends: ["b"] }, { name: "b" }],
      ["a"],
      { exclude: ["b"] },
      ["b is excluded"],
    ],
    [
      "a choice that nobody made",
      [
        { name: "a", provides: ["v"] },
        { name: "b", provides: ["v"] },
      ],
      ["v"],
      {},
      ["name one of"],
    ],
  ])("%s", (_, packages, include, more, words) => {
    let said = "";
    try {
      choose(packages, include, more);
    } catch (error) {
      said = (error as Error).message;
    }
    for (const word of words) expect(said).toContain(word);
  });

  test("a tag that no repository has, and what is no dependency", () => {
    expect(() => choose([{ name: "a" }], ["a@edge"])).toThrow("no repository has the tag edge");
    expect(() => choose([{ name: "a" }], ["a@edge", "a", "b@testing"])).toThrow(
      '"a@edge, b@testing" does not say which package is wanted: no repository has the tag edge or testing',
    );
    expect(() => choose([{ name: "a" }], ["a=="])).toThrow("does not say which package is wanted");
  });
});

describe("what is in a tagged repository", () => {
  const edge: ApkData[] = [
    { name: "tool", depends: ["base", "lib"] },
    { name: "lib" },
    { name: "baselayout" },
    { name: "iff", installIf: ["tool"] },
  ];
  const main: ApkData[] = [{ name: "base" }];
  const read = (packages: readonly ApkData[], name: string) =>
    parseApkIndex(`${packages.map((data) => builtApk(data).stanza).join("\n")}\n`, name);
  const repositories = [
    { repository: "main", records: read(main, "main") },
    { repository: "edge", records: read(edge, "edge"), tag: "edge" },
  ];
  const names = (include: readonly string[]) =>
    selectPackages(repositories, { include, exclude: [], architecture: "x86_64" }).map(
      ({ candidate: { record } }) => record.name,
    );

  test("comes for a want with its tag, with what that needs and what sets itself off", () => {
    expect(names(["tool@edge"])).toEqual(["base", "iff", "lib", "tool"]);
    expect(names(["tool@edge", "lib"])).toEqual(["base", "iff", "lib", "tool"]);
    expect(names(["tool@edge", "baselayout@edge"])).toEqual(["base", "baselayout", "iff", "lib", "tool"]);
  });

  test("does not come for what a want with its tag might have led to, and did not", () => {
    const either = [
      {
        repository: "main",
        records: read([{ name: "a", provides: ["v=1"], providerPriority: 100 }], "main"),
      },
      {
        repository: "edge",
        records: read(
          [
            { name: "tool", depends: ["v"] },
            { name: "b", provides: ["v=1"], providerPriority: 10, depends: ["baselayout"] },
            { name: "baselayout" },
          ],
          "edge",
        ),
        tag: "edge",
      },
    ];
    const include = ["tool@edge", "baselayout"];
    expect(() => selectPackages(either, { include, exclude: [], architecture: "x86_64" })).toThrow(
      "is in a tagged repository",
    );
  });

  test.each([[["baselayout"]], [["tool@edge", "baselayout"]], [["lib@edge", "tool"]]])(
    "does not come for a want without it: %j",
    (include) => {
      expect(() => names(include)).toThrow("is in a tagged repository");
    },
  );
});
