import { expect, test } from "vitest";
import { fileFlag, type RpmFile } from "../../../src/formats/rpm/files.ts";
import { fileState } from "../../../src/formats/rpm/installed-header.ts";
import { compose } from "../../../src/rootfs/compose.ts";
import { fileStates } from "../../../src/sources/fedora/file-states.ts";
import type { PlacedRpm } from "../../../src/sources/fedora/placed-rpm.ts";
import { pieceOf } from "../../kit/facts.ts";

const file = (path: string, more: Partial<RpmFile> = {}) =>
  ({
    path,
    type: "file",
    mode: 0o644,
    user: "root",
    group: "root",
    digest: path,
    link: "",
    flags: 0,
    capabilities: "",
    color: 0,
    device: 0,
    ...more,
  }) as RpmFile;

const rpm = (id: string, ...files: readonly RpmFile[]) => ({ id, files }) as unknown as PlacedRpm;

/** What a root has, and what became of the packages' files; of two that have a path, the later keeps it. */
const states = (
  pieces: Readonly<Record<string, Readonly<Record<string, string>>>>,
  packages: readonly PlacedRpm[],
) => {
  const all = Object.entries(pieces).map(([id, files]) => pieceOf(id, files));
  return fileStates(compose(all, () => "later").view, packages);
};

test("what is there is normal, what was left out is not installed, a ghost is never missed", () => {
  const ghost = file("var/log/ghost", { flags: fileFlag.ghost });
  expect(
    states({ one: { "etc/there": "x" } }, [rpm("one", file("etc/there"), file("usr/share/doc/one"), ghost)]),
  ).toEqual([[fileState.normal, fileState.notInstalled, fileState.normal]]);
});

test("a file is found by way of the links of its directories", () => {
  const pieces = { one: { "usr/bin/": "", bin: "-> usr/bin", "usr/bin/tool": "x" } };
  expect(states(pieces, [rpm("one", file("bin/tool"), file("bin/none"))])).toEqual([
    [fileState.normal, fileState.notInstalled],
  ]);
});

test("a path that another package keeps is shared, of the wrong colour, or replaced", () => {
  const paths = ["usr/bin/shared", "usr/bin/program", "etc/other"];
  const pieces = Object.fromEntries(
    ["small", "large"].map((id) => [id, Object.fromEntries(paths.map((path) => [path, id]))]),
  );
  const files = (digest: string, color: number) => [
    file("usr/bin/shared"),
    file("usr/bin/program", { digest, color }),
    file("etc/other", { digest }),
  ];
  expect(states(pieces, [rpm("small", ...files("32", 1)), rpm("large", ...files("64", 2))])).toEqual([
    [fileState.normal, fileState.wrongColor, fileState.replaced],
    [fileState.normal, fileState.normal, fileState.normal],
  ]);
});

test("a directory belongs to everybody who has it", () => {
  const pieces = { one: { "etc/shared/": "" }, two: { "etc/shared/": "" } };
  const folder = file("etc/shared", { type: "directory", digest: "" });
  expect(states(pieces, [rpm("one", folder), rpm("two", folder)])).toEqual([
    [fileState.normal],
    [fileState.normal],
  ]);
});
