import type { RootView } from "../../src/model/rootfs.ts";

/** One path that two roots do not agree on. */
export interface Difference {
  readonly path: string;
  /** `only in A`, `only in B`, or what differs: `type`, `mode 755 644`, `owner`, `link`, `content`, `time`. */
  readonly what: string;
}

export interface CompareOptions {
  /** Names of the two roots in the differences. */
  readonly names: readonly [string, string];
  /** Whether times count, for a path. Default: they do not. */
  readonly times?: (path: string) => boolean;
}

/** Every path on which two roots differ, sorted: presence, type, mode, owner, link text, content. */
export function compareRoots(
  a: RootView,
  b: RootView,
  { names, times = () => false }: CompareOptions,
): Difference[] {
  const differences: Difference[] = [];
  const paths = new Set([...a.under(""), ...b.under("")].map((entry) => entry.path));
  for (const path of [...paths].sort()) {
    const [x, y] = [a.get(path), b.get(path)];
    if (!x || !y) {
      differences.push({ path, what: `only in ${x ? names[0] : names[1]}` });
      continue;
    }
    const say = (what: string) => differences.push({ path, what });
    if (x.type !== y.type) say(`type ${x.type} ${y.type}`);
    else {
      if (x.type !== "symlink" && x.mode !== y.mode) say(`mode ${x.mode.toString(8)} ${y.mode.toString(8)}`);
      if (x.uid !== y.uid || x.gid !== y.gid) say(`owner ${x.uid}:${x.gid} ${y.uid}:${y.gid}`);
      if (x.link !== y.link) say(`link ${x.link} ${y.link}`);
      if (x.type === "file" && (x.size !== y.size || !sameContent(a, b, path))) say("content");
      if (x.mtime !== y.mtime && times(path)) say(`time ${x.mtime} ${y.mtime}`);
    }
  }
  return differences;
}

function sameContent(a: RootView, b: RootView, path: string): boolean {
  const [x, y] = [a.read(path), b.read(path)];
  return x !== undefined && y !== undefined && Buffer.from(x).equals(y);
}
