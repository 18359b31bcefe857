import { readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { insideTar } from "../../src/extract/inside.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { layOut, type Place } from "../../src/run/lay-out.ts";
import { entriesOf, type Tree } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

const inTar = (tree: Tree) => insideTar(() => writeTar(entriesOf(tree)), "a.tar");
const folder = (path: string): Place => ({ path, type: "directory" });
const file = (path: string): Place => ({ path, type: "file" });
const plan = { owners: false };

test("places that the image lacks are made where its symlinks lead, and only inside", () =>
  withFolder(async (scratch) => {
    const root = join(scratch, "root");
    const tree: Tree = {
      "etc/": {},
      "etc/passwd": "me:x:5:6::/me:",
      "etc/resolv.conf -> ../run/names/resolv.conf": "",
      "up -> ../../../..": "",
      "out -> /srv": "",
      "there/": { mode: 0o700 },
    };
    const places = [
      ...["/up/made", "/out/../out/a", "/there", "/", "/x/../../y/"].map(folder),
      file("/etc/resolv.conf"),
    ];
    const { real, accounts } = await layOut(inTar(tree), root, places, plan);
    expect(Object.fromEntries(real)).toEqual({
      "/up/made": "/made",
      "/out/../out/a": "/srv/a",
      "/there": "/there",
      "/": "/",
      "/x/../../y/": "/y",
      "/etc/resolv.conf": "/run/names/resolv.conf",
    });
    expect(accounts).toEqual({ users: "me:x:5:6::/me:", groups: "" });
    expect((await readdir(root)).sort()).toEqual(
      ["dev", "etc", "made", "out", "proc", "run", "srv", "there", "up", "y"].sort(),
    );
    expect((await stat(join(root, "srv/a"))).isDirectory()).toBe(true);
    expect((await stat(join(root, "run/names/resolv.conf"))).size).toBe(0);
    expect(await readlink(join(root, "out"))).toBe("/srv");
    expect((await stat(join(root, "there"))).mode & 0o777).toBe(0o700);
    expect((await readdir(scratch)).sort()).toEqual(["root", "root.tare.jsonl"]);
  }));

test("a name that begins with .wh. is a file in a tarball, and hides nothing", () =>
  withFolder(async (scratch) => {
    const root = join(scratch, "root");
    await layOut(inTar({ "etc/": {}, "etc/.wh.etc": "x", ".wh.etc": "y" }), root, [], plan);
    expect((await readdir(join(root, "etc"))).sort()).toEqual([".wh.etc"]);
    expect((await readdir(root)).sort()).toEqual([".wh.etc", "dev", "etc", "proc"]);
  }));

test("in an image, no place has a whiteout's name", () =>
  withFolder(async (scratch) => {
    const inside = { ...inTar({}), whiteouts: true };
    const laidOut = layOut(inside, join(scratch, "root"), [folder("/.wh.x")], plan);
    await expect(laidOut).rejects.toThrow("/.wh.x in it is no folder");
    expect(await readdir(scratch)).toEqual([]);
  }));

test.each([
  ["/proc is a symlink", { "proc -> etc": "", "etc/": {} } as Tree, [], "its /proc is no folder"],
  ["/dev is a file", { dev: "x" } as Tree, [], "its /dev is no folder"],
  ["a folder is a file", { srv: "x" } as Tree, [folder("/srv")], "/srv in it is no folder"],
  ["a file is a folder", { "srv/": {} } as Tree, [file("/srv")], "/srv in it is no file"],
  ["a loop", { "a -> b": "", "b -> a": "" } as Tree, [folder("/a/c")], "too many symlinks"],
])("where %s, it is refused, and nothing stays", (_, tree, places, why) =>
  withFolder(async (scratch) => {
    await expect(layOut(inTar(tree), join(scratch, "root"), places, plan)).rejects.toThrow(why);
    expect(await readdir(scratch)).toEqual([]);
  }),
);
