// biome-ignore-all lint/suspicious/noTemplateCurlyInString: recipes write their variables so
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BuildOptions } from "../../src/build/build-recipe.ts";
import type { Lock } from "../../src/build/lock/lock.ts";
import type { LockOptions } from "../../src/build/lock-recipe.ts";
import type { Recipe } from "../../src/build/recipe/recipe.ts";
import { recipeDigest } from "../../src/build/recipe/recipe-digest.ts";
import type { Digest } from "../../src/bytes/digest.ts";
import type { Engine } from "../../src/cli/engine.ts";
import type { Package } from "../../src/model/package.ts";
import type { BuildResult } from "../../src/model/result.ts";
import { type RunOptions, runTare } from "../kit/tare.ts";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

function pkg(name: string, because: readonly string[], version = "1.0"): Package {
  const location = `pool/${name}_${version}_amd64.deb`;
  return {
    name,
    version,
    architecture: "amd64",
    digest: digest("a"),
    size: 1000,
    location,
    repository: "debian/bookworm",
    source: name,
    because,
  };
}

const packages = [
  pkg("libc6", ["libssl3", "openssl"], "2.36-9"),
  pkg("libssl3", ["openssl"]),
  pkg("openssl", []),
];

function lockOf(recipe: Recipe, platforms: readonly string[], chosen: readonly Package[] = packages): Lock {
  return {
    version: 1,
    tare: "0.1.0",
    recipe: recipeDigest(recipe),
    compressor: "zlib",
    repositories: [
      { id: "debian/bookworm", index: digest("b"), date: "2026-01-10T00:00:00Z", keys: ["A".repeat(40)] },
    ],
    platforms: platforms.map((platform) => ({ platform, packages: chosen })),
  };
}

const result: BuildResult = {
  name: "demo",
  images: [
    {
      platform: "linux/amd64",
      digest: digest("c"),
      configuration: digest("d"),
      layers: [
        {
          digest: digest("e"),
          diffId: digest("f"),
          size: 1_234_567,
          uncompressedSize: 4_000_000,
          compression: "gzip",
          holds: ["libc6", "libssl3"],
        },
      ],
      packages: [{ name: "libc6", version: "2.36-9", size: 3_000_000 }],
      leftOut: { entries: 0, size: 0 },
      coverage: [],
    },
  ],
  written: [{ location: "docker-archive:demo.tar", size: 1_300_000 }],
  warnings: ["own/suite is not signed, and the recipe allows it."],
  timing: [{ stage: "fetch", milliseconds: 12 }],
};

