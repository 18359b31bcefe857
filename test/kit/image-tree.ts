import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { flatten } from "../../src/images/flatten.ts";
import type { Layer } from "../../src/model/image.ts";

/**
 * What layers come to: a line for each path but the root, sorted, `bin/sh file 755 0:0 ` and then some of the content's
 * digest, or where a link leads. All names of one file have the same line. Says nothing of times.
 */
export async function treeOf(layers: readonly Layer[]): Promise<string[]> {
  const names = new Map<string, string[]>();
  const rows = new Map<string, string>();
  for await (const { path, type, mode, uid, gid, link = "", content } of flatten(layers)) {
    if (type === "hardlink") {
      names.get(link)?.push(path);
      continue;
    }
    names.set(path, [path]);
    const bytes = content instanceof Uint8Array ? content : await collect(content, 64 << 20, path);
    const what = type === "file" ? digestOf(bytes).slice(7, 15) : link;
    if (path !== "") rows.set(path, `${type} ${mode.toString(8)} ${uid}:${gid} ${what}`);
  }
  return [...rows].flatMap(([path, row]) => (names.get(path) ?? []).map((name) => `${name} ${row}`)).sort();
}
