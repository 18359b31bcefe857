import { posix } from "node:path";
import { collect } from "../bytes/bytes.ts";
import { TareError } from "../errors.ts";
import { type Extracted, extractTree } from "../extract/extract-tree.ts";
import type { Inside } from "../extract/inside.ts";
import { pathOf, RootTree } from "../images/root-tree.ts";
import { type Entry, type EntryType, rootOwned } from "../model/entry.ts";
import type { Accounts } from "./user-of.ts";

/** A place that must be there: a folder, or a file to mount another one on. */
export interface Place {
  /** Absolute, in the image; symlinks on the way are followed inside of it. */
  readonly path: string;
  readonly type: "directory" | "file";
}

/** A root filesystem that is ready to be run in. */
export interface LaidOut extends Extracted {
  /** Where each place really is, by its path: absolute, without symlinks. */
  readonly real: ReadonlyMap<string, string>;
  readonly accounts: Accounts;
}

export interface LayOutOptions {
  /** Files get their owners: only root can do that. */
  readonly owners: boolean;
  readonly signal?: AbortSignal;
}

/** Runtimes mount upon these, and must not be led elsewhere. */
const system: readonly string[] = ["proc", "dev"];
const accountFiles = { users: "etc/passwd", groups: "etc/group" } as const;
/** As Linux has it. */
const linkLimit = 40;
const accountsLimit = 4 << 20;

/**
 * Extracts a root filesystem into a new folder, and makes the places that it lacks as it goes, so that they too stay
 * inside: whatever symlinks the image has, nothing outside the folder is touched.
 * @throws CANNOT_RUN for an image whose /proc or /dev is no folder, and what {@link extractTree} throws
 */
export async function layOut(
  inside: Inside,
  folder: string,
  places: readonly Place[],
  { owners, signal }: LayOutOptions,
): Promise<LaidOut> {
  const real = new Map<string, string>();
  const texts = new Map<string, string>();
  async function* all(): AsyncGenerator<Entry> {
    const tree = new RootTree(inside.where, inside.whiteouts);
    const seen = (entry: Entry) => tree.apply(entry, { layer: 0, index: 0 });
    for await (const entry of inside.entries(signal)) {
      seen(entry);
      if (entry.type !== "file" || !Object.values<string>(accountFiles).includes(entry.path)) yield entry;
      else {
        const source = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
        const content = await collect(source, accountsLimit, entry.path);
        texts.set(entry.path, content.toString("utf8"));
        yield { ...entry, content };
      }
    }
    for (const path of system) {
      const there = tree.resolve(path, false);
      if (there !== undefined && there.kind !== "folder")
        throw new TareError({ code: "CANNOT_RUN", where: inside.where, why: `its /${path} is no folder` });
      if (there !== undefined) continue;
      const made = placeholder(path, "directory");
      seen(made);
      yield made;
    }
    for (const { path, type } of places) {
      const inner = beyondLinks(tree, posix.normalize(`/${path}`).replace(/^\/+|\/+$/g, ""));
      let there = inner === "" ? tree.root : tree.resolve(inner);
      if (there === undefined) {
        seen(placeholder(inner, type));
        there = tree.resolve(inner);
        if (there !== undefined) yield placeholder(pathOf(there), type);
      }
      if (there === undefined || (there.kind === "folder") !== (type === "directory")) {
        const why = `${path} in it is no ${type === "directory" ? "folder" : "file"}`;
        throw new TareError({ code: "CANNOT_RUN", where: inside.where, why });
      }
      real.set(path, `/${there === tree.root ? "" : pathOf(there)}`);
    }
  }
  const extracted = await extractTree(all(), folder, {
    where: inside.where,
    owners,
    setuid: false,
    ...(signal && { signal }),
  });
  const text = (path: string) => texts.get(path) ?? "";
  return {
    ...extracted,
    real,
    accounts: { users: text(accountFiles.users), groups: text(accountFiles.groups) },
  };
}

/** The path itself; of a symlink that leads to nothing, where it leads. */
function beyondLinks(tree: RootTree, path: string): string {
  let at = path;
  for (let links = 0; links < linkLimit && tree.resolve(at) === undefined; links += 1) {
    const there = tree.resolve(at, false);
    if (there?.kind !== "leaf" || there.target === undefined) break;
    at = posix.resolve("/", posix.dirname(pathOf(there)), there.target).slice(1);
  }
  return at;
}

function placeholder(path: string, type: EntryType): Entry {
  return { ...rootOwned(path, type, type === "directory" ? 0o755 : 0o644, 0), content: new Uint8Array() };
}
