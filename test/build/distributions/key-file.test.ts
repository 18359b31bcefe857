import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readKeyFiles } from "../../../src/build/distributions/key-file.ts";
import { withFolder } from "../../kit/temporary.ts";

test("keys of apk are a file, or all that a folder has, by their names", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "keys"));
    await writeFile(join(folder, "keys/b.rsa.pub"), "b");
    await writeFile(join(folder, "keys/a.rsa.pub"), "a");
    await writeFile(join(folder, "keys/README"), "none");
    const names = async (name: string) => (await readKeyFiles(name, folder)).map((one) => one.name);
    expect(await names("keys")).toEqual(["a.rsa.pub", "b.rsa.pub"]);
    expect(await names("keys/b.rsa.pub")).toEqual(["b.rsa.pub"]);
    await expect(names("absent")).rejects.toThrow("the recipe names it as a file with keys (absent)");
  }));
