import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { broughtBy, rootOfPackages } from "../kit/built-root.ts";
import { debOfBlocks, paxBlock, type TarBlock, tarBlock } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

/**
 * One test per class of advisory against programs that unpack archives. A package is trusted because it is signed, not
 * because its archive is kind; what is made of it must stay inside the root, and mean the same to every reader.
 */
type Blocks = readonly (TarBlock | Buffer)[];

async function builtFrom(blocks: Blocks): Promise<string[]> {
  return withFolder(async (folder) => {
    const root = await rootOfPackages(folder, [{ name: "odd", deb: await debOfBlocks(blocks, "gz") }]);
    expect((await readdir(folder)).sort()).toEqual(["store"]);
    return broughtBy(root);
  });
}

async function refused(blocks: Blocks): Promise<string> {
  const outcome = await builtFrom(blocks).catch((cause) => cause);
  expect(outcome).toBeInstanceOf(TareError);
  return (outcome as TareError).message;
}

describe("a path that climbs out (GHSA-3jfq-g458-7qm9, CVE-2001-1267 and their kin)", () => {
  test.each(["../etc/passwd", "./../x", "a/../../x", "a/..", "..", "./a/b/../../../x"])(
    "%s is refused",
    async (name) => {
      expect(await refused([{ name }])).toContain("leads out of the root");
    },
  );

  test("in a pax record is refused", async () => {
    expect(await refused([paxBlock({ path: "../../x" }), { name: "x" }])).toContain("leads out of the root");
  });

  test("in GNU's long name is refused", async () => {
    const long = { name: "././@LongLink", type: "L", content: `${"a/".repeat(60)}${"../".repeat(61)}x\0` };
    expect(await refused([long, { name: "x" }])).toContain("leads out of the root");
  });
});

test("absolute paths, with any number of slashes, are the root's (GHSA-3jfq-g458-7qm9)", async () => {
  expect(await builtFrom([{ name: "/opt/a" }, { name: "///opt/b" }, { name: "//./opt//c" }])).toEqual([
    "directory opt",
    "file opt/a",
    "file opt/b",
    "file opt/c",
  ]);
});

