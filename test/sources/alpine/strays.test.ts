import { describe, expect, test } from "vitest";
import { parseApkDependency } from "../../../src/formats/apk/dependency.ts";
import { parseApkIndex } from "../../../src/formats/apk/index-record.ts";
import { Archive } from "../../../src/sources/alpine/candidates.ts";
import { strays } from "../../../src/sources/alpine/strays.ts";
import { type ApkData, builtApk } from "../../kit/apk-package.ts";

const read = (packages: readonly ApkData[]) =>
  parseApkIndex(`${packages.map((data) => builtApk(data).stanza).join("\n")}\n`, "index");

/** Of all packages of a main repository and of one with the tag `edge`, those that nothing led to. */
function stray(main: readonly ApkData[], edge: readonly ApkData[], wants: readonly string[]): string {
  const repositories = [
    { repository: "main", records: read(main) },
    { repository: "edge", records: read(edge), tag: "edge" },
  ];
  const archive = new Archive(repositories, "x86_64", new Set(), []);
  const all = [...new Set([...main, ...edge].flatMap(({ name }) => archive.offers(name)))].map(
    ({ candidate }) => candidate,
  );
  return strays(
    all,
    wants.map((want) => parseApkDependency(want, "include")),
  )
    .map(({ record }) => record.name)
    .join(" ");
}

describe("what only a tagged repository has is a stray", () => {
  const tool: ApkData = { name: "tool", depends: ["lib", "so:x.so.1"] };
  const lib: ApkData = { name: "lib" };
  const x: ApkData = { name: "x", provides: ["so:x.so.1=1"] };

  test("unless a want has the tag, or leads there", () => {
    expect(stray([], [tool, lib, x], ["tool@edge"])).toBe("");
    expect(stray([], [tool, lib, x], ["lib@edge"])).toBe("tool x");
    expect(stray([], [tool, lib, x], ["tool"])).toBe("tool lib x");
  });

  test("unless another repository has the very same", () => {
    expect(stray([lib], [tool, lib, x], [])).toBe("tool x");
  });

  test("unless something that a want led to sets it off", () => {
    const docs: ApkData = { name: "docs", installIf: ["base", "tool"] };
    expect(stray([{ name: "base" }], [tool, lib, x, docs], ["tool@edge"])).toBe("");
    expect(stray([{ name: "base" }], [tool, lib, x, docs], ["lib@edge"])).toBe("tool x docs");
  });
});
