import { describe, expect, test } from "vitest";
import { parsePlatform } from "../../src/model/platform.ts";
import type { ElfFacts, RootView } from "../../src/model/rootfs.ts";
import { type LinkedFile, libraryNeeds, unmetLibraries } from "../../src/rootfs/libraries.ts";
import { type Machine, machineOf } from "../../src/rootfs/machines.ts";
import { factOf } from "../kit/facts.ts";
import { rootOf as folderRootOf } from "../kit/folder-root.ts";

const platform = (name: string) => machineOf(parsePlatform(name) ?? { os: "", architecture: "" }) as Machine;
const amd64 = platform("linux/amd64");
const linker = "/lib64/ld-linux-x86-64.so.2";

function elf(facts: Partial<ElfFacts> = {}): ElfFacts {
  return { bits: 64, littleEndian: true, machine: 62, flags: 0, type: 3, osabi: 0, needed: [], ...facts };
}

/** Path, then what its ELF says, or the text of a link. The owner is the first folder below node_modules. */
type Tree = Readonly<Record<string, Partial<ElfFacts> | string>>;
function files(tree: Tree): LinkedFile[] {
  return Object.entries(tree).map(([path, value]) => {
    const owner = /node_modules\/([^/]+)/.exec(path)?.[1] ?? `/${path}`;
    return typeof value === "string"
      ? { path, type: "symlink", link: value, owner }
      : { path, type: "file", elf: elf(value), owner };
  });
}

interface Surroundings {
  readonly machine?: Machine;
  readonly provided?: readonly string[];
  /** What the root has. */
  readonly root?: Tree;
  /** Text of its ld.so.conf. */
  readonly configured?: string;
  readonly libraryPath?: string;
}

/** Each need as a line. */
function needs(
  tree: Tree,
  { machine = amd64, provided = [], root, configured, libraryPath }: Surroundings = {},
) {
  const lines =
    root === undefined
      ? libraryNeeds(files(tree), machine, provided).map((need) => ({ ...need, versions: [] }))
      : unmetLibraries(rootOf(root, configured), files(tree), machine, provided, libraryPath);
  return lines.map(({ library, versions, neededBy, file, ...more }) => {
    const lies = "lies" in more ? [`lies at ${more.lies}`] : [];
    return [library, ...versions, "for", neededBy.join(", "), `(${file})`, ...lies].join(" ");
  });
}

