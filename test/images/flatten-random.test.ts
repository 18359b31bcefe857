import fc from "fast-check";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { flatten } from "../../src/images/flatten.ts";
import { layerOf, type Tree } from "../kit/images.ts";

const paths = ["a", "b", "c", "a/x", "a/y", "b/x", "b/x/z", "a/x/z"];
const act = fc.record({
  kind: fc.constantFrom("file", "file", "folder", "link", "whiteout", "opaque"),
  path: fc.constantFrom(...paths),
  target: fc.constantFrom(...paths),
});

interface Item {
  readonly layer: number;
  /** The file's number, which is its content; undefined for a folder. Names of one file share it. */
  readonly file: number | undefined;
}

const under = (path: string, folder: string) => path.startsWith(`${folder}/`);
const parentsOf = (path: string) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** The plainest way to apply layers: a map of paths. Says which entries were possible. */
function apply(layers: readonly (readonly { kind: string; path: string; target: string }[])[]) {
  const root = new Map<string, Item>();
  const trees: [string, string][][] = [];
  let files = 0;
  const remove = (path: string) => {
    for (const key of [...root.keys()]) if (key === path || under(key, path)) root.delete(key);
  };
  for (const [layer, acts] of layers.entries()) {
    const tree: [string, string][] = [];
    const hide = (path: string, self: boolean) => {
      for (const [key, item] of [...root])
        if (item.layer < layer && (under(key, path) || (self && key === path))) {
          const holds = [...root].some(([other, { layer: own }]) => under(other, key) && own === layer);
          if (!holds) root.delete(key);
        }
    };
    const place = (path: string, file: number | undefined) => {
      for (const parent of parentsOf(path)) {
        if (root.get(parent)?.file !== undefined) remove(parent);
        if (!root.has(parent)) root.set(parent, { layer, file: undefined });
      }
      if (file !== undefined || root.get(path)?.file !== undefined) remove(path);
      root.set(path, { layer, file });
    };
    for (const { kind, path, target } of acts) {
      const cut = path.lastIndexOf("/") + 1;
      const places = kind === "file" || kind === "folder" || kind === "link";
      const belowFile = parentsOf(path).some((parent) => {
        const there = root.get(parent);
        return there?.file !== undefined && there.layer === layer;
      });
      if (places && belowFile) continue;
      if (kind === "file") {
        files += 1;
        place(path, files);
        tree.push([path, String(files)]);
      } else if (kind === "folder") {
        place(path, undefined);
        tree.push([`${path}/`, ""]);
      } else if (kind === "link") {
        const file = root.get(target)?.file;
        if (file === undefined || path === target || under(path, target)) continue;
        place(path, file);
        tree.push([`${path} => ${target}`, ""]);
      } else if (kind === "whiteout") {
        hide(path, true);
        tree.push([`${path.slice(0, cut)}.wh.${path.slice(cut)}`, ""]);
      } else {
        hide(path, false);
        tree.push([`${path}/.wh..wh..opq`, ""]);
      }
    }
    trees.push(tree);
  }
  return { root, trees };
}

test("random layers come out as the plainest way of applying them says, in an order that unpacks", async () => {
  const layers = fc.array(fc.array(act, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(layers, async (acts) => {
      const { root, trees } = apply(acts);
      const made = await Promise.all(trees.map((tree: Tree) => layerOf(tree, "none")));
      const seen = new Map<string, string | undefined>();
      for await (const entry of flatten(made)) {
        expect(seen.has(entry.path)).toBe(false);
        for (const parent of parentsOf(entry.path)) expect(seen.has(parent)).toBe(true);
        const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
        const text = (await collect(content, 100, entry.path)).toString();
        if (entry.type === "hardlink") expect(seen.get(entry.link ?? "")).toBeDefined();
        const own = entry.type === "hardlink" ? seen.get(entry.link ?? "") : text;
        seen.set(entry.path, entry.type === "directory" ? "a folder" : own);
      }
      const wanted = [...root].map(([path, { file }]) => [
        path,
        file === undefined ? "a folder" : String(file),
      ]);
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(wanted));
    }),
    { numRuns: 300 },
  );
});