describe("a symlink, then a file through it (GHSA-r628-mhmh-qjhw, CVE-2018-20834)", () => {
  test("that leads out of the root by an absolute text leads into the root", async () => {
    expect(await builtFrom([{ name: "x", type: "2", link: "/srv/y" }, { name: "x/f" }])).toEqual([
      "directory srv",
      "directory srv/y",
      "symlink x to /srv/y",
      "file srv/y/f",
    ]);
  });

  test("that climbs stops at the root", async () => {
    expect(await builtFrom([{ name: "x", type: "2", link: "../../../../srv" }, { name: "x/f" }])).toEqual([
      "directory srv",
      "symlink x to ../../../../srv",
      "file srv/f",
    ]);
  });

  test("that is the whole root puts the file there", async () => {
    expect(await builtFrom([{ name: "x", type: "2", link: "/" }, { name: "x/f" }])).toEqual([
      "symlink x to /",
      "file f",
    ]);
  });

  test("of which one is in another package", () =>
    withFolder(async (folder) => {
      const link = await debOfBlocks([{ name: "x", type: "2", link: "/srv/y" }]);
      const file = await debOfBlocks([{ name: "x/f" }]);
      const stanza = (name: string, deb: Buffer) => ({
        name,
        deb: Buffer.from(deb.toString("latin1").replace("Package: odd", `Package: ${name}`), "latin1"),
      });
      const { layers } = await rootOfPackages(folder, [stanza("one", link), stanza("two", file)]);
      expect(layers.flat()).toContain("file srv/y/f");
      expect(layers.flat().filter((line) => / x\//.test(line))).toEqual([]);
    }));

  test("in a circle is refused", async () => {
    const circle = [
      { name: "a", type: "2", link: "b" },
      { name: "b", type: "2", link: "a" },
    ];
    expect(await refused([...circle, { name: "a/f" }])).toContain("below /a, which is no directory");
  });
});

test("a directory that becomes a symlink in the same package is refused (GHSA-9r2w-394v-53qc, GHSA-qq89-hq3f-393p)", async () => {
  for (const name of ["x", "x/", "./x", "x//"])
    expect(
      await refused([
        { name: "x/", type: "5" },
        { name, type: "2", link: "/etc" },
        { name: "x", type: "2", link: "/etc/passwd" },
        { name: "x/f" },
      ]),
    ).toMatch(/is not a sound package: it (?:brings \/x twice|puts \/x\/f below)/);
});

test("a symlink that becomes a directory again does not lead its files astray (GHSA-9r2w-394v-53qc)", async () => {
  expect(
    await builtFrom([{ name: "x", type: "2", link: "/srv" }, { name: "x/", type: "5" }, { name: "x/f" }]),
  ).toEqual(["directory srv", "symlink x to /srv", "file srv/f"]);
});

describe("a hardlink to what the package did not bring (GHSA-j44m-qm6p-hp7m, CVE-2018-20834, CVE-2019-10743)", () => {
  test.each([
    ["by its absolute path", "/etc/passwd"],
    ["by climbing", "../../etc/passwd"],
    ["through its own symlink", "x/passwd"],
    ["by its own symlink", "x"],
  ])("%s is refused", async (_, link) => {
    const why = await refused([
      { name: "x", type: "2", link: "/etc" },
      { name: "h", type: "1", link },
    ]);
    expect(why).toMatch(/leads out of the root|is no earlier file of it/);
  });
});

test("a file over an own hardlink, which would write through it, is refused (CVE-2018-20834)", async () => {
  expect(
    await refused([
      { name: "a", content: "1" },
      { name: "b", type: "1", link: "a" },
      { name: "b", content: "2" },
    ]),
  ).toContain("it brings /b twice");
});

test("files that are whiteouts to a layer's readers are refused (image-spec, layer.md)", async () => {
  for (const name of ["etc/.wh.passwd", ".wh..wh..opq"])
    expect(await refused([{ name }])).toContain("would hide files");
});

test("a path that stands twice, by whatever spelling, is refused", async () => {
  for (const name of ["usr/bin/x", "./usr/bin/x", "/usr//bin/./x", "bin/x"])
    expect(
      await refused([
        { name: "usr/bin/x", content: "1" },
        { name, content: "2" },
      ]),
    ).toContain("it brings /usr/bin/x twice");
});

test("sizes that two readers read differently hide nothing (CVE-2025-62518 and its kin)", async () => {
  const inner = tarBlock({ name: "hidden" });
  // The pax size counts, so what lies in the file is content; a reader of the header's 0 would take it for an entry.
  const file = { name: "outer", content: inner, size: 0 };
  expect(await builtFrom([paxBlock({ size: String(inner.length) }), file, { name: "next" }])).toEqual([
    "file outer",
    "file next",
  ]);
});

test("folders a thousand deep are read in time and without recursion (GHSA-f5x3-32g6-xq36)", async () => {
  const deep = `${"d/".repeat(1900)}x`;
  const lines = await builtFrom([paxBlock({ path: deep }), { name: "x" }]);
  expect(lines.length).toBe(1901);
});

test("owners that wrap around to root, or that nobody can have, are refused (CVE-2024-40635 and its kin)", async () => {
  for (const uid of ["4294967296", "4294967295", "18446744073709551616", "-1"])
    expect(await refused([paxBlock({ uid }), { name: "x" }])).toMatch(
      /which nobody can have|is not a number/,
    );
});

test("names of an object's own machinery are names", async () => {
  expect(await builtFrom([{ name: "__proto__" }, { name: "constructor" }, { name: "toString" }])).toEqual([
    "file __proto__",
    "file constructor",
    "file toString",
  ]);
});
