import { expect, test } from "vitest";
import { withSidecar } from "../../src/formats/sidecar-entries.ts";
import type { Entry, EntryHeader } from "../../src/model/entry.ts";
import { entriesOf, type Tree } from "../kit/images.ts";

/** The folder's entries with what the archive said of them; a line each. */
async function joined(folder: Tree, archive: Tree): Promise<string[]> {
  const sidecar = new Map<string, EntryHeader>(entriesOf(archive).map((header) => [header.path, header]));
  const lines: string[] = [];
  const found = async function* (): AsyncGenerator<Entry> {
    yield* entriesOf(folder);
  };
  for await (const { path, type, mode, uid, mtime, nanoseconds = 0, link, xattrs } of withSidecar(
    found(),
    sidecar,
  )) {
    const end = `${link === undefined ? "" : ` to ${link}`}${xattrs === undefined ? "" : ` with ${[...xattrs.keys()]}`}`;
    lines.push(`${type} ${path} ${mode.toString(8)} ${uid} ${mtime}.${nanoseconds}${end}`);
  }
  return lines;
}

const own = { uid: 1000, mtime: 5 };
const xattrs = new Map([["user.a", Uint8Array.of(1)]]);

test("owners, modes and attributes are the archive's", async () => {
  expect(
    await joined(
      { "a/": { ...own, mode: 0o700 }, "a/b": { ...own, mode: 0o755 }, "l -> b": own },
      {
        "/": { uid: 3, mode: 0o711 },
        "a/": { uid: 1, mode: 0, mtime: 5 },
        "a/b": { uid: 2, mode: 0o4755, mtime: 5, nanoseconds: 7, xattrs },
        "l -> b": { uid: 4, mtime: 5 },
      },
    ),
  ).toEqual([
    "directory  711 3 0.0",
    "directory a 0 1 5.0",
    "file a/b 4755 2 5.7 with user.a",
    "symlink l 777 4 5.0 to b",
  ]);
});

test("what was changed since then counts", async () => {
  expect(
    await joined(
      { new: own, time: { ...own, mtime: 9 }, mode: { ...own, mode: 0o600 }, type: own, "l -> b": own },
      {
        gone: {},
        time: { mtime: 5, nanoseconds: 3 },
        mode: { mode: 0o644, mtime: 5 },
        "type/": { mtime: 5 },
        "l -> a": {},
      },
    ),
  ).toEqual([
    "file new 644 1000 5.0",
    "file time 644 0 9.0",
    "file mode 600 0 5.0",
    "file type 644 1000 5.0",
    "symlink l 777 1000 5.0 to b",
  ]);
});

test("devices come back where their folder still is, and links to them", async () => {
  const device = { type: "character", major: 1, minor: 3 } as const;
  expect(
    await joined(
      { "dev/": own, "dev/here": { type: "fifo", ...own } },
      {
        "dev/": {},
        "dev/null": device,
        "dev/here": { type: "fifo" },
        "dev/link => dev/null": {},
        "gone/": {},
        "gone/null": device,
      },
    ),
  ).toEqual([
    "directory dev 755 0 5.0",
    "fifo dev/here 644 0 5.0",
    "character dev/null 644 0 0.0",
    "hardlink dev/link 644 0 0.0 to dev/null",
  ]);
});

test("a file of several names has what the archive says of it, whichever name comes first", async () => {
  expect(
    await joined({ a: own, "b => a": own }, { b: { uid: 7, mtime: 5, xattrs }, "a => b": { mtime: 5 } }),
  ).toEqual(["file a 644 7 5.0 with user.a", "hardlink b 644 7 5.0 to a"]);
});
