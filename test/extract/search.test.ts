import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeAt, searchDown } from "../../src/extract/search.ts";
import { type Node, pathOf, RootTree } from "../../src/images/root-tree.ts";
import { entriesOf, type Tree } from "../kit/images.ts";

/** The layers, and how often each was read. */
function layersOf(...trees: Tree[]) {
  const reads = trees.map(() => 0);
  const layers = trees.map(
    (tree, at) =>
      async function* () {
        reads[at] = (reads[at] ?? 0) + 1;
        yield* entriesOf(tree);
      },
  );
  return { layers, reads };
}

async function find(path: string, ...trees: Tree[]) {
  const { layers, reads } = layersOf(...trees);
  const inside = { layers, where: "an image", whiteouts: true };
  const found = await searchDown(inside, (tree) => nodeAt(tree, path, true));
  return { path: found && pathOf(found.found), reads: reads.join("") };
}

test("a file of the uppermost layer is found without reading the others", async () => {
  expect(await find("etc/motd", { "etc/": {}, "etc/motd": "1" }, { "etc/": {}, "etc/motd": "2" })).toEqual({
    path: "etc/motd",
    reads: "01",
  });
});

test("layers are read down to the one that has it", async () => {
  expect(await find("a", { a: "" }, { a: "" }, { b: "" }, { c: "" })).toEqual({ path: "a", reads: "0111" });
});

test("a whiteout above hides it, and one in its own layer does not", async () => {
  expect(await find("a", { a: "" }, { ".wh.a": "" })).toEqual({ path: undefined, reads: "11" });
  expect(await find("a", { b: "" }, { a: "", ".wh.a": "" })).toEqual({ path: "a", reads: "01" });
  expect(await find("d/a", { "d/": {}, "d/a": "" }, { "d/": {}, "d/.wh..wh..opq": "" })).toEqual({
    path: undefined,
    reads: "11",
  });
});

test("a layer without its folders may be led elsewhere by a symlink below it, so all are read", async () => {
  const usr = { "usr/": {}, "usr/lib/": {}, "usr/lib/x": "old", "lib -> usr/lib": "" };
  expect(await find("usr/lib/x", usr, { "lib/x": "new" })).toEqual({ path: "usr/lib/x", reads: "11" });
  expect(await find("lib/x", usr, { "lib/": {}, "lib/x": "new" })).toEqual({ path: "lib/x", reads: "01" });
});

test("symlinks are followed across layers, and never out of the root", async () => {
  const links = { "a -> ../../b/./x": "", "b -> /c": "", "l -> l": "" };
  expect(await find("a", { "c/": {}, "c/x": "" }, links)).toMatchObject({ path: "c/x" });
  expect(await find("a", links)).toMatchObject({ path: undefined });
  await expect(find("l", links)).rejects.toThrow("too many symlinks");
});

const names = ["a", "b", "a/x", "b/x", "a/x/y"];
const act = fc.record({
  kind: fc.constantFrom("file", "folder", "symlink", "hardlink", "whiteout", "opaque"),
  path: fc.constantFrom(...names),
  target: fc.constantFrom(...names, "/b", "../a", "."),
});

function treeOf(acts: readonly { kind: string; path: string; target: string }[]): [string, object][] {
  return acts.map(({ kind, path, target }) => {
    const cut = path.lastIndexOf("/") + 1;
    if (kind === "folder") return [`${path}/`, {}];
    if (kind === "symlink") return [`${path} -> ${target}`, {}];
    if (kind === "hardlink") return [`${path} => ${target}`, {}];
    if (kind === "whiteout") return [`${path.slice(0, cut)}.wh.${path.slice(cut)}`, {}];
    return [kind === "opaque" ? `${path}/.wh..wh..opq` : path, {}];
  });
}

const spotOf = (node: Node | undefined) =>
  node && [pathOf(node), node.kind === "leaf" ? node.inode.source : "folder"];

test("what is found from the top is what all layers together have", async () => {
  const random = fc.array(fc.array(act, { maxLength: 6 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(random, fc.constantFrom(...names), fc.boolean(), async (acts, path, follow) => {
      const trees = acts.map(treeOf);
      const whole = new RootTree("all");
      let wanted: unknown;
      try {
        for (const [layer, tree] of trees.entries())
          for (const [index, entry] of entriesOf(tree).entries()) whole.apply(entry, { layer, index });
        wanted = spotOf(nodeAt(whole, path, follow));
      } catch {
        return;
      }
      const inside = { layers: layersOf(...trees).layers, where: "x", whiteouts: true };
      const found = await searchDown(inside, (tree) => nodeAt(tree, path, follow));
      expect(spotOf(found?.found)).toEqual(wanted);
    }),
    { numRuns: 3000 },
  );
});
