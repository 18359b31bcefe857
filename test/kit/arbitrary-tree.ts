import fc from "fast-check";
import { encodeText } from "../../src/bytes/text.ts";
import type { Entry } from "../../src/model/entry.ts";

/** What the trees may hold: a format, a file system or a program does not take everything. */
export interface TreeLimits {
  /** Names in bytes that are not UTF-8. */
  readonly rawNames: boolean;
  /** Bytes of a name, at most; below 100 the paths stay short, too. */
  readonly nameSize: number;
  readonly largestId: number;
  /** Seconds. */
  readonly times: readonly [min: number, max: number];
  readonly nanoseconds: boolean;
  readonly xattrs: boolean;
}

const letters = [
  "a",
  "B",
  "7",
  ".",
  "-",
  " ",
  "\n",
  "\t",
  "\\",
  '"',
  "'",
  "*",
  "[",
  "=",
  "%",
  "é",
  "日",
  "🙂",
];

/**
 * Whole trees in an order that can be unpacked: folders before what is in them, files before the hardlinks to them.
 * Hardlinks say of the file what the file's own entry says. There are holes, ids, times and names of every sort.
 */
export function arbitraryTree(limits: TreeLimits): fc.Arbitrary<Entry[]> {
  const letter = fc.constantFrom(...letters, ...(limits.rawNames ? ["\udcff", "\udc80"] : []));
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.array(letter, { maxLength: 6 }).map((all) => all.join("")) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: limits.nameSize - 3 }).map((size) => "n".repeat(size)),
    },
  );
  const id = fc.oneof(
    fc.constantFrom(0, 1000, 65_534, limits.largestId),
    fc.integer({ min: 0, max: limits.largestId }),
  );
  const [min, max] = limits.times;
  const attribute = fc.tuple(
    fc.constantFrom("user.note", "user.é", "user.a b\n", "trusted.of root"),
    fc.uint8Array({ maxLength: 60 }),
  );
  const one = fc.record({
    name,
    parent: fc.nat(),
    type: fc.constantFrom(
      ...([
        "file",
        "file",
        "file",
        "directory",
        "directory",
        "symlink",
        "hardlink",
        "fifo",
        "character",
        "block",
      ] as const),
    ),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: id,
    gid: id,
    mtime: fc.oneof(fc.constantFrom(min, 0, max), fc.integer({ min, max })),
    nanoseconds: limits.nanoseconds ? fc.constantFrom(0, 1, 500_000_000, 999_999_999) : fc.constant(0),
    xattrs: limits.xattrs ? fc.array(attribute, { maxLength: 2 }) : fc.constant([]),
    text: fc.array(letter, { minLength: 1, maxLength: 20 }).map((all) => all.join("")),
    pieces: fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 1500 }),
        fc.integer({ min: 1, max: 4 }).map((blocks) => new Uint8Array(blocks * 4096)),
      ),
      { maxLength: 4 },
    ),
    major: fc.integer({ min: 0, max: 4095 }),
    minor: fc.integer({ min: 0, max: 1_048_575 }),
  });
  type Draft = typeof one extends fc.Arbitrary<infer Value> ? Value : never;
  return fc.array(one, { minLength: 1, maxLength: limits.nameSize < 100 ? 5 : 10 }).map(treeOf);

  function treeOf(drafts: Draft[]): Entry[] {
    const tree: Entry[] = [];
    for (const [at, draft] of drafts.entries()) {
      const folders = ["", ...pathsOf(tree, "directory")];
      const files = tree.filter(({ type }) => type === "file");
      const folder = folders[draft.parent % folders.length] as string;
      const path = `${folder === "" ? "" : `${folder}/`}${at}${draft.name}`;
      if (encodeText(path).length > 2000) continue;
      const target = files[draft.parent % Math.max(1, files.length)];
      if (draft.type === "hardlink" && target !== undefined)
        tree.push({
          ...target,
          path,
          type: "hardlink",
          link: target.path,
          size: 0,
          content: new Uint8Array(0),
        });
      else tree.push(entryOf(draft, path));
    }
    return tree;
  }

  function entryOf(draft: Draft, path: string): Entry {
    const type = draft.type === "hardlink" ? "file" : draft.type;
    const content = type === "file" ? Buffer.concat(draft.pieces) : Buffer.alloc(0);
    const device = type === "character" || type === "block";
    const { uid, gid, mtime, nanoseconds, major, minor } = draft;
    const takesAttributes = (type === "file" || type === "directory") && draft.xattrs.length > 0;
    return {
      path,
      type,
      mode: type === "symlink" ? 0o777 : draft.mode,
      uid,
      gid,
      uname: "",
      gname: "",
      size: content.length,
      mtime,
      content: new Uint8Array(content),
      ...(nanoseconds > 0 && { nanoseconds }),
      ...(type === "symlink" && { link: draft.text }),
      ...(device && { major, minor }),
      ...(takesAttributes && { xattrs: new Map(draft.xattrs) }),
    };
  }
}

function pathsOf(tree: readonly Entry[], type: string): string[] {
  return tree.filter((entry) => entry.type === type).map(({ path }) => path);
}
