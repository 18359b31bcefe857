import { readdirSync, renameSync, symlinkSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { type ExtractOptions, extractTree } from "../../src/extract/extract-tree.ts";
import { readSidecar } from "../../src/formats/sidecar.ts";
import type { Entry } from "../../src/model/entry.ts";
import { entriesOf, type Tree } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

const options: ExtractOptions = { where: "a.tar", owners: process.getuid?.() === 0, setuid: false };
const tree: Tree = { "a/": {}, "a/b": "x" };

/** What becomes of `start` after some entries: it runs with the path of the folder that is being filled. */
async function* withStep(room: string, first: Tree, step: (staged: string) => void, rest: Tree) {
  yield* entriesOf(first);
  const staged = readdirSync(room).find((name) => /^\.in\..*part$/.test(name) && !name.includes("jsonl"));
  step(join(room, staged ?? "none"));
  yield* entriesOf(rest);
}

test("a new folder, an empty one and a link to one are filled", () =>
  withFolder(async (room) => {
    await extractTree(entriesOf(tree), join(room, "new"), options);
    await mkdir(join(room, "empty"));
    await symlink("empty", join(room, "link"));
    await extractTree(entriesOf(tree), join(room, "link"), options);
    for (const name of ["new", "empty", "link"])
      expect(await readFile(join(room, name, "a/b"), "utf8")).toBe("x");
    expect(await readlink(join(room, "link"))).toBe("empty");
    expect((await readdir(room)).sort()).toEqual([
      "empty",
      "empty.tare.jsonl",
      "link",
      "new",
      "new.tare.jsonl",
    ]);
  }));

test("the sidecar has what the entries said, in their order", () =>
  withFolder(async (room) => {
    const entries = entriesOf({ b: { mode: 0o4711, uid: 70_000 }, p: { type: "fifo" }, "a/": { mtime: -3 } });
    const { sidecar } = await extractTree(entries, join(room, "in"), options);
    const read = await readSidecar([await readFile(sidecar)], sidecar);
    expect([...read.values()]).toEqual(entries.map(({ content: _, ...header }) => header));
  }));

test.each([
  ["a folder with something in it", (room: string) => mkdir(join(room, "in/x"), { recursive: true })],
  ["a file", (room: string) => writeFile(join(room, "in"), "x")],
  ["a folder in the sidecar's place", (room: string) => mkdir(join(room, "in.tare.jsonl"))],
  [
    "somebody's file in the sidecar's place",
    (room: string) => writeFile(join(room, "in.tare.jsonl"), "mine"),
  ],
  ["an empty file in the sidecar's place", (room: string) => writeFile(join(room, "in.tare.jsonl"), "")],
])("%s is left as it is", (_, make) =>
  withFolder(async (room) => {
    await make(room);
    const before = await readdir(room, { recursive: true });
    await expect(extractTree(entriesOf(tree), join(room, "in"), options)).rejects.toThrow(
      "cannot be written",
    );
    expect(await readdir(room, { recursive: true })).toEqual(before);
  }),
);

test("a sidecar whose folder is gone gives way", () =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    await extractTree(entriesOf({ old: "" }), folder, options);
    await rm(folder, { recursive: true });
    const { sidecar } = await extractTree(entriesOf(tree), folder, options);
    expect([...(await readSidecar([await readFile(sidecar)], sidecar)).keys()]).toEqual(["a", "a/b"]);
  }));

test("a folder that is not there to write into is one sentence", () =>
  withFolder(async (room) => {
    await expect(extractTree(entriesOf(tree), join(room, "none/in"), options)).rejects.toThrow(
      "cannot be written: its folder does not exist",
    );
  }));

test("a source that fails half-way leaves nothing, also of what it was to replace", () =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    await extractTree(entriesOf({ old: "old" }), folder, options);
    const before = await readFile(`${folder}.tare.jsonl`);
    const failing = async function* (): AsyncGenerator<Entry> {
      yield* entriesOf(tree);
      throw new Error("no more");
    };
    await expect(extractTree(failing(), folder, { ...options, replace: true })).rejects.toThrow("no more");
    expect(await readdir(folder)).toEqual(["old"]);
    expect(await readFile(`${folder}.tare.jsonl`)).toEqual(before);
    expect(await readdir(room)).toHaveLength(2);
  }));