function rootOf(tree: Tree, configured = ""): RootView {
  const entries = files({ ...tree, "etc/ld.so.conf": {} }).map((file) => ({ ...factOf(file.path), ...file }));
  return folderRootOf(entries, ({ path }) =>
    path === "etc/ld.so.conf" ? Buffer.from(configured) : undefined,
  );
}

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

  test("of the recipe's own files, the first is named", () => {
    const addon = { needed: ["libc.so.6"] };
    const tree = { "srv/b.node": addon, "srv/a.node": addon, "app/node_modules/x/x.node": addon };
    expect(needs(tree)).toEqual(["libc.so.6 for /srv/a.node, x (/app/node_modules/x/x.node)"]);
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
  const found = (where: string, facts: Partial<ElfFacts> = {}, configured = "") =>
    needs({ "opt/app/bin/tool": { needed: ["libx.so.1"], ...facts } }, { root: { [where]: {} }, configured })
      .length === 0;

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
    const root = { "lib/libx.so.1": { machine: 183 } };
    expect(needs({ "opt/tool": { needed: ["libx.so.1"] } }, { root })).toHaveLength(1);
  });

  test("in folders of the root's own configuration, and through links", () => {
    expect(found("srv/libs/libx.so.1", {}, "/srv/libs\n")).toBe(true);
    const root = { lib: "usr/lib", "usr/lib/libx.so.1": "libx.so.1.2", "usr/lib/libx.so.1.2": {} };
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

describe("in a finished root, a program of the recipe itself", () => {
  const tool = (facts: Partial<ElfFacts> = {}): Tree => ({
    "srv/bin/tool": { interpreter: linker, needed: ["libx.so.1"], ...facts },
    "srv/bin/libx.so.1": {},
  });
  const root = {};
  const provided = [linker];

  test("has to find what lies beside it", () => {
    expect(needs(tool(), { root, provided })).toEqual([
      "libx.so.1 for /srv/bin/tool (/srv/bin/tool) lies at /srv/bin/libx.so.1",
    ]);
  });

  test.each([
    ["by its rpath", tool({ rpath: "$ORIGIN" }), ""],
    ["by LD_LIBRARY_PATH", tool(), "/nowhere:/srv/bin"],
    ["by LD_LIBRARY_PATH with a semicolon", tool(), "/nowhere;/srv/bin"],
    ["where the linker looks anyway", { ...tool(), "usr/lib/libx.so.1": {} }, ""],
  ])("finds it %s", (_, tree, libraryPath) => {
    expect(needs(tree, { root, provided, libraryPath })).toEqual([]);
  });

  test("not by a relative LD_LIBRARY_PATH", () => {
    expect(needs(tool(), { root, provided, libraryPath: "srv/bin:" })).toHaveLength(1);
  });

  test("but a program of a package may be started by another that shows it the way", () => {
    const tree = {
      "app/node_modules/x/tool": { interpreter: linker, needed: ["libx.so.1"] },
      "app/node_modules/x/libx.so.1": {},
    };
    expect(needs(tree, { root, provided })).toEqual([]);
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
    const program = { "bin/x": { ...own, interpreter: platform(name).interpreter, needed: ["libc.so.6"] } };
    expect(needs(program, { machine: platform(name) })).toHaveLength(2);
    for (const other of Object.keys(facts).filter((each) => each !== name))
      expect(needs(program, { machine: platform(other) })).toEqual([]);
  });

  test("a file for soft floats is none for hard ones", () => {
    const soft = { "x.so": { machine: 40, bits: 32, flags: 0x05000200, needed: ["libc.so.6"] } } as const;
    expect(needs(soft, { machine: platform("linux/arm/v7") })).toEqual([]);
    expect(needs(soft, { machine: platform("linux/arm/v5") })).toHaveLength(1);
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

describe("versions of symbols", () => {
  const libc = (defined: readonly string[]) => ({ "lib/libc.so.6": { versionsDefined: defined } });
  const tool = (...wanted: string[]) => ({
    "app/node_modules/a/x.node": { needed: ["libc.so.6"], versionsNeeded: [["libc.so.6", ...wanted]] },
  });
  const miss = (wanted: readonly string[], defined: readonly string[]) =>
    needs(tool(...wanted), { root: libc(defined) });

  test("one that is newer than the library's is told, with the library", () => {
    expect(miss(["GLIBC_2.38"], ["GLIBC_2.36", "GLIBC_PRIVATE"])).toEqual([
      "libc.so.6 GLIBC_2.38 for a (/app/node_modules/a/x.node)",
    ]);
  });

  test.each([
    [["GLIBC_2.9"], ["GLIBC_2.36"]],
    [["GLIBC_2.36"], ["GLIBC_2.36"]],
    [["GLIBC_2.2.5"], ["GLIBC_2.36"]],
    [
      ["GLIBCXX_3.4", "CXXABI_1.3.9"],
      ["GLIBCXX_3.4.30", "CXXABI_1.3.13"],
    ],
    [["GLIBC_PRIVATE"], ["GLIBC_PRIVATE"]],
    [["OPENSSL_3.0.0"], []],
  ])("%o is met by %o", (wanted, defined) => {
    expect(miss(wanted, defined)).toEqual([]);
  });

  test.each([
    [["GLIBC_2.36.1"], ["GLIBC_2.36"]],
    [["OPENSSL_1.1.0"], ["OPENSSL_3.0.0X"]],
    [["GLIBC_ABI_DT_RELR"], ["GLIBC_2.35"]],
    [["GLIBCXX_3.4.31"], ["GLIBCXX_3.4.9"]],
  ])("%o is not met by %o", (wanted, defined) => {
    expect(miss(wanted, defined)).toHaveLength(1);
  });

  test("of a library that the application brings, nothing is asked", () => {
    const own = { "app/node_modules/a/libc.so.6": { versionsDefined: ["GLIBC_2.1"] } };
    expect(needs({ ...tool("GLIBC_2.38"), ...own }, { root: libc(["GLIBC_2.1"]) })).toEqual([]);
  });
});
