import { execFileSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { extractBlocks, extractWithBait } from "../kit/bait.ts";
import { entriesOf, type Tree } from "../kit/images.ts";
import { paxBlock, type TarBlock, tarBlock } from "../kit/tar-blocks.ts";

/**
 * One test per class of advisory against programs that extract archives. The bait lies beside the folder: it must be as
 * it was, and what is refused leaves nothing behind (the kit looks for both in every test).
 */
const refusal = async (blocks: readonly (TarBlock | Buffer)[]) => (await extractBlocks(blocks)).refused;
const lines = async (blocks: readonly (TarBlock | Buffer)[]) => (await extractBlocks(blocks)).lines;
const folder = (name: string): TarBlock => ({ name: `${name}/`, type: "5", mode: 0o755 });
const symlink = (name: string, link: string): TarBlock => ({ name, type: "2", link });
const hardlink = (name: string, link: string): TarBlock => ({ name, type: "1", link });
const file = (name: string, content = "x"): TarBlock => ({ name, content });

describe("paths that leave the folder (zip-slip; CVE-2021-29136; GHSA-3jfq-g458-7qm9; GHSA-5955-9wpr-37jh)", () => {
  test.each(["../secret", "a/../../secret", "./../secret", "..", "a/.."])("%s is refused", async (name) => {
    expect(await refusal([folder("a"), file(name)])).toContain("leads out of the root");
  });

  test("an absolute one stays inside", async () => {
    expect(await lines([file("/etc/passwd"), file("//a")])).toEqual([
      "file a",
      "directory etc",
      "file etc/passwd",
    ]);
  });

  test("a drive letter or a backslash is a name like any other", async () => {
    expect(await lines([file("C:/x"), file("C:..\\secret"), file("..\\secret")])).toEqual([
      "file ..\\secret",
      "directory C:",
      "file C:..\\secret",
      "file C:/x",
    ]);
  });

  test("a NUL ends a header's name, and is refused in a record", async () => {
    expect(await lines([file("a\0/../../secret")])).toEqual(["file a"]);
    expect(await refusal([paxBlock({ path: "a\0/../../secret" }), file("x")])).toContain("holds a NUL");
  });

  test("a library's own entries are held to the same", async () => {
    const [entry] = entriesOf({ a: "x" }) as [Entry];
    for (const path of ["../secret", "/a", "a//b", "./a", "a/", "a\0b"])
      expect((await extractWithBait(() => [{ ...entry, path }])).refused).toMatch(/path|leads out|NUL/);
    for (const link of ["../secret", "/a", "b"])
      expect((await extractWithBait(() => [{ ...entry, type: "hardlink", link, size: 0 }])).refused).toMatch(
        /leads out|no earlier file/,
      );
  });
});

describe("the folder itself (CVE-2021-29136, umoci: an entry for the root that is a symlink)", () => {
  test.each([".", "./", "/", ""])("%j as a symlink is refused", async (name) => {
    expect(await refusal([symlink(name, "ROOM/out"), file("secret")])).toMatch(/without a name/);
  });

  test("as an entry of a library, too", async () => {
    const [link] = entriesOf({ "l -> ../out": "" }) as [Entry];
    expect((await extractWithBait(() => [{ ...link, path: "" }])).refused).toContain("its root is a symlink");
  });

  test("as a folder gives its attributes, at the very end", async () => {
    await extractWithBait(
      () => entriesOf({ "/": { mode: 0o555, mtime: 77 }, a: "x" }),
      {},
      async (at) => {
        const found = await stat(at);
        expect([found.mode & 0o7777, found.mtimeMs]).toEqual([
          process.getuid?.() === 0 ? 0o555 : 0o755,
          77_000,
        ]);
      },
    );
  });
});

describe("a file through a symlink of the archive (CVE-2018-20834, GHSA-r628-mhmh-qjhw)", () => {
  test.each(["ROOM/out", "../out", "..", "/", ".", "in"])("to %s is refused", async (link) => {
    expect(await refusal([symlink("l", link), file("l/secret")])).toContain(
      "lies below l, which is no folder",
    );
  });

  test("in several steps is refused", async () => {
    const steps = [folder("a"), symlink("a/b", ".."), symlink("c", "a/b/.."), file("c/secret")];
    expect(await refusal(steps)).toContain("lies below c, which is no folder");
  });

  test("of the same name as the file is refused, and the file that it names stays", async () => {
    expect(await refusal([symlink("l", "ROOM/secret"), file("l")])).toContain("l stands twice");
  });

  test("where a folder is to be is refused", async () => {
    expect(await refusal([symlink("l", "ROOM/out"), folder("l"), file("l/secret")])).toContain(
      "stands twice",
    );
  });

  test("is refused also for folders, links and devices below it", async () => {
    for (const last of [folder("l/x"), symlink("l/x", "y"), { name: "l/x", type: "6" }, hardlink("l/x", "f")])
      expect(await refusal([file("f"), symlink("l", "ROOM/out"), last])).toContain(
        "below l, which is no folder",
      );
  });

  test("a symlink may lead anywhere, as long as nobody goes there", async () => {
    expect(await lines([symlink("l", "ROOM/out/secret"), symlink("m", "../../..")])).toHaveLength(2);
  });
});

describe("a folder that was seen before and is another thing now (node-tar's cache: GHSA-9r2w-394v-53qc, GHSA-qq89-hq3f-393p)", () => {
  test.each(["x", "./x", "x//", "X"])("by the name %s", async (name) => {
    const outcome = await extractBlocks([folder("x"), symlink(name, "ROOM/out"), file("x/secret")]);
    if (name === "X") expect(outcome.lines).toContain("file x/secret");
    else expect(outcome.refused).toMatch(/stands twice|no folder/);
  });

  test("by names that only some file systems tell apart (CVE-2021-37712: unicode)", async () => {
    const [composed, decomposed] = ["caf\u00e9", "cafe\u0301"];
    const outcome = await extractBlocks([
      paxBlock({ path: `${composed}/` }),
      folder("x"),
      paxBlock({ path: decomposed, linkpath: "../out" }),
      symlink("x", "x"),
      paxBlock({ path: `${composed}/secret` }),
      file("x"),
    ]);
    expect(outcome.lines).toHaveLength(3);
  });
});

describe("hardlinks (CVE-2018-20834, CVE-2019-10743, node-tar's GHSA-8qq5-rm4j-mr97 and its kin)", () => {
  test.each(["/etc/passwd", "ROOM/secret", "missing", "d"])("to %s are refused", async (link) => {
    expect(await refusal([folder("d"), hardlink("h", link)])).toMatch(/no earlier file of it/);
  });

  test.each(["../secret", "d/../../secret"])("that climb to %s are refused", async (link) => {
    expect(await refusal([folder("d"), hardlink("h", link)])).toContain("leads out of the root");
  });

  test("through a symlink are refused", async () => {
    expect(await refusal([symlink("l", "ROOM/out"), hardlink("h", "l/secret")])).toContain("no earlier file");
  });

  test("to a symlink are the symlink, and nothing is written through it", async () => {
    const link = [symlink("l", "ROOM/secret"), hardlink("h", "l")];
    expect((await lines(link)).map((line) => line.split(" -> ")[0])).toEqual(["symlink h", "symlink l"]);
    expect(await refusal([...link, file("h", "changed")])).toContain("h stands twice");
  });

  test("to a file that comes later are refused", async () => {
    expect(await refusal([hardlink("h", "f"), file("f")])).toContain("no earlier file");
  });
});

describe("what must not appear by itself", () => {
  const odd: readonly TarBlock[] = [
    { name: "n", type: "3" },
    { name: "b", type: "4" },
    { name: "p", type: "6" },
    { name: "s", content: "x", mode: 0o6755 },
  ];

  test("devices and pipes are left out, setuid is dropped, and both are said", async () => {
    const outcome = await extractBlocks(odd);
    expect(outcome.lines).toEqual(["file s"]);
    expect(outcome.result?.losses.filter(({ kind }) => kind !== "owner")).toEqual([
      { kind: "device", count: 3, paths: ["n", "b", "p"] },
      { kind: "setuid", count: 1, paths: ["s"] },
    ]);
  });

  test("a hardlink to a device that was left out is left out, too", async () => {
    expect(await lines([...odd, hardlink("h", "n")])).toEqual(["file s"]);
  });

  test("a file that was to be set-user-ID was never so under its name, nor open to others", async () => {
    const slow = async function* () {
      const [entry] = entriesOf({ s: { mode: 0o4777, content: "ab" } }) as [Entry];
      yield {
        ...entry,
        content: (async function* () {
          yield Buffer.from("a");
          yield Buffer.from("b");
        })(),
      };
    };
    await extractWithBait(slow, { setuid: true }, async (at) => {
      const { mode, uid } = await stat(join(at, "s"));
      expect(mode & 0o7777).toBe(process.getuid?.() === 0 ? 0o4777 : 0o777);
      expect(uid).toBe(process.getuid?.());
    });
  });
});

describe("archives that two readers read differently (CVE-2025-62518, TARmageddon: a pax size, and the header's)", () => {
  test("the record counts, and what lies in the file's content is no entry", async () => {
    const inner = tarBlock({ name: "hidden", content: "x" });
    const blocks = [paxBlock({ size: String(inner.length) }), { name: "outer", content: inner, size: 0 }];
    expect(await lines([...blocks, file("next")])).toEqual(["file next", "file outer"]);
  });

  test("GNU tar agrees", async () => {
    const inner = tarBlock({ name: "hidden", content: "x" });
    const tar = Buffer.concat([
      paxBlock({ size: String(inner.length) }),
      tarBlock({ name: "outer", content: inner, size: 0 }),
      tarBlock({ name: "next" }),
      Buffer.alloc(1024),
    ]);
    expect(execFileSync("tar", ["-t"], { input: tar, encoding: "utf8" })).toBe("outer\nnext\n");
  });
});

describe("floods", () => {
  test("more bytes than are allowed are refused, before they are written (tar bombs)", async () => {
    const bomb: Tree = { a: "x".repeat(600), b: "x".repeat(600) };
    expect((await extractWithBait(() => entriesOf(bomb), { sizeLimit: 1000 })).refused).toBe(
      "all that is in a.tar is larger than the limit of 1000 bytes; it was not read further.",
    );
  });

  test("content that is longer or shorter than its header says is refused", async () => {
    const [entry] = entriesOf({ a: "12345" }) as [Entry];
    expect((await extractWithBait(() => [{ ...entry, size: 4 }])).refused).toContain("larger than the limit");
    expect((await extractWithBait(() => [{ ...entry, size: 6 }])).refused).toContain("ends after 5 bytes");
  });

  test("a file of a huge size that is not there is refused", async () => {
    expect(await refusal([paxBlock({ size: "9007199254740991" }), file("a")])).toMatch(/ends after/);
  });

  test("two thousand folders within each other are made, and removed after a failure (GHSA-f5x3-32g6-xq36)", {
    timeout: 120_000,
  }, async () => {
    const deep = "d/".repeat(2000);
    const blocks = [paxBlock({ path: `${deep}x` }), file("x")];
    const outcome = await extractWithBait(
      () => entriesOf({ [`${deep}x`]: "deep" }),
      {},
      async (at) => {
        expect((await stat(join(at, "d/".repeat(1999)))).isDirectory()).toBe(true);
        // Node's own rm takes its time with such a tree.
        execFileSync("rm", ["-r", at]);
      },
    );
    expect(outcome.result?.entries).toBe(1);
    expect(await refusal([...blocks, symlink("l", "/"), file("l/x")])).toContain("no folder");
  });

  test("long names of deep folders, too long for any path of this system, are removed after a failure", async () => {
    const deep = `${"n".repeat(255)}/`.repeat(15);
    expect(await refusal([paxBlock({ path: `${deep}x` }), file("x"), file("..")])).toContain("leads out");
  });

  test("a name that no file system takes is one sentence", async () => {
    expect(await refusal([paxBlock({ path: "n".repeat(300) }), file("x")])).toMatch(/its name is too long/);
  });
});

test("names of an object's own machinery are names", async () => {
  const tree: Tree = [
    ["__proto__/", {}],
    ["__proto__/constructor", "x"],
    ["hasOwnProperty", "x"],
  ];
  expect((await extractWithBait(() => entriesOf(tree))).lines).toEqual([
    "directory __proto__",
    "file __proto__/constructor",
    "file hasOwnProperty",
  ]);
});