/** The clock of the kernel's file times goes on in steps of up to 10 ms. */
const clockTick = () => setTimeout(20);

/** Makes an edit, and puts the file's times back. */
async function inSecret(file: string, edit: () => Promise<unknown>) {
  const { atime, mtime } = await stat(file);
  await edit();
  await utimes(file, atime, mtime);
}

const keeps: readonly [string, Tree, (folder: string) => Promise<unknown>, string][] = [
  ["a new file", tree, (at) => writeFile(join(at, "mine"), "x"), "mine was not extracted"],
  ["a new folder", tree, (at) => mkdir(join(at, "a/mine")), "a/mine was not extracted"],
  ["a new link", tree, (at) => symlink("x", join(at, "a/l")), "a/l was not extracted"],
  ["another content", tree, (at) => writeFile(join(at, "a/b"), "more"), "a/b was changed since"],
  ["a content of the same size", tree, (at) => writeFile(join(at, "a/b"), "y"), "a/b was changed since"],
  [
    "a content of the same size and time",
    tree,
    (at) => inSecret(join(at, "a/b"), () => writeFile(join(at, "a/b"), "y")),
    "a/b was changed since",
  ],
  ["another mode", tree, (at) => chmod(join(at, "a/b"), 0o600), "a/b was changed since"],
  ["a folder's other mode", tree, (at) => chmod(join(at, "a"), 0o711), "a was changed since"],
  ["its own other mode", tree, (at) => chmod(at, 0o711), "the folder's mode or owner was changed since"],
  [
    "a link that leads elsewhere",
    { "l -> x": "" },
    async (at) => {
      await unlink(join(at, "l"));
      await symlink("y", join(at, "l"));
    },
    "l was changed since",
  ],
];

test.each(keeps)("%s in the folder is never replaced", (_, first, change, why) =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    await extractTree(entriesOf(first), folder, options);
    await clockTick();
    await change(folder);
    const before = await readdir(room, { recursive: true });
    await expect(extractTree(entriesOf({ new: "" }), folder, { ...options, replace: true })).rejects.toThrow(
      `${folder} cannot be written: ${why}, and would be lost; move it elsewhere`,
    );
    expect(await readdir(room, { recursive: true })).toEqual(before);
  }),
);

test.skipIf(!options.owners)("nor is what belongs to somebody else now", () =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    for (const given of ["a", "a/b"]) {
      await extractTree(entriesOf(tree), folder, options);
      await clockTick();
      await chown(join(folder, given), 70_000, 70_000);
      await expect(extractTree(entriesOf(tree), folder, { ...options, replace: true })).rejects.toThrow(
        `${given} was changed since`,
      );
      await rm(folder, { recursive: true });
    }
  }),
);

test("what was removed there is no work of anybody, and an owner of the archive's is none either", () =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    const owned = { uid: 7, gid: 8 };
    const first: Tree = {
      "": { type: "directory", mode: 0o700, ...owned },
      "a/": owned,
      "a/b": owned,
      "a/c": "",
    };
    await extractTree(entriesOf(first), folder, options);
    await unlink(join(folder, "a/c"));
    await extractTree(entriesOf(tree), folder, { ...options, replace: true });
    expect(await readdir(join(folder, "a"))).toEqual(["b"]);
  }));

test("nor is what somebody puts there while its successor is extracted", () =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    await extractTree(entriesOf(tree), folder, options);
    const sidecar = await readFile(`${folder}.tare.jsonl`);
    const during = async function* (): AsyncGenerator<Entry> {
      yield* entriesOf({ new: "" });
      await writeFile(join(folder, "mine"), "x");
    };
    await expect(extractTree(during(), folder, { ...options, replace: true })).rejects.toThrow(
      "mine was not extracted",
    );
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["a", "a/b", "mine"]);
    expect(await readFile(`${folder}.tare.jsonl`)).toEqual(sidecar);
    expect((await readdir(room)).sort()).toEqual(["in", "in.tare.jsonl"]);
  }));

