import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders } from "../../src/bytes/make-folders.ts";
import { withFolder } from "../kit/temporary.ts";

test("folders are made as far as they are missing, through links too", () =>
  withFolder(async (folder) => {
    const made: string[] = [];
    for (const path of ["a/b", "a/b/c/d", "a/b"])
      await makeFolders(join(folder, path), (one) => made.push(one));
    expect(made).toEqual(["a", "a/b", "a/b/c", "a/b/c/d"].map((path) => join(folder, path)));
    await mkdir(join(folder, "real"));
    await symlink("real", join(folder, "link"));
    await makeFolders(join(folder, "link"));
    await makeFolders(join(folder, "link/below/it"));
    expect((await stat(join(folder, "real/below/it"))).isDirectory()).toBe(true);
  }));

test("a file in the way, and a place that takes no folders, are errors", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "file"), "");
    await symlink("nowhere/at/all", join(folder, "loose"));
    await expect(makeFolders(join(folder, "file"))).rejects.toThrow("EEXIST");
    await expect(makeFolders(join(folder, "file/below"))).rejects.toThrow("ENOTDIR");
    await expect(makeFolders(join(folder, "loose"))).rejects.toThrow();
    await expect(makeFolders("/proc/tare/none")).rejects.toThrow("ENOENT");
  }));
