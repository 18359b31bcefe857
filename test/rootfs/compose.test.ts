import { describe, expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { type Arbiter, compose } from "../../src/rootfs/compose.ts";
import { factOf, pieceOf } from "../kit/facts.ts";

const nobody: Arbiter = () => "conflict";
const laterWins: Arbiter = () => "later";
const earlierWins: Arbiter = () => "earlier";

function composed(arbiter: Arbiter, ...pieces: ReturnType<typeof pieceOf>[]) {
  const { view, adjustments } = compose(pieces, arbiter);
  return {
    tree: Object.fromEntries(
      [...view.under("")].map(({ path, type, owner, link }) => [
        path,
        `${type} of ${owner}${link ? ` to ${link}` : ""}`,
      ]),
    ),
    adjustments: Object.fromEntries(adjustments),
  };
}

test("directories are shared, the first one's attributes stand, and nothing needs adjusting", () => {
  const first = { id: "a", entries: [factOf("var/", "", { mode: 0o700 }), factOf("var/a")] };
  const second = { id: "b", entries: [factOf("var/", "", { mode: 0o777 }), factOf("var/b")] };
  const { view, adjustments } = compose([first, second], nobody);
  expect(view.get("var")).toMatchObject({ mode: 0o700, owner: "a" });
  expect([...view.under("var")].map(({ path }) => path)).toEqual(["var/a", "var/b"]);
  expect(adjustments.size).toBe(0);
});

describe("a file of two packages", () => {
  const a = pieceOf("a", { "etc/": "", "etc/motd": "a" });
  const b = pieceOf("b", { "etc/": "", "etc/motd": "b" });

  test("is a conflict when neither replaces the other", () => {
    expect(() => compose([a, b], nobody)).toThrow(
      "a and b both bring /etc/motd, and neither replaces the other; exclude one of the packages or that path.",
    );
  });

  test.each<[string, Arbiter, string, string]>([
    ["the later one's", laterWins, "b", "a"],
    ["the earlier one's", earlierWins, "a", "b"],
  ])("is %s when the arbiter says so, and the other leaves it out", (_, arbiter, keeper, other) => {
    const { view, adjustments } = compose([a, b], arbiter);
    expect(view.get("etc/motd")?.owner).toBe(keeper);
    expect(Buffer.from(view.read("etc/motd") ?? []).toString()).toBe(keeper);
    expect(Object.fromEntries(adjustments)).toEqual({ [other]: { omit: ["etc/motd"], aliases: [] } });
  });

  test("and a third goes to the last that replaces", () => {
    const c = pieceOf("c", { "etc/motd": "c" });
    expect(composed(laterWins, a, b, c)).toEqual({
      tree: { etc: "directory of a", "etc/motd": "file of c" },
      adjustments: { a: { omit: ["etc/motd"], aliases: [] }, b: { omit: ["etc/motd"], aliases: [] } },
    });
  });
});

test("a package that brings a path twice is unsound, whatever the arbiter says", () => {
  expect(() => compose([pieceOf("a", { x: "1", "x/": "" })], laterWins)).toThrow(
    "a is not a sound package: it brings /x twice.",
  );
});

describe("a directory of one package that is another's link", () => {
  const real = pieceOf("base", { "usr/": "", "usr/lib/": "", lib: "-> usr/lib" });
  const below = pieceOf("old", { "lib/": "", "lib/modules/": "", "lib/modules/x": "x" });

  test.each([
    ["link first", [real, below]],
    ["directory first", [below, real]],
  ])("stays a link, and what lies below moves, %s", (_, pieces) => {
    const { view, adjustments } = compose(pieces, nobody);
    expect(view.get("lib")).toMatchObject({ type: "symlink", owner: "base" });
    expect(Object.fromEntries(adjustments)).toEqual({
      old: { omit: [], aliases: [{ from: "lib", to: "usr/lib" }] },
    });
  });

  test("gives way to the arbiter when the link leads to a file", () => {
    const link = pieceOf("l", { "etc/": "", "etc/f": "", x: "-> etc/f" });
    const folder = pieceOf("d", { "x/": "" });
    expect(() => compose([link, folder], nobody)).toThrow("l and d both bring /x");
  });
});

test("a link into a link is followed to its end, and one to the root, too", () => {
  const links = pieceOf("links", { "srv/": "", a: "-> b", b: "-> srv", root: "-> /", up: "-> ../../.." });
  const files = pieceOf("files", { "a/x": "", "root/y": "", "up/z": "" });
  expect(composed(nobody, links, files).adjustments).toEqual({
    files: {
      omit: [],
      aliases: [
        { from: "a", to: "srv" },
        { from: "root", to: "" },
        { from: "up", to: "" },
      ],
    },
  });
});

test.each<[string, Record<string, string>, Record<string, string>]>([
  ["a file", { x: "content" }, { "x/y": "" }],
  ["a file that the other piece brings later", { "x/y": "" }, { x: "content" }],
  ["a link that leads in a circle", { x: "-> z", z: "-> x" }, { "x/y": "" }],
  ["a link to itself", { x: "-> x" }, { "x/y": "" }],
  ["a link to a file", { f: "content", x: "-> f" }, { "x/y": "" }],
  ["a link that goes through a file", { f: "content", x: "-> f/deeper" }, { "x/y": "" }],
  ["a link into itself", { x: "-> x/y" }, { "x/y": "" }],
])("nothing can lie below %s", (_, first, second) => {
  const refused = (...pieces: ReturnType<typeof pieceOf>[]) => {
    try {
      compose(pieces, nobody);
    } catch (cause) {
      return cause instanceof TareError ? cause.code : cause;
    }
    return "nothing";
  };
  expect(refused(pieceOf("a", first), pieceOf("b", second))).toBe("FILE_CONFLICT");
  expect(refused(pieceOf("a", { ...first, ...second }))).toBe("BAD_ARCHIVE");
});

test("a file that another one replaces with a directory's link may not be missed below it", () => {
  const folder = pieceOf("a", { "opt/": "", "opt/x": "" });
  const file = pieceOf("b", { opt: "a file" });
  expect(() => compose([folder, file], laterWins)).toThrow("b and a both bring /opt");
});

test("forty links are followed, and no more", () => {
  const chain = (length: number) =>
    pieceOf("l", {
      "end/": "",
      ...Object.fromEntries(
        Array.from({ length }, (_, at) => [`l${at}`, at + 1 < length ? `-> l${at + 1}` : "-> end"]),
      ),
    });
  const file = pieceOf("f", { "l0/x": "" });
  expect(composed(nobody, chain(40), file).adjustments).toEqual({
    f: { omit: [], aliases: [{ from: "l0", to: "end" }] },
  });
  expect(() => compose([chain(41), file], nobody)).toThrow("l and f both bring /l0");
});

test("the view reads files through links and hardlinks, and nothing else", () => {
  const { view } = compose(
    [
      pieceOf("a", {
        "etc/": "",
        "etc/a": "text",
        "etc/empty": "",
        l: "-> /etc/a",
        h: "= etc/a",
        loop: "-> loop",
      }),
    ],
    nobody,
  );
  const read = (path: string) => {
    const bytes = view.read(path);
    return bytes && Buffer.from(bytes).toString();
  };
  expect(["etc/a", "l", "h", "etc/empty", "loop", "etc", "none", ""].map(read)).toEqual([
    "text",
    "text",
    "text",
    "",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("what is under a directory comes sorted, without its neighbours", () => {
  const { view } = compose(
    [pieceOf("a", { "a/": "", "a/b": "", "a/é": "", "a-b": "", "a.b": "", ab: "" })],
    nobody,
  );
  expect([...view.under("a")].map(({ path }) => path)).toEqual(["a/b", "a/é"]);
  expect([...view.under("")].length).toBe(6);
  expect([...view.under("zzz")]).toEqual([]);
});
