import { expect, test } from "vitest";
import { parseApkIndex } from "../../../src/formats/apk/index-record.ts";
import { selectPackages } from "../../../src/sources/alpine/select.ts";
import { type ApkData, builtApk } from "../../kit/apk-package.ts";

const many = (count: number, make: (at: number) => Omit<ApkData, "name">) =>
  Array.from({ length: count }, (_, at): ApkData => ({ name: `p${at}`, ...make(at) }));

test.each<[string, readonly ApkData[], RegExp]>([
  [
    "that nothing can be made of",
    many(1000, () => ({ provides: ["x=1"], depends: ["nobody"] })),
    /bear on each other in more than 500000 ways, and were not looked through$/,
  ],
  [
    "that all provide thousands of things",
    many(4, () => ({ provides: ["x=1", ...Array.from({ length: 3000 }, (_, at) => `y${at}=1`)] })),
    /bear on each other in more than 10000000 ways, and were not looked through$/,
  ],
])(
  "packages %s are not looked through when they are too many",
  (_, packages, why) => {
    const text = `${packages.map((data) => builtApk(data).stanza).join("\n")}\n`;
    const repositories = [{ repository: "main", records: parseApkIndex(text, "main") }];
    const wants = { include: ["x"], exclude: [], architecture: "x86_64" };
    expect(() => selectPackages(repositories, wants)).toThrow(why);
  },
  60_000,
);
