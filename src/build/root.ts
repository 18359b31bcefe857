import { rm } from "node:fs/promises";
import { mapPool } from "../bytes/pool.ts";
import type { Compressor } from "../layers/compressor.ts";
import { type StoredLayer, sealLayer } from "../layers/seal.ts";
import type { Package } from "../model/package.ts";
import type { Platform } from "../model/platform.ts";
import type { BuiltPackage, LeftOut } from "../model/result.ts";
import type { GeneratedEntry, RootView, ScriptCoverage } from "../model/rootfs.ts";
import type { StoredContent } from "../model/seams.ts";
import type { Member, PathRule, Repeated } from "../model/segment.ts";
import type { Distribution } from "../model/source.ts";
import { type AccountsWanted, type AccountTable, withAccounts } from "../rootfs/accounts.ts";
import { aliasLinks, linkPiece } from "../rootfs/alias-links.ts";
import { compose } from "../rootfs/compose.ts";
import { type LinkedFile, type UnmetLibrary, unmetLibraries } from "../rootfs/libraries.ts";
import { machineOf } from "../rootfs/machines.ts";
import { type LooseLink, looseLinks, type Startable, startableIn } from "../rootfs/programs.ts";
import { type RootShape, shapeOf } from "../rootfs/shape.ts";
import type { DiskStore } from "../store/disk-store.ts";
import { version } from "../version.ts";
import { draftLayers, type LayerDraft, partsOf } from "./layer-draft.ts";
import { memberVersion } from "./member.ts";
import {
  arbiterOf,
  contentSize,
  type FittedPiece,
  fitPieces,
  installed,
  linkedFilesOf,
  placing,
} from "./pieces.ts";

/** Raise when roots are made differently from the same inputs, so that remembered ones are not used. */
const rootVersion = 12;

/** Packages of one source. Groups do not share layers, so that what changes in one does not move the bytes of another. */
export interface PackageGroup {
  readonly distribution: Distribution;
  /** The source's own name of the machine. */
  readonly architecture: string;
  /** In installation order. */
  readonly packages: readonly Package[];
  /** Whether ELF files lose what only debuggers read. */
  readonly strip: boolean;
  /** Whether the source itself sees to it that its programs find their libraries. */
  readonly isDistribution: boolean;
}

/** Everything that a root filesystem of packages depends on. */
export interface RootPlan {
  /** What others build on comes first: a distribution, then a language's runtime, then an application. */
  readonly groups: readonly PackageGroup[];
  /** Of the image: for whom libraries are looked up. */
  readonly platform: Platform;
  /** Programs and libraries that will be laid over this root: what they need is looked up in it, too. */
  readonly own: readonly LinkedFile[];
  /** What the host brings when the image runs: `libcuda.so.1`. */
  readonly hostLibraries: readonly string[];
  /** LD_LIBRARY_PATH of the image; empty when it has none. */
  readonly libraryPath: string;
  readonly excludes: readonly PathRule[];
  readonly accounts: AccountsWanted;
  readonly compressor: Compressor;
  /** At most this many layers, the one of generated files included. */
  readonly layers: number;
  /** SOURCE_DATE_EPOCH in seconds, where it is set. */
  readonly epoch: number | undefined;
}

export interface BuiltRoot {
  readonly layers: readonly { readonly layer: StoredLayer; readonly holds: readonly string[] }[];
  readonly packages: readonly BuiltPackage[];
  readonly leftOut: LeftOut;
  readonly coverage: readonly ScriptCoverage[];
  /** What programs that do not come from the distribution will not find. */
  readonly unmet: readonly UnmetLibrary[];
  /** Links that sources other than the distribution make, and that need something which the packages do not bring. */
  readonly loose: readonly LooseLink[];
  /** Packages that bring paths more than once. */
  readonly repeated: readonly (Repeated & { readonly owner: string })[];
  readonly startable: Startable;
  readonly accounts: AccountTable;
  readonly shape: RootShape;
  /** Seconds since the epoch: SOURCE_DATE_EPOCH, or when the newest package was built. */
  readonly created: number;
}

export interface RootWorld {
  readonly store: DiskStore;
  readonly threads: number;
  readonly signal: AbortSignal;
  /** The package's file, from the store or from wherever it can be had. */
  readonly obtain: (wanted: Package) => Promise<StoredContent>;
  readonly made: (wanted: Package) => void;
}

/** What is remembered of a root under its plan: its layers' members, and what the report tells. */
interface RememberedRoot extends Omit<BuiltRoot, "layers"> {
  readonly layers: readonly { readonly members: readonly Member[]; readonly holds: readonly string[] }[];
}

