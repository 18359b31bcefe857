import { describe, expect, test } from "vitest";
import type { ElfFacts, RootView } from "../../src/model/rootfs.ts";
import { linkerFiles } from "../../src/rootfs/ldconfig.ts";
import { type Files, rootFrom } from "../kit/scripted-root.ts";

const setup = {
  builtin: ["/usr/lib"],
  littleEndian: true,
  flagsOf: ({ machine }: ElfFacts) => (machine === 62 ? 0x0303 : undefined),
  generator: "a linker of tests",
};

/** Files named `lib….so…` are libraries; what stands in them is their soname. */
function linked(files: Files) {
  const root = rootFrom(files);
  const withElf: RootView = {
    get: (path) => elfOf(root.get(path)),
    *under(folder) {
      for (const entry of root.under(folder)) yield elfOf(entry) as NonNullable<ReturnType<RootView["get"]>>;
    },
    read: (path) => root.read(path),
  };
  function elfOf(entry: ReturnType<RootView["get"]>) {
    if (entry?.type !== "file" || !entry.path.includes(".so")) return entry;
    const soname = Buffer.from(root.read(entry.path) ?? []).toString();
    const machine = soname.includes("foreign") ? 40 : 62;
    const facts = { bits: 64, littleEndian: true, machine, flags: 0, type: 3, osabi: 0, needed: [] } as const;
    return { ...entry, elf: soname === "" ? facts : { ...facts, soname } };
  }
  const { cache, links } = linkerFiles(withElf, setup);
  // The strings of the cache, which name each library's soname and path.
  const paths = cache.toString("latin1").match(/\/[\w./+-]*\.so[\w.]*/g) ?? [];
  return { cache, paths: paths.sort(), links: links.map(({ path, link }) => `${path} -> ${link}`) };
}

describe("the dynamic linker's cache and links", () => {
  test("libraries of the configured directories are found, their soname links are made", () => {
    const { paths, links } = linked({
      "etc/ld.so.conf": "# all\ninclude ld.so.conf.d/*.conf\n/opt/b/ # last\nrelative/dir\n",
      "etc/ld.so.conf.d/a.conf": "/opt/a\n",
      "etc/ld.so.conf.d/skipped": "/opt/c\n",
      "opt/a/liba.so.1.2": "liba.so.1",
      "opt/b/libb.so": "",
      "opt/c/libc.so.6": "libc.so.6",
      "usr/lib/libd.so.4": "libd.so.4",
      "usr/lib/libforeign.so.1": "libforeign.so.1",
      "usr/lib/not-a-lib.so.1": "x",
    });
    expect(paths).toEqual(["/opt/a/liba.so.1", "/opt/b/libb.so", "/usr/lib/libd.so.4"]);
    expect(links).toEqual(["opt/a/liba.so.1 -> liba.so.1.2"]);
  });

  test("the newer of two files gets the link, and a stale link is put right", () => {
    const { links } = linked({
      "usr/lib/libx.so.1.9": "libx.so.1",
      "usr/lib/libx.so.1.10": "libx.so.1",
      "usr/lib/libx.so.1": { link: "libx.so.1.9" },
    });
    expect(links).toEqual(["usr/lib/libx.so.1 -> libx.so.1.10"]);
  });

  test("a directory under two names counts once, by the first", () => {
    const { paths } = linked({
      "etc/ld.so.conf": "/lib\n/usr/lib\n",
      lib: { link: "usr/lib" },
      "usr/lib/liba.so.1": "liba.so.1",
    });
    expect(paths).toEqual(["/lib/liba.so.1"]);
  });

  test("the same root gives the same bytes", () => {
    const files = { "usr/lib/liba.so.1.0": "liba.so.1", "usr/lib/libb.so.1": "libb.so.1" };
    const backwards = Object.fromEntries(Object.entries(files).reverse());
    expect(linked(files).cache.equals(linked(backwards).cache)).toBe(true);
  });
});

describe("roots that want to be trouble", () => {
  const library = { "usr/lib/liba.so.1": "liba.so.1" };

  test.each<[string, Files]>([
    ["a file that includes itself", { "etc/ld.so.conf": "include /etc/ld.so.conf\ninclude ld.so.c*\n" }],
    [
      "files that include each other",
      { "etc/ld.so.conf": "include a\n", "etc/a": "include ld.so.conf\ninclude b", "etc/b": "include a" },
    ],
    ["links that lead to each other", { "etc/ld.so.conf": { link: "a" }, "etc/a": { link: "ld.so.conf" } }],
    [
      "a chain of 1,500 files",
      Object.fromEntries(
        Array.from({ length: 1500 }, (_, at) => [
          at === 0 ? "etc/ld.so.conf" : `etc/c${at}`,
          `include c${at + 1}\n`,
        ]),
      ),
    ],
    [
      "50,000 directories that are not there",
      { "etc/ld.so.conf": Array.from({ length: 50_000 }, (_, at) => `/x${at}\n`).join("") },
    ],
    [
      "a path out of the root",
      {
        "etc/ld.so.conf": "/../../../../usr/../nowhere\ninclude ../../../../etc/passwd\n",
        "etc/passwd": "x",
      },
    ],
    ["bytes that are no text", { "etc/ld.so.conf": new Uint8Array([0, 255, 254, 10, 0]) }],
    ["a directory in its place", { "etc/ld.so.conf/": {} }],
  ])("%s: the built-in directory is still read", (_, files) => {
    expect(linked({ ...files, ...library }).paths).toEqual(["/usr/lib/liba.so.1"]);
  });

  test("library links that lead nowhere, around or out are no libraries", () => {
    const { paths, links } = linked({
      ...library,
      "usr/lib/libp.so": { link: "libq.so" },
      "usr/lib/libq.so": { link: "libp.so" },
      "usr/lib/libr.so.1": { link: "../../../../../../etc/passwd" },
      "usr/lib/glibc-hwcaps/loop": { link: "loop" },
      "etc/passwd": "x",
    });
    expect(paths).toEqual(["/usr/lib/liba.so.1"]);
    expect(links).toEqual([]);
  });
});