let folder: string;
let asked: { lock: LockOptions[]; build: (BuildOptions & { recipe: Recipe })[] };
let engine: Partial<Engine>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tare-cli-"));
  asked = { lock: [], build: [] };
  engine = {
    async lockRecipe(recipe, _world, options) {
      asked.lock.push(options);
      return lockOf(recipe, options.platforms);
    },
    async buildRecipe(recipe, _lock, _world, options) {
      asked.build.push({ ...options, recipe });
      return result;
    },
  };
  await writeFile(
    join(folder, "tare.yaml"),
    "name: demo\nplatforms: linux/amd64\npackages: { from: debian, suite: bookworm, include: openssl }\nannotations: { v: '${V:-1}' }\nto: oci:out\n",
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const tare = (line: string, options: Partial<RunOptions> = {}) =>
  runTare(line.split(" "), { folder, engine, ...options });
const readLockFile = () => readFile(join(folder, "tare.lock"), "utf8");

describe("tare build", () => {
  test("writes the lock when there is none, builds, and reports", async () => {
    const ran = await tare("build");
    expect(ran).toEqual({
      code: 0,
      notes: ["tare.lock was written.", "own/suite is not signed, and the recipe allows it."],
      out: expect.stringContaining("1 package in 1 layer: 1.2 MB compressed, 4.0 MB unpacked"),
    });
    expect(await readLockFile()).toContain("- name: openssl");
    expect(asked.build[0]?.to).toEqual([{ transport: "oci", path: join(folder, "out") }]);
  });

  test("takes the lock that is there, and chooses nothing again", async () => {
    await tare("build");
    const before = await readLockFile();
    const ran = await tare("build --locked --quiet");
    expect(ran.notes).toEqual(["own/suite is not signed, and the recipe allows it."]);
    expect(asked.lock).toHaveLength(1);
    expect(await readLockFile()).toBe(before);
  });

  test("refreshes a stale lock, and says why", async () => {
    await tare("build");
    await writeFile(
      join(folder, "tare.yaml"),
      "name: demo\nplatforms: linux/amd64\npackages: { from: debian, suite: trixie }\n",
    );
    const ran = await tare("build");
    expect(ran.notes[0]).toBe(
      "tare.lock was written again: the recipe's packages or platforms changed after it was written.",
    );
    expect(asked.lock[1]?.previous?.platforms).toHaveLength(1);
  });

  test("with --locked a missing or stale lock is an error, and stays as it is", async () => {
    expect(await tare("build --locked")).toMatchObject({
      code: 2,
      notes: ["There is no tare.lock: --locked needs it; write it with `tare lock`."],
    });
    await tare("build");
    await writeFile(join(folder, "tare.yaml"), "name: demo\npackages: { from: debian, suite: trixie }\n");
    const ran = await tare("build --locked --platform linux/arm64");
    expect(ran).toMatchObject({
      code: 1,
      out: "",
      notes: [
        "tare.lock is stale: the recipe's packages or platforms changed after it was written; it has no packages for linux/arm64; run `tare lock` and look at what changed.",
      ],
    });
    expect(asked.build).toHaveLength(1);
  });

  test("a recipe without platforms keeps in its lock what another machine put there", async () => {
    await writeFile(join(folder, "tare.yaml"), "name: demo\npackages: { from: debian, suite: bookworm }\n");
    await tare("build --platform linux/arm64");
    await tare("build --platform linux/s390x");
    expect(asked.lock.map(({ platforms }) => platforms)).toEqual([
      ["linux/arm64"],
      ["linux/arm64", "linux/s390x"],
    ]);
    expect(asked.build.map(({ platforms }) => platforms)).toEqual([["linux/arm64"], ["linux/s390x"]]);
  });

  test("options win over the recipe: outputs, compression, variables", async () => {
    await tare("build --to tar:a.tar --to dir:b --compression zstd:9 --set V=2");
    expect(asked.build[0]).toMatchObject({
      to: [
        { transport: "tar", path: join(folder, "a.tar") },
        { transport: "dir", path: join(folder, "b") },
      ],
      recipe: { compression: { format: "zstd", level: 9 }, annotations: { v: "2" } },
    });
  });

  test("paths in the recipe start at its folder, those of the command line where the user stands", async () => {
    await mkdir(join(folder, "elsewhere"));
    await runTare(["build", ".."], { folder: join(folder, "elsewhere"), engine });
    await runTare(["build", "-f", "../tare.yaml", "--to", "oci:out"], {
      folder: join(folder, "elsewhere"),
      engine,
    });
    expect(asked.build.map(({ to }) => to[0]?.path)).toEqual([
      join(folder, "out"),
      join(folder, "elsewhere/out"),
    ]);
    expect(await readdir(folder)).toContain("tare.lock");
  });

  test("without any output one file is made, which docker loads; for several platforms an OCI archive", async () => {
    await writeFile(join(folder, "tare.yaml"), "name: team/demo\n");
    await tare("build --platform linux/amd64");
    await tare("build --platform linux/amd64 --platform linux/arm64");
    expect(asked.build.map(({ to }) => to)).toEqual([
      [{ transport: "docker-archive", path: join(folder, "demo.tar") }],
      [{ transport: "oci-archive", path: join(folder, "demo.tar") }],
    ]);
  });

  test("leaves the standard output to the image when that goes there", async () => {
    const ran = await tare("build --to docker-archive:-");
    expect(ran.out).toBe("");
    expect(ran.notes.at(-1)).toContain("1 package in 1 layer");
  });

  test("gives the result as JSON", async () => {
    const ran = await tare("build --json");
    expect(JSON.parse(ran.out)).toEqual(result);
  });

  test("offline, the network is an error with its sentence", async () => {
    const lockRecipe: Engine["lockRecipe"] = async (_recipe, world) => {
      await world.fetch(new Request("http://mirror.example/dists/bookworm/InRelease"));
      throw new Error("not reached");
    };
    const ran = await tare("build --offline", { engine: { ...engine, lockRecipe } });
    expect(ran).toMatchObject({
      code: 3,
      notes: [
        "tare.lock is not there, and choosing packages needs the network, which --offline forbids; run `tare lock` first.",
      ],
    });
  });

  test.each([
    [
      "build --compression lzma",
      "--compression must be none, gzip, gzip:1 to gzip:9, zstd, or zstd:1 to zstd:19; see `tare build --help`.",
    ],
    [
      "build --platform windows/amd64",
      '"windows/amd64" is no platform like linux/amd64 or linux/arm64; see `tare build --help`.',
    ],
    ["build --set V", '--set needs NAME=VALUE, not "V"; see `tare build --help`.'],
    ["build --set W=1", "tare.yaml:1:1: nothing in it uses the variable W that was set."],
    ["build --threads 0", '--threads needs a number from 1, not "0"; see `tare build --help`.'],
    ["build nowhere", "There is no folder nowhere: name one with a tare.yaml in it, or a recipe."],
    ["build -f x", "There is no file x: write one with `tare init`, or name another one."],
    ["build other.yaml", "There is no other.yaml: write one with `tare init`, or name another one."],
    ["build a -f b", "the recipe is named twice, with --file and without; see `tare --help`."],
  ])("refuses `tare %s` with one sentence", async (line, sentence) => {
    expect(await tare(line)).toEqual({ code: 2, out: "", notes: [sentence] });
  });
});

describe("tare lock", () => {
  test("says what is new, and nothing when nothing is", async () => {
    const first = await tare("lock");
    expect(first.out).toBe(
      "tare.lock was written: 3 changes of packages.\n  linux/amd64\n    + libc6 2.36-9\n    + libssl3 1.0\n    + openssl 1.0\n",
    );
    expect((await tare("lock")).out).toBe("tare.lock is as it was.\n");
  });

  test("keeps the versions of the lock, unless it is to update all or some", async () => {
    await tare("lock");
    await tare("lock");
    await tare("lock --update");
    await tare("lock --update openssl libssl3");
    expect(asked.lock.map(({ update }) => update)).toEqual([undefined, [], "all", ["openssl", "libssl3"]]);
  });

  test("refuses to update what is not in the lock", async () => {
    await tare("lock");
    expect(await tare("lock --update opensl")).toMatchObject({
      code: 2,
      notes: [
        "opensl is not in tare.lock, so that it cannot be updated; did you mean openssl? See `tare lock --help`.",
      ],
    });
    expect(await tare("lock --update libc6 nosuch")).toMatchObject({
      code: 2,
      notes: ["nosuch is not in tare.lock, so that it cannot be updated; see `tare lock --help`."],
    });
    expect(asked.lock).toHaveLength(1);
  });

  test("shows versions that moved, and packages that went", async () => {
    await tare("lock");
    const newer = [pkg("libc6", ["openssl"], "2.36-10"), pkg("openssl", [])];
    const lockRecipe: Engine["lockRecipe"] = async (recipe, _world, { platforms }) =>
      lockOf(recipe, platforms, newer);
    const ran = await tare("lock --update --json", { engine: { ...engine, lockRecipe } });
    expect(JSON.parse(ran.out)).toEqual({
      file: "tare.lock",
      changed: true,
      changes: [
        { platform: "linux/amd64", name: "libc6", from: "2.36-9", to: "2.36-10" },
        { platform: "linux/amd64", name: "libssl3", from: "1.0" },
      ],
    });
  });

  test("refuses packages without --update, since one of them may be meant as a recipe", async () => {
    expect(await tare("lock openssl")).toMatchObject({
      code: 2,
      notes: ["packages are named only with --update; a recipe goes to --file; see `tare lock --help`."],
    });
  });
});

describe("tare why", () => {
  beforeEach(() => tare("lock"));

  test("shows each way from what was asked for", async () => {
    expect((await tare("why libc6")).out).toBe(
      "libc6 2.36-9 (linux/amd64)\n  libssl3, openssl need it.\n  recipe → openssl → libc6\n",
    );
    expect((await tare("why openssl")).out).toBe("openssl 1.0 (linux/amd64)\n  The recipe asks for it.\n");
  });

  test("answers no for a package that is not there, with those that sound like it", async () => {
    expect(await tare("why ssl")).toEqual({
      code: 1,
      out: "",
      notes: ["ssl is not in tare.lock, but there is libssl3, openssl."],
    });
  });

  test("needs a lock", async () => {
    await rm(join(folder, "tare.lock"));
    expect(await tare("why libc6")).toMatchObject({
      code: 2,
      notes: ["There is no tare.lock: write it with `tare lock`."],
    });
  });

  test("says where a damaged lock is wrong", async () => {
    await writeFile(join(folder, "tare.lock"), (await readLockFile()).replace("size: 1000", "size: many"));
    expect(await tare("why libc6")).toMatchObject({
      code: 2,
      notes: [
        "tare.lock:18:13: platforms.linux/amd64[0].size must be a whole number from 0 to 9007199254740991.",
        "take the lock from version control, or delete it and run `tare lock`.",
      ],
    });
  });
});

describe("tare explain", () => {
  test("tells each step with its commands, from a lock that is not written", async () => {
    const { code, out } = await tare("explain");
    expect(code).toBe(0);
    for (const text of [
      "How demo is made for linux/amd64",
      'made=$(mktemp --directory) && mkdir "$made/rootfs"',
      "'Suites: bookworm",
      "AAAAAAAA",
      "--include=openssl",
      "libssl3",
    ])
      expect(out).toContain(text);
    expect(await readdir(folder)).not.toContain("tare.lock");
  });

  test("takes the lock when that fits", async () => {
    await tare("lock");
    await tare("explain --json");
    expect(asked.lock).toHaveLength(1);
  });
});

describe("tare init", () => {
  test("writes a recipe that is sound, and does not overwrite it", async () => {
    const ran = await tare("init My_App");
    expect(ran).toEqual({
      code: 0,
      notes: [],
      out: "My_App/tare.yaml is there; look through it, then run `tare build`.\n",
    });
    expect((await tare("build My_App")).code).toBe(0);
    expect(asked.build[0]?.recipe.name).toBe("my-app");
    expect(await tare("init My_App")).toEqual({
      code: 2,
      out: "",
      notes: ["My_App/tare.yaml is there already and was left as it is; move it away or name another file."],
    });
  });
});

describe("tare store", () => {
  test("lists, sweeps, verifies and clears what is there", async () => {
    await tare("build");
    expect((await tare("store path")).out).toBe(`${folder}/.store\n`);
    const listed = JSON.parse((await tare("store list --json")).out);
    expect(listed.rooms.find((room: { room: string }) => room.room === "memo").files).toBeGreaterThan(0);
    expect((await tare("store gc --older 30d --max-size 2GB")).out).toMatch(
      /^There is nothing to remove; [\d.]+ k?B are kept\.\n$/,
    );
    expect((await tare("store verify")).out).toBe("All 0 are what their names say.\n");
    expect((await tare("store clear")).out).toMatch(/^Removed everything: /);
    expect((await tare("store list")).out).toMatch(/0 B in all\n$/);
    for (const again of ["store clear", "store gc"])
      expect((await tare(again)).out).toBe("There is nothing to remove; the store is empty.\n");
  });

  test("verify answers no when something was damaged", async () => {
    const name = "e".repeat(64);
    await mkdir(join(folder, ".store/blobs/sha256/ee"), { recursive: true });
    await writeFile(join(folder, ".store/blobs/sha256/ee", name), "not that");
    const ran = await tare("store verify");
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("1 of 1 were damaged, and were removed:");
  });

  test.each([
    ["store", "ACTION is missing; see `tare store --help`."],
    ["store shake", 'tare store does path, list, gc, verify, clear, not "shake"; see `tare store --help`.'],
    ["store gc --older 30", '--older needs an age, as 30d, not "30"; see `tare store --help`.'],
    ["store gc --max-size lots", '--max-size needs a size, as 2GB, not "lots"; see `tare store --help`.'],
    ["store list --older 3d", "--older and --max-size go with gc; see `tare store --help`."],
  ])("refuses `tare %s`", async (line, sentence) => {
    expect(await tare(line)).toEqual({ code: 2, out: "", notes: [sentence] });
  });
});
