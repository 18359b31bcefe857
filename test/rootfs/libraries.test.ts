import { describe, expect, test } from "vitest";
import { parsePlatform } from "../../src/model/platform.ts";
import type { ElfFacts } from "../../src/model/rootfs.ts";
import { type LinkedFile, libraryNeeds } from "../../src/rootfs/libraries.ts";
import { type Machine, machineOf } from "../../src/rootfs/machines.ts";

const machine = (name: string) => machineOf(parsePlatform(name) ?? { os: "", architecture: "" }) as Machine;
const amd64 = machine("linux/amd64");
const linker = "/lib64/ld-linux-x86-64.so.2";

function elf(facts: Partial<ElfFacts> = {}): ElfFacts {
  return { bits: 64, littleEndian: true, machine: 62, flags: 0, type: 3, osabi: 0, needed: [], ...facts };
}

/** Path, then what its ELF says, or the text of a link. The owner is the first folder below node_modules. */
function files(tree: Readonly<Record<string, Partial<ElfFacts> | string>>): LinkedFile[] {
  return Object.entries(tree).map(([path, value]) => {
    const owner = /node_modules\/([^/]+)/.exec(path)?.[1] ?? `/${path}`;
    return typeof value === "string"
      ? { path, type: "symlink", link: value, owner }
      : { path, type: "file", elf: elf(value), owner };
  });
}

/** Each need as a line. */
function needs(
  tree: Parameters<typeof files>[0],
  more: { root?: LinkedFile[]; provided?: string[]; folders?: string[]; machine?: Machine } = {},
) {
  const root = new Map(more.root?.map((file) => [file.path, { ...entry, ...file }]));
  return libraryNeeds(files(tree), more.machine ?? amd64, {
    provided: more.provided ?? [],
    ...(more.root && { root: { get: (path: string) => root.get(path) } }),
    ...(more.folders && { folders: more.folders }),
  }).map(({ library, neededBy, file }) => `${library} for ${neededBy.join(", ")} (${file})`);
}
const entry = { mode: 0o644, uid: 0, gid: 0, uname: "", gname: "", size: 1, mtime: 0 };

describe("what a program needs", () => {
  test("its interpreter and its libraries, sorted, each with all who need it and one file", () => {
    const tree = {
      "usr/local/bin/node": { interpreter: linker, needed: ["libstdc++.so.6", "libc.so.6"] },
      "app/node_modules/b/x.node": { needed: ["libc.so.6"] },
      "app/node_modules/a/x.node": { needed: ["libc.so.6", "libvips.so.42"] },
    };
    expect(needs(tree)).toEqual([
      `${linker} for /usr/local/bin/node (/usr/local/bin/node)`,
      "libc.so.6 for /usr/local/bin/node, a, b (/app/node_modules/a/x.node)",
      "libstdc++.so.6 for /usr/local/bin/node (/usr/local/bin/node)",
      "libvips.so.42 for a (/app/node_modules/a/x.node)",
    ]);
    const reversed = Object.fromEntries(Object.entries(tree).reverse());
    expect(needs(reversed)).toEqual(needs(tree));
  });

  test("not what the host brings", () => {
    const tree = { "opt/infer": { needed: ["libcuda.so.1", "libc.so.6"] } };
    expect(needs(tree, { provided: ["libcuda.so.1"] })).toEqual(["libc.so.6 for /opt/infer (/opt/infer)"]);
  });

  test("nothing for a static one", () => {
    expect(needs({ "app/tool": { type: 2 } })).toEqual([]);
  });
});

describe("where libraries are found", () => {
  const braced = (token: string) => `$\{${token}}`;
  const found = (where: string, facts: Partial<ElfFacts> = {}, folders: string[] = []) =>
    needs(
      { "opt/app/bin/tool": { needed: ["libx.so.1"], ...facts } },
      { root: files({ [where]: {} }), folders },
    ).length === 0;

  test.each([
    ["usr/lib/x86_64-linux-gnu/libx.so.1", {}],
    ["lib/libx.so.1", {}],
    ["opt/app/lib/libx.so.1", { runpath: "$ORIGIN/../lib" }],
    ["opt/app/lib/libx.so.1", { rpath: `/nowhere:${braced("ORIGIN")}/../lib` }],
    ["opt/lib/x86_64-linux-gnu/libx.so.1", { runpath: "/opt/$LIB" }],
    ["opt/x86_64/libx.so.1", { runpath: `/opt/${braced("PLATFORM")}` }],
    ["srv/y/libx.so.1", { needed: ["/srv/y/libx.so.1"] }],
  ])("%s by %o", (path, facts) => {
    expect(found(path, facts)).toBe(true);
  });

  test.each([
    ["opt/app/lib/libx.so.1", {}],
    ["opt/app/lib/libx.so.1", { rpath: "$ORIGIN/../lib", runpath: "/else" }],
    ["opt/app/bin/libx.so.1", { runpath: "$ORIGINAL" }],
    ["opt/app/bin/libx.so.1", { runpath: ":." }],
  ])("not %s by %o", (path, facts) => {
    expect(found(path, facts)).toBe(false);
  });

  test("not one for another machine", () => {
    const root = files({ "lib/libx.so.1": { machine: 183 } });
    expect(needs({ "opt/tool": { needed: ["libx.so.1"] } }, { root })).toHaveLength(1);
  });

  test("in folders of the root's own configuration, and through links", () => {
    expect(found("srv/libs/libx.so.1", {}, ["/srv/libs"])).toBe(true);
    const root = files({ lib: "usr/lib", "usr/lib/libx.so.1": "libx.so.1.2", "usr/lib/libx.so.1.2": {} });
    expect(needs({ "opt/tool": { needed: ["libx.so.1"] } }, { root })).toEqual([]);
    expect(needs({ "lib/liby.so": { needed: ["libx.so.1"], runpath: "$ORIGIN" } }, { root })).toEqual([]);
  });
});

