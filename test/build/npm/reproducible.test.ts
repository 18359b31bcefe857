import { chmod, cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BuildResult } from "../../../src/model/result.ts";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import {
  elfFor,
  type NpmWorkplace,
  type NpmWorkplaceData,
  withNpmWorkplace,
} from "../../kit/npm-workplace.ts";
import { seededBytes } from "../../kit/seeded-bytes.ts";

/** Sorted as bytes, by a locale, and in Turkish these come in different orders. */
const names = ["I", "i", "z", "_", "a-b", "a.b"];
const npm: NpmPackageData[] = [
  ...["ms", "a-b", "a.b", "i", "z", "x_"].map((name) => ({
    name,
    bin: { [`${name}-run`]: "./run.js" },
    files: Object.fromEntries([
      ["run.js", "#!/usr/bin/env node\n"],
      ...names.map((file) => [`${file}.js`, file]),
    ]),
  })),
  { name: "large", dependencies: { ms: "2" }, files: { "data.bin": seededBytes(4, 3_000_000) } },
  { name: "ms", version: "2.0.0" },
  { name: "addon", files: { "a.node": elfFor("x64", ["libc.so.6"]) } },
];
const dependencies = { ms: "1", "a-b": "1", "a.b": "1", i: "1", z: "1", x_: "1", large: "1", addon: "1" };
const data: NpmWorkplaceData = {
  npm,
  project: { name: "mine", version: "1.0.0", dependencies, workspaces: ["packages/*"] },
  files: { "packages/own/package.json": '{"name":"own","version":"1.0.0"}', "packages/own/run": "run" },
  recipe: { files: [{ from: "packages", to: "/app/packages" }] },
};

/** The recipe, its lock and its project in another folder. */
async function elsewhere(place: NpmWorkplace, name: string, mode: number): Promise<string> {
  const folder = join(place.folder, name);
  await mkdir(folder, { recursive: true });
  for (const file of ["tare.yaml", "tare.lock", "keys.gpg", "package.json", "package-lock.json", "packages"])
    await cp(join(place.folder, file), join(folder, file), { recursive: true });
  await chmod(join(folder, "packages/own"), 0o777 & ~mode);
  await chmod(join(folder, "packages/own/package.json"), 0o666 & ~mode);
  return folder;
}

async function build(place: NpmWorkplace, folder: string, line: string, environment = {}, umask = "022") {
  const ended = await place.start(`build --locked --quiet --json ${line}`, {
    folder,
    environment: {
      TARE_STORE: join(folder, "store"),
      npm_config_cache: join(folder, "cache"),
      ...environment,
    },
    under: ["sh", "-c", `umask ${umask}; exec "$@"`, "sh"],
  }).ended;
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(ended.stdout) as BuildResult).images;
}

test("the same lock gives the same image, wherever and however it is built", {
  timeout: 120_000,
}, async () => {
  await withNpmWorkplace(data, async (place) => {
    await place.lockProject();
    expect((await place.tare("lock --quiet")).code).toBe(0);
    const here = await elsewhere(place, "here", 0o022);
    const there = await elsewhere(place, "there/a longer path", 0o077);
    const first = await build(place, here, "--threads 1", { LANG: "C", LC_ALL: "C", TZ: "UTC" });
    const strange = { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Pacific/Kiritimati", HOME: there };
    const second = await build(place, there, "--threads 4", strange, "077");
    expect(second).toEqual(first);
    expect(await build(place, here, "--threads 2")).toEqual(first);
    await rm(join(here, "store"), { recursive: true });
    expect(await build(place, here, "--threads 3")).toEqual(first);
  });
});

test("locking again gives the same lock, byte for byte", async () => {
  const { workspaces: _, ...project } = data.project ?? {};
  await withNpmWorkplace({ ...data, project }, async (place) => {
    expect((await place.tare("lock --quiet")).code).toBe(0);
    const before = await place.lock();
    expect((await place.tare("lock --json")).out).toContain('"changed": false');
    await rm(place.store, { recursive: true });
    await rm(join(place.folder, ".npm"), { recursive: true });
    await rm(join(place.folder, "tare.lock"));
    expect((await place.tare("lock --quiet")).code).toBe(0);
    expect(await place.lock()).toBe(before);
  });
});
