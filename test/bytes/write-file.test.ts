import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFailure, writeFileWhole } from "../../src/bytes/write-file.ts";
import { TareError } from "../../src/errors.ts";
import { withFolder } from "../kit/temporary.ts";

test("a file appears whole, over an older one whose mode it keeps", () =>
  withFolder(async (folder) => {
    const file = join(folder, "tare.lock");
    await writeFile(file, "old and longer", { mode: 0o600 });
    expect(await writeFileWhole(file, [Buffer.from("ne"), Buffer.from("w")])).toBe(3);
    expect(await readFile(file, "utf8")).toBe("new");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["tare.lock"]);
  }));

test("links are followed, also to what is not there yet", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "in"));
    await symlink("in/next", join(folder, "link"));
    await symlink("../real", join(folder, "in/next"));
    for (const text of ["first", "second"]) {
      await writeFileWhole(join(folder, "link"), [Buffer.from(text)]);
      expect(await readFile(join(folder, "real"), "utf8")).toBe(text);
    }
    expect(await readlink(join(folder, "link"))).toBe("in/next");
    expect(await readlink(join(folder, "in/next"))).toBe("../real");
    await symlink("round", join(folder, "round"));
    await expect(writeFileWhole(join(folder, "round"), [])).rejects.toThrow("links lead round in a circle");
  }));

test("a source that fails leaves the old file and nothing beside it, and keeps its own error", () =>
  withFolder(async (folder) => {
    const file = join(folder, "tare.lock");
    await writeFile(file, "old");
    const missing = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
    const source = async function* () {
      yield Buffer.from("half");
      throw missing;
    };
    await expect(writeFileWhole(file, source())).rejects.toBe(missing);
    expect(await readFile(file, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["tare.lock"]);
  }));

test.each([
  ["in a folder that is not there", "no/such/file", "its folder does not exist"],
  ["below a file", "file/below", "a part of its path is not a folder"],
  ["over a folder", "folder", "it is a folder"],
  ["with a name that is too long", "n".repeat(250), "its name is too long"],
])("what cannot be written %s is one sentence that names the file itself", (_, path, why) =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "file"), "");
    await mkdir(join(folder, "folder"));
    const file = join(folder, path);
    await expect(writeFileWhole(file, [Buffer.from("x")])).rejects.toThrow(
      `${file} cannot be written: ${why}.`,
    );
    expect((await readdir(folder)).sort()).toEqual(["file", "folder"]);
  }),
);

test("a full disk has a sentence of its own, ours and strangers' errors stay", () => {
  const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  expect(String(writeFailure(full, "/srv/out/x.tar"))).toContain(
    "There is no room left on the disk under /srv/out;",
  );
  const ours = new TareError({ code: "TRUNCATED", what: "x", want: 2, got: 1 });
  const strange = new Error("something else");
  expect(writeFailure(ours, "x")).toBe(ours);
  expect(writeFailure(strange, "x")).toBe(strange);
});
