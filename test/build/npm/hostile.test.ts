import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import { type NpmWorkplace, type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const ms: NpmPackageData = { name: "ms", files: { "index.js": "1" } };
const project = { name: "mine", version: "1.0.0", dependencies: { ms: "1" } };

async function refusal(data: NpmWorkplaceData, spoil: (place: NpmWorkplace) => unknown) {
  return withNpmWorkplace(data, async (place) => {
    await spoil(place);
    return place.refusal();
  });
}

describe("a tare.lock that somebody changed", () => {
  const change = async (place: NpmWorkplace, from: string, to: string) => {
    await place.tare("lock --quiet");
    await rm(place.store, { recursive: true });
    const file = join(place.folder, "tare.lock");
    await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
  };
  const changed = (from: string, to: string) =>
    refusal({ npm: [ms], project }, (place) => change(place, from, to));

  test("places nothing outside of the application", async () => {
    await withNpmWorkplace({ npm: [ms], project }, async (place) => {
      await change(place, "path: node_modules/ms", 'path: "node_modules/../../etc"');
      const { code, notes } = await place.tare("build --quiet");
      expect(code).toBe(2);
      expect(notes[0]).toMatch(/^tare\.lock:\d+:13: \S+\.path must be a plain path, without \. and \.\./);
    });
  });

  test("makes npm clone nothing", async () => {
    expect(await changed("- name: ms\n", '- name: "git+ssh://git@host.invalid/x"\n')).toEqual({
      code: 3,
      says: '"git+ssh://git@host.invalid/x 1.0.0" of npm cannot be used: that is no name of npm.',
    });
    const { code, says } = await changed(
      "location: ms/-/ms-1.0.0.tgz",
      "location: https://github.com/a/b.git",
    );
    expect({ code, says }).toEqual({
      code: 3,
      says: "ms 1.0.0 could not be fetched: https://github.com/a/b.git: npm takes it for a git repository, and only tarballs are fetched.",
    });
  });
});

describe("a package-lock.json that somebody changed", () => {
  const resolvedTo = (fields: object) =>
    refusal({ npm: [ms], project }, async (place) => {
      await place.lockProject();
      await place.editLock((packages) => Object.assign(packages["node_modules/ms"] ?? {}, fields));
    });

  test("reads no file and clones nothing", async () => {
    const todo = "name another version or package in package.json.";
    expect(await resolvedTo({ resolved: "file:///etc/passwd" })).toEqual({
      code: 2,
      says: `ms cannot be installed: file:/etc/passwd is on this machine, outside the project's own packages; ${todo}`,
    });
    expect(await resolvedTo({ resolved: "git+ssh://git@host.invalid/x.git#main" })).toEqual({
      code: 2,
      says: expect.stringMatching(
        /^ms cannot be installed: git\+ssh:\S+ is a git repository, and tare takes/,
      ),
    });
  });

  test("links to no folder outside of the project", async () => {
    expect(await resolvedTo({ resolved: "../..", link: true })).toMatchObject({ code: 2 });
  });
});

describe("a registry that answers anything", () => {
  const answering = (body: string) =>
    refusal({ npm: [ms], project }, ({ registry }) => registry.answer("ms", body));

  test("is one sentence", async () => {
    for (const body of ["<html>", "null", ""])
      expect(await answering(body)).toEqual({
        code: 3,
        says: `ms could not be fetched: REGISTRY/: its answer ${body === "" ? "is empty" : "cannot be read"}.`,
      });
  });

  test("names no package that is none, and no file of this machine", async () => {
    const one = { name: "../x", version: "1.0.0", dist: { tarball: "file:///etc/passwd" } };
    const odd = { name: "ms", versions: { "1.0.0": one }, "dist-tags": { latest: "1.0.0" } };
    expect(await answering(JSON.stringify(odd))).toMatchObject({ code: 2 });
    const local: NpmPackageData = { ...ms, tarball: "file:///etc/passwd" };
    expect(await refusal({ npm: [local], project }, () => undefined)).toEqual({
      code: 2,
      says: expect.stringMatching(/^ms cannot be installed: file:\/etc\/passwd is on this machine/),
    });
  });
});

test("commands of a package lead nowhere but into it", async () => {
  const bin = { "../../../usr/bin/x": "index.js", out: "../../../../etc/shadow", "a b": "index.js" };
  await withNpmWorkplace({ npm: [{ ...ms, bin }], project }, async (place) => {
    const { files } = await place.build();
    const links = [...files].filter(([, text]) => text.startsWith("-> ") && !text.startsWith("-> usr/"));
    expect(links.filter(([, text]) => text !== "-> ../ms/index.js")).toEqual([]);
    expect(links.every(([path]) => path.startsWith("app/node_modules/.bin/"))).toBe(true);
  });
});