test("an extraction that nobody touched gives way: links, odd names and times, folders that no entry speaks of", () =>
  withFolder(async (room) => {
    const folder = join(room, "in");
    const first = {
      "deep/er/f": { content: "x", mtime: -5 },
      "h => deep/er/f": "",
      "l -> \udcfe": "",
      "m => l": "",
      "\udcff": { content: "late", mtime: Number.MAX_SAFE_INTEGER },
      p: { type: "fifo" as const },
      half: { content: "x", mtime: 7, nanoseconds: 999_999_999 },
    };
    for (const next of [first, first, tree])
      await extractTree(entriesOf(next), folder, { ...options, replace: true });
    expect((await readdir(room, { recursive: true })).sort()).toEqual([
      "in",
      "in.tare.jsonl",
      "in/a",
      "in/a/b",
    ]);
  }));

test("an abort in the middle of a file leaves nothing", () =>
  withFolder(async (room) => {
    const abort = new AbortController();
    const [entry] = entriesOf({ a: "1234" }) as [Entry];
    const content = (async function* () {
      yield Buffer.from("12");
      abort.abort();
      yield Buffer.from("34");
    })();
    const running = extractTree([{ ...entry, content }], join(room, "in"), {
      ...options,
      signal: abort.signal,
    });
    await expect(running).rejects.toThrow("abort");
    expect(await readdir(room)).toEqual([]);
  }));

test("somebody who moves the half-made folder and puts a link there gets nothing written elsewhere", () =>
  withFolder(async (room) => {
    await mkdir(join(room, "out"));
    const swap = (staged: string) => {
      renameSync(staged, join(room, "moved"));
      symlinkSync(join(room, "out"), staged);
    };
    const entries = withStep(room, tree, swap, { "a/c": "x", d: "x", "e/": {}, "e/f": "x", "g => d": "" });
    await expect(extractTree(entries, join(room, "in"), options)).rejects.toThrow("somebody else moves");
    expect(await readdir(join(room, "out"))).toEqual([]);
    expect(await readdir(join(room, "moved"))).toEqual([]);
    expect((await readdir(room)).filter((name) => name.startsWith("in"))).toEqual([]);
  }));

test("what appears in the folder by itself is neither followed nor overwritten", () =>
  withFolder(async (room) => {
    await mkdir(join(room, "out"));
    await writeFile(join(room, "secret"), "untouched");
    const plant = (staged: string) => {
      symlinkSync(join(room, "out"), join(staged, "l"));
      symlinkSync(join(room, "secret"), join(staged, "s"));
    };
    for (const rest of [{ "l/x": "" }, { "l/": {} }, { s: "changed" }, { "h => l/x": "" }, { "s -> x": "" }])
      await expect(extractTree(withStep(room, {}, plant, rest), join(room, "in"), options)).rejects.toThrow(
        /no folder of it|stands twice|no earlier file/,
      );
    // As where the file system takes two names for one folder.
    const fold = (staged: string) => renameSync(join(staged, "a"), join(staged, "A"));
    await expect(
      extractTree(withStep(room, tree, fold, { "A/c": "" }), join(room, "in"), options),
    ).rejects.toThrow("A stands twice in it, or the file system takes another name for this one");
    expect(await readdir(join(room, "out"))).toEqual([]);
    expect(await readFile(join(room, "secret"), "utf8")).toBe("untouched");
    expect((await readdir(room)).sort()).toEqual(["out", "secret"]);
  }));

test("names that are not UTF-8 are these bytes", () =>
  withFolder(async (room) => {
    await extractTree(
      entriesOf({ "a\udcff/": {}, "a\udcff/\udc80": "x", "l -> \udcfe": "" }),
      join(room, "in"),
      options,
    );
    const names = await readdir(Buffer.from(join(room, "in")), { encoding: "buffer" });
    expect(names.map((name) => name.toString("hex")).sort()).toEqual(["61ff", "6c"]);
    expect((await readlink(join(room, "in/l"), { encoding: "buffer" })).toString("hex")).toBe("fe");
  }));

test("times before the epoch, and of no file system, do no harm", () =>
  withFolder(async (room) => {
    await extractTree(
      entriesOf({
        a: { mtime: -1.5e9, nanoseconds: 5e8 },
        b: { mtime: Number.MAX_SAFE_INTEGER },
        "d/": { mtime: -7 },
      }),
      join(room, "in"),
      options,
    );
    expect((await stat(join(room, "in/a"))).mtimeMs).toBe(-1.5e12 + 500);
    expect((await stat(join(room, "in/d"))).mtimeMs).toBe(-7000);
  }));
