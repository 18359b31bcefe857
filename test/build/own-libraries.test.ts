import { chmod, mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ownLibraries } from "../../src/build/own-libraries.ts";
import type { RecipeFile } from "../../src/build/recipe/recipe.ts";
import { elfFile } from "../kit/elf-file.ts";
import { withFolder } from "../kit/temporary.ts";

const addon = elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libc.so.6"] });
const file = (rest: Partial<RecipeFile> & { to: string }): RecipeFile => rest as RecipeFile;

async function found(files: Readonly<Record<string, Uint8Array | string>>, recipe: readonly RecipeFile[]) {
  return withFolder(async (folder) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      if (typeof content === "string" && content.startsWith("-> "))
        await symlink(content.slice(3), join(folder, path));
      else await writeFile(join(folder, path), content);
    }
    const all = await ownLibraries(recipe, folder);
    return all.map(({ path, link, elf, owner }) => `${owner} ${path} ${link ?? elf?.needed.join()}`);
  });
}

test("programs, libraries and links, where they will lie, each on its own behalf", async () => {
  const files = {
    "dist/index.js": "x".repeat(100),
    "dist/a.node": addon,
    "dist/b.so": "-> a.node",
    "dist/tests/c.node": addon,
  };
  const recipe = [
    file({ from: "dist", to: "srv", ignore: ["tests"] }),
    file({ from: "dist/a.node", to: "usr/bin/a" }),
    file({ text: "hi", to: "etc/motd" }),
    file({ directory: true, to: "var/x" }),
  ];
  expect(await found(files, recipe)).toEqual([
    "/srv/a.node srv/a.node libc.so.6",
    "/srv/b.so srv/b.so a.node",
    "/usr/bin/a usr/bin/a libc.so.6",
  ]);
});

test("a later file takes the place of an earlier one", async () => {
  const files = { a: addon, b: "x".repeat(100) };
  const recipe = [file({ from: "a", to: "x" }), file({ from: "b", to: "x" })];
  expect(await found(files, recipe)).toEqual([]);
});

test("an empty file, one that is cut short, and one with its name only are none", async () => {
  const files = { "d/a": "", "d/b": addon.subarray(0, 60), "d/c": "\x7fELF", "d/e": "\x7fELF".repeat(100) };
  expect(await found(files, [file({ from: "d", to: "d" })])).toEqual([]);
});

test("of a large file that is none, nothing but its beginning is read", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "large"), "no ELF");
    await truncate(join(folder, "large"), 2 ** 36);
    expect(await ownLibraries([file({ from: "large", to: "x" })], folder)).toEqual([]);
  });
});

test("one that may not be read is said", async (context) => {
  if (process.getuid?.() === 0) return context.skip("root may read everything");
  await withFolder(async (folder) => {
    await writeFile(join(folder, "a"), addon);
    await chmod(join(folder, "a"), 0);
    await expect(ownLibraries([file({ from: "a", to: "x" })], folder)).rejects.toMatchObject({
      code: "UNREADABLE",
    });
  });
});