describe("what comes along", () => {
  test("a library anywhere in the application is there for an addon, by its soname or its file's name", () => {
    const tree = {
      "app/node_modules/sharp/sharp.node": { needed: ["libvips-cpp.so.42", "libnamed.so"] },
      "app/node_modules/libvips/lib/libvips-cpp.so.8.17": { soname: "libvips-cpp.so.42" },
      "app/node_modules/libvips/lib/libnamed.so": {},
    };
    expect(needs(tree)).toEqual([]);
  });

  test("a program starts alone: what another package brings is no help", () => {
    const tree = {
      "app/node_modules/node/bin/node": { interpreter: linker, needed: ["libstdc++.so.6", "libown.so.1"] },
      "app/node_modules/node/lib/libown.so.1": {},
      "app/node_modules/electron/libstdc++.so.6": {},
    };
    expect(needs(tree, { provided: [linker] })).toEqual([
      "libstdc++.so.6 for node (/app/node_modules/node/bin/node)",
    ]);
  });

  test("the recipe's own files belong together", () => {
    const tree = {
      "srv/bin/tool": { interpreter: linker, needed: ["libx.so.1"] },
      "srv/lib/libx.so.1": {},
    };
    expect(needs(tree, { provided: [linker] })).toEqual([]);
  });
});

describe("files that are for somebody else ask for nothing", () => {
  test.each([
    ["another machine", { machine: 183 }],
    ["another width", { bits: 32 }],
    ["another byte order", { littleEndian: false }],
    ["FreeBSD", { osabi: 9 }],
    ["an object file", { type: 1 }],
    ["musl of Alpine", { needed: ["libx.so.1", "libc.musl-x86_64.so.1"] }],
    ["musl", { needed: ["libx.so.1", "libc.so"] }],
    ["a program of musl", { interpreter: "/lib/ld-musl-x86_64.so.1" }],
    ["Android", { interpreter: "/system/bin/linker64" }],
    ["FreeBSD's libc", { needed: ["libx.so.1", "libc.so.7"] }],
  ] as const)("%s", (_, facts) => {
    expect(needs({ "app/x.node": { needed: ["libx.so.1"], ...facts } })).toEqual([]);
  });

  test("and are no help either", () => {
    const tree = {
      "app/node_modules/a/x.node": { needed: ["liba.so.1"] },
      "app/node_modules/a/musl/liba.so.1": { needed: ["libc.musl-x86_64.so.1"] },
    };
    expect(needs(tree)).toEqual(["liba.so.1 for a (/app/node_modules/a/x.node)"]);
  });
});

describe("machines", () => {
  const facts: Record<string, Partial<ElfFacts>> = {
    "linux/386": { machine: 3, bits: 32 },
    "linux/arm/v7": { machine: 40, bits: 32, flags: 0x05000400 },
    "linux/arm64": { machine: 183 },
    "linux/ppc64le": { machine: 21, flags: 2 },
    "linux/riscv64": { machine: 243, flags: 5 },
    "linux/s390x": { machine: 22, littleEndian: false },
  };
  test.each(Object.entries(facts))("%s has an interpreter, and files of its own only", (name, own) => {
    const program = { "bin/x": { ...own, interpreter: machine(name).interpreter, needed: ["libc.so.6"] } };
    expect(needs(program, { machine: machine(name) })).toHaveLength(2);
    for (const other of Object.keys(facts).filter((each) => each !== name))
      expect(needs(program, { machine: machine(other) })).toEqual([]);
  });

  test("a file for soft floats is none for hard ones", () => {
    const soft = { "x.so": { machine: 40, bits: 32, flags: 0x05000200, needed: ["libc.so.6"] } } as const;
    expect(needs(soft, { machine: machine("linux/arm/v7") })).toEqual([]);
    expect(needs(soft, { machine: machine("linux/arm/v5") })).toHaveLength(1);
  });

  test("there is none for an unknown platform", () => {
    expect(machineOf({ os: "plan9", architecture: "amd64" })).toBeUndefined();
    expect(machineOf({ os: "linux", architecture: "constructor" })).toBeUndefined();
  });
});

test("a search path that goes on for ever is looked at up to a bound", () => {
  const runpath = Array.from({ length: 100_000 }, (_, at) => `/${at}`).join(":");
  const needed = Array.from({ length: 500 }, (_, at) => `libx.so.${at}`);
  expect(needs({ "opt/tool": { runpath, needed } })).toHaveLength(500);
});
