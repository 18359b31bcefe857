import { concatenate } from "../bytes/bytes.ts";
import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import { encodeEntry } from "../formats/tar/encode.ts";
import type { Compressor } from "../layers/compressor.ts";
import { parentsOf, plainDirectory } from "../layers/directories.ts";
import { partition } from "../layers/partition.ts";
import { compressMember, type Part, segmentBytes } from "../layers/seal.ts";
import { isWhiteout, whiteoutWhy } from "../layers/whiteout.ts";
import type { Entry, EntryHeader } from "../model/entry.ts";
import type { GeneratedEntry, RootView } from "../model/rootfs.ts";
import type { Store } from "../model/seams.ts";
import type { FittedPiece } from "./pieces.ts";

/** A layer before its members are looked up: its directories, then packages or generated entries. */
export interface LayerDraft {
  readonly holds: readonly string[];
  readonly directories: readonly EntryHeader[];
  readonly pieces: readonly FittedPiece[];
  readonly entries: readonly GeneratedEntry[];
}

/**
 * Deals a root into layers: packages first, what was generated last. Each layer states every directory that it needs
 * once, since a path may stand only once in a layer, with the mode and owner that hold for the whole root.
 */
export function draftLayers(
  pieces: readonly FittedPiece[],
  view: RootView,
  generated: readonly GeneratedEntry[],
  budget: number,
  timestamp: number,
  latest: number | undefined,
): LayerDraft[] {
  const byId = new Map(pieces.map((piece) => [piece.id, piece]));
  const drafts: LayerDraft[] = dealt(pieces, budget - 1).map((group) => {
    const inside = group.map((id) => byId.get(id) as FittedPiece);
    const entries = inside.flatMap((piece) => piece.made.facts.entries);
    const owned = entries.filter((entry) => entry.type === "directory").map((entry) => entry.path);
    const needed = parentsOf(entries.map((entry) => entry.path));
    // As young as the group's own newest package: what other packages do must not change this layer.
    const newest = Math.max(...inside.map((piece) => piece.made.facts.date));
    const mtime = latest === undefined ? newest : Math.min(newest, latest);
    const directories = describe(new Set([...owned, ...needed]), view, mtime);
    return { holds: inside.map((piece) => piece.package.name), directories, pieces: inside, entries: [] };
  });
  if (generated.length > 0) drafts.push(draftGenerated(generated, ["configuration"], view, timestamp));
  return drafts;
}

/** The first group gets the layers that the others, with one each, leave; where there are too few, groups share. */
function dealt(pieces: readonly FittedPiece[], budget: number): string[][] {
  const groups = [...Map.groupBy(pieces, ({ group }) => group).values()];
  const weighed = (some: readonly FittedPiece[]) =>
    some.map(({ id, package: { source }, made }) => ({ id, source, size: made.member.plainSize }));
  if (groups.length > budget) return partition(weighed(pieces), budget);
  return groups.flatMap((group, index) =>
    partition(weighed(group), index === 0 ? budget - groups.length + 1 : 1),
  );
}

/** Entries that are at hand as a layer of their own. @throws BAD_FILE for a name that means something else there */
export function draftGenerated(
  generated: readonly GeneratedEntry[],
  holds: readonly string[],
  view: Pick<RootView, "get">,
  timestamp: number,
): LayerDraft {
  const odd = generated.find(({ path }) => isWhiteout(path));
  if (odd !== undefined)
    throw new TareError({ code: "BAD_FILE", file: `/${odd.path}`, why: `it ${whiteoutWhy}` });
  const own = new Map<string, EntryHeader>();
  for (const entry of generated) if (entry.type === "directory") own.set(entry.path, entry);
  const paths = new Set([...own.keys(), ...parentsOf(generated.map((entry) => entry.path))]);
  return {
    holds,
    directories: describe(paths, { get: (path) => own.get(path) ?? view.get(path) }, timestamp),
    pieces: [],
    entries: generated.filter((entry) => entry.type !== "directory").sort((a, b) => byText(a.path, b.path)),
  };
}

function describe(
  paths: Iterable<string>,
  view: { get(path: string): EntryHeader | undefined },
  mtime: number,
): EntryHeader[] {
  const found = [...paths].filter((path) => path !== "").sort(byText);
  return found.flatMap((path) => {
    const there = view.get(path);
    if (there === undefined) return [plainDirectory(path, mtime)];
    // A package's directory may have become another package's link: the link is stated by its owner.
    return there.type === "directory" ? [{ ...there, mtime }] : [];
  });
}

/** The draft's members, made where they are not known yet. */
export async function partsOf(
  draft: LayerDraft,
  compressor: Compressor,
  world: { readonly store: Store; readonly threads: number },
): Promise<Part[]> {
  const directories = draft.directories.map((header): Entry => ({ ...header, content: new Uint8Array(0) }));
  const made = [directories, draft.entries].filter((entries) => entries.length > 0);
  const generated = await Promise.all(
    made.map(async (entries): Promise<Part> => {
      const plain = await segmentBytes(concatenate(entries.map((entry) => () => encodeEntry(entry))));
      return { member: await compressMember(plain, compressor, world.store, world.threads), plain };
    }),
  );
  const packages = draft.pieces.map(
    ({ made: { member, plain } }): Part => ({ member, ...(plain && { plain }) }),
  );
  const [first, ...rest] = generated;
  return first === undefined ? packages : [first, ...packages, ...rest];
}