/** Packages to layers. The same plan gives the same bytes; a plan that was built before costs a look-up. */
export async function buildRoot(plan: RootPlan, world: RootWorld): Promise<BuiltRoot> {
  // What scripts are read to do changes from release to release, so a root belongs to the release that made it.
  const key = JSON.stringify([
    version,
    rootVersion,
    memberVersion,
    { ...plan, groups: plan.groups.map((group) => ({ ...group, distribution: group.distribution.name })) },
  ]);
  return (await recallRoot(key, plan, world)) ?? makeRoot(key, plan, world);
}

async function recallRoot(key: string, plan: RootPlan, world: RootWorld): Promise<BuiltRoot | undefined> {
  const known = await world.store.recall("root", key);
  if (known === undefined) return undefined;
  const root = JSON.parse(known.toString()) as RememberedRoot;
  const members = root.layers.flatMap((layer) => layer.members);
  const present = await Promise.all(members.map((member) => world.store.find(member.digest)));
  if (present.includes(undefined)) return undefined;
  const layers = await Promise.all(
    root.layers.map(async ({ members, holds }) => {
      const parts = members.map((member) => ({ member }));
      return { layer: await sealLayer(parts, plan.compressor, world.store), holds };
    }),
  );
  return { ...root, layers };
}

async function makeRoot(key: string, plan: RootPlan, world: RootWorld): Promise<BuiltRoot> {
  const scratch = await world.store.scratch();
  try {
    const pieces = await fitPieces(plan, world, scratch);
    const packages = pieces.map(installed);
    const created = plan.epoch ?? Math.max(0, ...packages.map(({ facts }) => facts.date));
    const aliases = plan.groups.flatMap(({ distribution }) => distribution.aliases);
    const links = aliasLinks(pieces.map(placing), aliases, created);
    const { view } = compose([linkPiece(links), ...pieces.map(placing)], arbiterOf(pieces));
    const configurations = plan.groups.map((group) =>
      group.distribution.configure(view, pieces.filter((piece) => piece.group === group).map(installed), {
        architecture: group.architecture,
        timestamp: created,
        excludes: plan.excludes,
      }),
    );
    const made = [...links, ...configurations.flatMap(({ entries }) => entries)];
    const { entries: generated, table } = withAccounts(view, made, plan.accounts, created);
    const drafts = draftLayers(pieces, view, generated, plan.layers, created, plan.epoch);
    const parts = await mapPool(drafts, world.threads, (draft) => partsOf(draft, plan.compressor, world));
    const layers = await mapPool(parts, world.threads, async (layer, index) => ({
      layer: await sealLayer(layer, plan.compressor, world.store),
      holds: (drafts[index] as LayerDraft).holds,
    }));
    const finished = withGenerated(view, generated);
    const shape = shapeOf(view, generated);
    const foreign = configurations.filter((_, index) => plan.groups[index]?.isDistribution === false);
    const root: Omit<BuiltRoot, "layers"> = {
      packages: pieces.map(({ package: { name, version }, made }) => ({
        name,
        version,
        size: contentSize(made.facts),
      })),
      leftOut: {
        entries: packages.reduce((sum, { facts }) => sum + facts.excluded, 0),
        size: packages.reduce((sum, { facts }) => sum + facts.excludedSize, 0),
      },
      coverage: configurations.flatMap(({ coverage }) => coverage),
      unmet: unmetIn(finished, pieces, plan),
      loose: looseLinks(
        finished,
        shape,
        foreign.flatMap(({ entries }) => entries),
      ),
      repeated: pieces.flatMap(({ package: { name: owner }, made: { facts } }) =>
        facts.repeated === undefined ? [] : [{ owner, ...facts.repeated }],
      ),
      startable: startableIn(finished, generated),
      accounts: table,
      shape,
      created,
    };
    const remembered: RememberedRoot = {
      ...root,
      layers: parts.map((layer, index) => ({
        members: layer.map((part) => part.member),
        holds: (drafts[index] as LayerDraft).holds,
      })),
    };
    await world.store.remember("root", key, Buffer.from(JSON.stringify(remembered)));
    return { ...root, layers };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function withGenerated(view: RootView, generated: readonly GeneratedEntry[]): RootView {
  const made = new Map(
    generated.map(({ content: _, ...entry }) => [entry.path, { ...entry, owner: undefined }]),
  );
  return { ...view, get: (path) => made.get(path) ?? view.get(path) };
}

/** A distribution sees to its own packages. */
function unmetIn(view: RootView, pieces: readonly FittedPiece[], plan: RootPlan): UnmetLibrary[] {
  const machine = machineOf(plan.platform);
  const foreign = pieces.filter(({ group }) => !group.isDistribution);
  const files = [...foreign.flatMap(linkedFilesOf), ...plan.own];
  return machine === undefined
    ? []
    : unmetLibraries(view, files, machine, plan.hostLibraries, plan.libraryPath);
}
