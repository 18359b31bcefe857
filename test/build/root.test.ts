import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { defaultExcludes, exclude } from "../../src/layers/excludes.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { broughtBy, rootOfPackages, type TestPackage } from "../kit/built-root.ts";
import { buildDebianPackage } from "../kit/debian-package.ts";
import { debOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const packages: TestPackage[] = [
  {
    name: "base",
    files: {
      "etc/motd": "hello\n",
      "bin/sh": "#!",
      "usr/share/doc/base/copyright": "free",
      "usr/share/doc/base/README": "read",
    },
  },
  {
    name: "tool",
    files: {
      "usr/bin/tool": "x".repeat(50_000),
      "usr/bin/t": { link: "tool" },
      "var/lib/tool/": { mode: 0o700, uid: 5 },
    },
  },
];

test("packages become layers in which a path stands once, directories first", () =>
  withFolder(async (folder) => {
    const { layers, files, root } = await rootOfPackages(folder, packages, { excludes: defaultExcludes });
    for (const listed of layers) {
      const paths = listed.map((line) => line.split(" ")[1]);
      expect(new Set(paths).size).toBe(paths.length);
      const firstFile = listed.findIndex((line) => !line.startsWith("directory "));
      expect(listed.slice(firstFile).some((line) => line.startsWith("directory "))).toBe(false);
    }
    expect([...files.keys()].filter((path) => !path.startsWith("var/lib/dpkg")).sort()).toEqual([
      "etc/dpkg/dpkg.cfg.d/excludes",
      "etc/motd",
      "usr/bin/sh",
      "usr/bin/tool",
      "usr/share/doc/base/copyright",
    ]);
    expect(root.shape.directories).toContainEqual({ path: "var/lib/tool", mode: 0o700, uid: 5, gid: 0 });
    expect(root.packages.map(({ name }) => name)).toEqual(["base", "tool"]);
  }));

test("the same packages give the same layers, with any number of threads, in any store, twice", () =>
  withFolder(async (folder) => {
    const digests = async (name: string, threads: number) => {
      const { root } = await rootOfPackages(join(folder, name), packages, { threads });
      return root.layers.map(({ layer }) => layer.digest);
    };
    const first = await digests("a", 1);
    expect(await digests("b", 2)).toEqual(first);
    expect(await digests("c", 7)).toEqual(first);
    expect(await digests("a", 3)).toEqual(first);
  }));

test("a root that was built is not built again, unless a member is gone", () =>
  withFolder(async (folder) => {
    const store = await openStore(join(folder, "store"));
    const first = await rootOfPackages(folder, packages, { store });
    const silent = { ...store, add: () => Promise.reject(new Error("something was made again")) };
    const again = await rootOfPackages(folder, packages, { store: silent });
    expect(again.layers).toEqual(first.layers);
    expect(again.root.shape).toEqual(first.root.shape);
    const lost = {
      ...store,
      find: async (digest: Parameters<typeof store.find>[0]) =>
        digest === first.root.layers[0]?.layer.digest ? undefined : store.find(digest),
    };
    expect((await rootOfPackages(folder, packages, { store: lost })).layers).toEqual(first.layers);
  }));

test("what one package replaces is left out of the other's member", () =>
  withFolder(async (folder) => {
    const { layers, files } = await rootOfPackages(folder, [
      { name: "old", files: { "usr/bin/x": "old", "usr/bin/y": "old" } },
      { name: "new", fields: { Replaces: "old (<< 2)" }, files: { "usr/bin/x": "new" } },
    ]);
    expect(layers.flat().filter((line) => line === "file usr/bin/x")).toEqual(["file usr/bin/x"]);
    expect([files.get("usr/bin/x"), files.get("usr/bin/y")]).toEqual(["new", "old"]);
  }));

test("a file of two packages, neither of which replaces the other, is a conflict", () =>
  withFolder(async (folder) => {
    const two = ["a", "b"].map((name) => ({ name, files: { "usr/bin/x": name } }));
    await expect(rootOfPackages(folder, two)).rejects.toThrow("a:amd64 and b:amd64 both bring /usr/bin/x");
    expect(await readdir(join(folder, "store", "tmp"))).toEqual([]);
  }));

test("files below another package's link lie where it leads", () =>
  withFolder(async (folder) => {
    const { layers } = await rootOfPackages(folder, [
      { name: "link", files: { "srv/real/": {}, "opt/data": { link: "../srv/real" } } },
      { name: "files", files: { "opt/data/x": "x" } },
    ]);
    const lines = layers.flat();
    expect(lines).toContain("file srv/real/x");
    expect(lines).toContain("symlink opt/data to ../srv/real");
    expect(lines.filter((line) => line.includes("opt/data/"))).toEqual([]);
  }));

test("links of links of links settle, in as few rounds as there are", () =>
  withFolder(async (folder) => {
    const { layers } = await rootOfPackages(folder, [
      { name: "a", files: { a: { link: "b" }, "end/": {} } },
      { name: "b", files: { b: { link: "c/d" } } },
      { name: "c", files: { c: { link: "end" } } },
      { name: "f", files: { "a/x": "x" } },
    ]);
    expect(layers.flat()).toContain("file end/d/x");
  }));

test("a hardlink whose file is excluded has its content", () =>
  withFolder(async (folder) => {
    const deb = await debOfBlocks(
      [
        { name: "./usr/share/doc/odd/shared", content: "shared content" },
        { name: "./usr/lib/odd/one", type: "1", link: "./usr/share/doc/odd/shared" },
        { name: "./usr/lib/odd/two", type: "1", link: "./usr/share/doc/odd/shared" },
      ],
      "gz",
    );
    const { layers, files } = await rootOfPackages(folder, [{ name: "odd", deb }], {
      excludes: defaultExcludes,
    });
    expect(files.get("usr/lib/odd/one")).toBe("shared content");
    expect(layers.flat()).toContain("hardlink usr/lib/odd/two to usr/lib/odd/one");
    expect(files.get("var/lib/dpkg/info/odd.list")).not.toContain("usr/share/doc/odd/shared");
  }));

test("an image's time is the newest package's, or the epoch, and no file is younger", () =>
  withFolder(async (folder) => {
    const dated = [
      { name: "old", files: { "a/old": "" }, mtime: 1000 },
      { name: "new", files: { "a/new": "" }, mtime: 3000 },
    ];
    expect((await rootOfPackages(folder, dated)).root.created).toBe(3000);
    const { root } = await rootOfPackages(folder, dated, { epoch: 2000 });
    expect(root.created).toBe(2000);
    const [layer] = root.layers;
    expect(digestOf(await collect(layer?.layer.open() ?? [], 1 << 20, "x"))).toBe(layer?.layer.digest);
  }));

test("no packages make a root of nothing but dpkg's own files", () =>
  withFolder(async (folder) => {
    expect(broughtBy(await rootOfPackages(folder, []))).toEqual([]);
  }));

test("a package that is refused leaves nothing half-made, and the store sound", () =>
  withFolder(async (folder) => {
    const deb = await debOfBlocks([{ name: "./a", content: "a" }, { name: "../escape" }], "gz");
    await expect(rootOfPackages(folder, [...packages, { name: "odd", deb }])).rejects.toThrow(
      "leads out of the root",
    );
    expect(await readdir(join(folder, "store", "tmp"))).toEqual([]);
    await rootOfPackages(folder, packages, { excludes: [exclude("/etc/*")] });
  }));

test.each([2, 3, 8])("a budget of %i layers holds", (budget) =>
  withFolder(async (folder) => {
    const many = Array.from({ length: 12 }, (_, at) => ({
      name: `p${at}`,
      files: { [`opt/${at}`]: `${at}`.repeat(1000) },
    }));
    const { root } = await rootOfPackages(folder, many, { layers: budget });
    expect(root.layers.length).toBe(budget);
    expect(root.layers.at(-1)?.holds).toEqual(["configuration"]);
  }),
);

test.each([
  ["cut short", (bytes: Buffer) => bytes.subarray(0, -20)],
  [
    "changed",
    (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      changed[bytes.length - 30] = (changed[bytes.length - 30] as number) ^ 1;
      return changed;
    },
  ],
])("a package whose file in the store was %s is the store's fault, and it says so", (_, change) =>
  withFolder(async (folder) => {
    const store = await openStore(join(folder, "store"));
    const { bytes } = await buildDebianPackage({ name: "hello", files: { "usr/bin/hello": "hi" } });
    const digest = digestOf(bytes);
    const { file } = await store.put([bytes], { digest }, "hello");
    await writeFile(file, change(Buffer.from(bytes)));
    const kept = { ...store, put: () => store.find(digest) as ReturnType<typeof store.put> };
    const building = rootOfPackages(folder, [{ name: "hello", deb: bytes }], { store: kept });
    await expect(building).rejects.toThrow(`The store has lost or damaged ${digest}`);
  }),
);

test("a younger neighbour in the same directories does not change another package's layer", () =>
  withFolder(async (folder) => {
    const heavy = (name: string) => ({
      name,
      files: { [`usr/share/shared/${name}`]: name.repeat(20_000) },
    });
    const layersOf = async (store: string, neighbour: TestPackage) => {
      const { root } = await rootOfPackages(join(folder, store), [heavy("one"), neighbour]);
      return new Map(root.layers.map(({ layer, holds }) => [holds.join(), layer.digest]));
    };
    const before = await layersOf("a", heavy("two"));
    const after = await layersOf("b", { ...heavy("two"), mtime: 1_800_000_000 });
    expect(after.get("one")).toBe(before.get("one"));
    expect(after.get("two")).not.toBe(before.get("two"));
  }));

test("a package that leaves a path to another is installed all the same", () =>
  withFolder(async (folder) => {
    const { files } = await rootOfPackages(folder, [
      { name: "older", files: { "usr/bin/tool": "old", "usr/bin/other": "other" } },
      { name: "newer", fields: { Replaces: "older" }, files: { "usr/bin/tool": "new" } },
    ]);
    expect(files.get("usr/bin/tool")).toBe("new");
    expect(files.get("var/lib/dpkg/status")?.match(/^Package: .*$/gm)).toEqual([
      "Package: newer",
      "Package: older",
    ]);
  }));
