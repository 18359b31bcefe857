import { chmod, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeTree } from "../../src/run/remove-tree.ts";
import { withFolder } from "../kit/temporary.ts";

test("a tree goes, though its folders keep their owner out, and what symlinks lead to stays as it is", () =>
  withFolder(async (outer) => {
    const kept = join(outer, "kept");
    await mkdir(kept, { mode: 0o755 });
    const tree = join(outer, "tree");
    const deep = join(tree, "a/b/c");
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, "file"), "");
    await writeFile(Buffer.from(`${tree}/\xff`, "latin1"), "");
    await symlink(kept, join(tree, "link"));
    for (const folder of [deep, join(tree, "a/b"), join(tree, "a"), tree]) await chmod(folder, 0);
    await removeTree(tree);
    expect(await readdir(outer)).toEqual(["kept"]);
    expect((await stat(kept)).mode & 0o777).toBe(0o755);
  }));
