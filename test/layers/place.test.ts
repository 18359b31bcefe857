import { expect, test } from "vitest";
import { exclude, include } from "../../src/layers/excludes.ts";
import { placer } from "../../src/layers/place.ts";
import type { EntryHeader } from "../../src/model/entry.ts";
import type { SegmentPolicy } from "../../src/model/segment.ts";
import { factOf } from "../kit/facts.ts";

const place = (header: EntryHeader, wanted: SegmentPolicy) => placer(wanted)(header);
const policy = (rest: Partial<SegmentPolicy> = {}): SegmentPolicy => ({
  aliases: [
    { from: "bin", to: "usr/bin" },
    { from: "lib", to: "usr/lib" },
    { from: "lib64", to: "usr/lib64" },
  ],
  excludes: [],
  omit: [],
  below: "",
  strip: false,
  latest: undefined,
  ...rest,
});

test.each([
  ["bin/sh", "usr/bin/sh"],
  ["bin/", "usr/bin"],
  ["lib64/ld.so", "usr/lib64/ld.so"],
  ["lib/x/y", "usr/lib/x/y"],
  ["binary", "binary"],
  ["usr/bin/sh", "usr/bin/sh"],
  ["", ""],
])("%s is placed at %s", (path, placed) => {
  expect(place(factOf(path), policy())?.path).toBe(placed);
});

test("a link keeps its path and its text; a hardlink's target is placed like any file", () => {
  expect(place(factOf("bin", "-> usr/bin"), policy())).toMatchObject({ path: "bin", link: "usr/bin" });
  expect(place(factOf("bin/sh", "-> ../lib/sh"), policy())).toMatchObject({
    path: "usr/bin/sh",
    link: "../lib/sh",
  });
  expect(place(factOf("bin/b", "= bin/a"), policy())).toMatchObject({ path: "usr/bin/b", link: "usr/bin/a" });
});

test.each([
  [
    "on from one link into the next",
    [
      { from: "bin", to: "usr/bin" },
      { from: "usr/bin", to: "opt/b" },
    ],
    "bin/x",
    "opt/b/x",
  ],
  [
    "by the longest match",
    [
      { from: "a", to: "x" },
      { from: "a/b", to: "y" },
    ],
    "a/b/c",
    "y/c",
  ],
  ["into the root", [{ from: "root", to: "" }], "root/etc/x", "etc/x"],
  ["not for ever, when links lead into themselves", [{ from: "a", to: "a/a" }], "a/x", "a/a/a/x"],
])("paths are led %s", (_, aliases, path, placed) => {
  expect(place(factOf(path), policy({ aliases }))?.path).toBe(placed);
});

test("excludes judge the path as the package spells it", () => {
  const excludes = [exclude("/bin/*"), include("/bin/sh")];
  expect(place(factOf("bin/ls"), policy({ excludes }))).toBeUndefined();
  expect(place(factOf("bin/sh"), policy({ excludes }))?.path).toBe("usr/bin/sh");
  expect(place(factOf("usr/bin/ls"), policy({ excludes }))?.path).toBe("usr/bin/ls");
});

test.each([
  [
    { mtime: 99, nanoseconds: 5 },
    { mtime: 99, nanoseconds: 5 },
  ],
  [{ mtime: 100, nanoseconds: 5 }, { mtime: 100 }],
  [{ mtime: 101 }, { mtime: 100 }],
  [{ mtime: -1 }, { mtime: -1 }],
])("with a latest time of 100 s, %j becomes %j", (time, placed) => {
  const { mtime, nanoseconds } = place({ ...factOf("x"), ...time }, policy({ latest: 100 })) ?? {};
  expect({ mtime, ...(nanoseconds !== undefined && { nanoseconds }) }).toEqual(placed);
});

test("a package's own noise is left out, unless a rule of the policy says otherwise", () => {
  const isNoise = (path: string) => path.startsWith("docs/");
  const below = policy({ below: "app/node_modules/ms", excludes: [include("/app/*/keep.md")] });
  const kept = (path: string) => placer(below, isNoise)(factOf(path))?.path;
  expect(["index.js", "docs/a.md", "docs/keep.md"].map(kept)).toEqual([
    "app/node_modules/ms/index.js",
    undefined,
    "app/node_modules/ms/docs/keep.md",
  ]);
});
