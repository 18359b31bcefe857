import { expect, test } from "vitest";
import type { PlacedEntry } from "../../src/model/rootfs.ts";
import { stageOf } from "../../src/scripts/before-unpacking.ts";
import { rootOf } from "../kit/folder-root.ts";

/** A path that ends in `/` is a folder; each with its owner. */
function stage(
  files: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, readonly string[]>> = {},
) {
  const entries = Object.entries(files).map(([path, owner]): PlacedEntry => {
    const type = path.endsWith("/") ? "directory" : "file";
    const where = { path: path.replace(/\/$/, ""), type } as const;
    return { ...where, mode: 0o700, uid: 0, gid: 0, uname: "", gname: "", size: 1, mtime: 1, owner };
  });
  const root = rootOf(entries, () => Buffer.from("a package's"));
  const spares = ({ path }: PlacedEntry) => path.startsWith("etc/");
  const packages = ["first", "second"].map((id) => ({ id, folders: folders[id] ?? [], spares }));
  const { workspace, before } = stageOf(root, packages, 7);
  const seen = (id: string, ...paths: string[]) =>
    before(id, () => paths.filter((path) => workspace.lookup(`/${path}`) !== undefined));
  return { workspace, before, seen };
}

test("before a package is unpacked, its files are not there, and those of others are", () => {
  const { seen, workspace } = stage({ "usr/": "first", "usr/one": "first", "usr/two": "second" });
  expect(seen("second", "usr", "usr/one", "usr/two")).toEqual(["usr", "usr/one"]);
  expect(seen("first", "usr", "usr/one")).toEqual([]);
  expect(seen("unheard of", "usr", "usr/one")).toEqual(["usr", "usr/one"]);
  expect(workspace.list("/usr")).toEqual(["one", "two"]);
});

test("a folder is there as soon as the first that lists it, or has anything below it, is", () => {
  const { seen } = stage(
    { "srv/": "second", "opt/": "second", "opt/a/one": "first", "var/": "first" },
    { first: ["srv"], second: ["srv", "opt", "var", "gone"] },
  );
  expect(seen("second", "srv", "opt", "var")).toEqual(["srv", "opt", "var"]);
  expect(seen("first", "srv", "opt", "var")).toEqual([]);
});

test("a folder that no package lists is there while something below it is", () => {
  const { seen, workspace } = stage({ "var/lib/one/x": "first", "var/lib/two/deep/x": "second" });
  expect(seen("second", "var/lib", "var/lib/one", "var/lib/two", "var/lib/two/deep")).toEqual([
    "var/lib",
    "var/lib/one",
  ]);
  expect(workspace.list("/var/lib")).toEqual(["one", "two"]);
  expect(workspace.glob("/var/lib/*/*")).toEqual(["/var/lib/one/x", "/var/lib/two/deep"]);
  expect(workspace.lookup("/var/lib")).toMatchObject({ type: "directory", mode: 0o755, mtime: 7 });
  expect(workspace.lookup("/var/other")).toBeUndefined();
  expect(workspace.entries(() => "")).toEqual([]);
  expect(workspace.write("/var/lib/two/made", "x") && workspace.change("/var/lib/one", { mode: 0o700 })).toBe(
    true,
  );
  expect(workspace.entries(() => "").map(({ path, mode }) => [path, mode])).toEqual([
    ["var/lib/one", 0o700],
    ["var/lib/two/made", 0o644],
  ]);
});

test("what was made where a package's file comes gives way to it, but for what the package spares", () => {
  const { before, workspace } = stage({
    "usr/": "first",
    "etc/": "first",
    "usr/file": "second",
    "usr/mine/": "second",
    "etc/set": "second",
  });
  before("second", () => {
    for (const path of ["/usr/file", "/etc/set", "/usr/own"])
      expect(workspace.write(path, "a script's")).toBe(true);
    expect(workspace.makeDirectory("/usr/mine", false, { mode: 0o711 })).toBe(true);
    expect(workspace.text("/usr/file")).toBe("a script's");
  });
  expect(["/usr/file", "/etc/set", "/usr/own"].map((path) => workspace.text(path))).toEqual([
    "a package's",
    "a script's",
    "a script's",
  ]);
  expect(workspace.lookup("/usr/mine")?.mode).toBe(0o700);
});

test("a folder that was taken away comes back with what a package puts into it", () => {
  const { before, workspace } = stage({
    "usr/": "first",
    "usr/shared/": "first",
    "usr/shared/x": "second",
    "usr/empty/": "first",
  });
  before("second", () => {
    expect(workspace.remove("/usr/shared") && workspace.remove("/usr/empty")).toBe(true);
  });
  expect(workspace.list("/usr")).toEqual(["shared"]);
  expect(workspace.removed()).toEqual(["usr/empty"]);
});

test("what was there before a package's own script stays as it is", () => {
  const { before, workspace } = stage({ "usr/": "first", "usr/file": "second" });
  workspace.write("/usr/file", "an earlier script's");
  before("second", () => workspace.write("/usr/other", "x"));
  expect(workspace.text("/usr/file")).toBe("an earlier script's");
});
