import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { Package } from "../model/package.ts";
import type { SegmentFacts, SegmentPolicy } from "../model/segment.ts";
import type { InstalledPackage } from "../model/source.ts";
import { type Adjustment, compose, type Piece } from "../rootfs/compose.ts";
import { type MadeMember, makeMember, recallMember } from "./member.ts";
import { mapPool } from "./pool.ts";
import type { RootPlan, RootWorld } from "./root.ts";

/** One package of a root, with its member. */
export interface FittedPiece {
  readonly id: string;
  readonly package: Package;
  readonly made: MadeMember;
}

export function placing({ id, made }: FittedPiece): Piece {
  return { id, entries: made.facts.entries };
}

export function installed({ package: wanted, made }: FittedPiece): InstalledPackage {
  return { package: wanted, facts: made.facts };
}

/** Bytes of a package's files in the image. */
export function contentSize(facts: SegmentFacts): number {
  return facts.entries.reduce((sum, entry) => sum + entry.size, 0);
}

/** What a piece leaves out may uncover another conflict; more rounds than this do not happen with real packages. */
const rounds = 4;

/**
 * Makes every package's member, looks how they fit together, and makes those again that must leave out what another
 * keeps or that put files below another's link.
 * @throws FILE_CONFLICT, and what making a member throws
 */
export async function fitPieces(plan: RootPlan, world: RootWorld, scratch: string): Promise<FittedPiece[]> {
  const adjusted = new Map<string, Adjustment>();
  let pieces = await makePieces(plan.packages, plan, world, scratch, adjusted);
  for (let round = 0; ; round += 1) {
    const { adjustments } = compose(pieces.map(placing), plan.distribution.arbiter(pieces.map(installed)));
    const [restless] = adjustments.keys();
    if (restless === undefined) return pieces;
    if (round === rounds) throw neverFits(restless);
    for (const [id, more] of adjustments) adjusted.set(id, merged(adjusted.get(id), more));
    const again = pieces.filter(({ id }) => adjustments.has(id)).map((piece) => piece.package);
    const remade = new Map(
      (await makePieces(again, plan, world, scratch, adjusted)).map((piece) => [piece.id, piece]),
    );
    pieces = pieces.map((piece) => remade.get(piece.id) ?? piece);
  }
}

function neverFits(id: string): TareError {
  const why = "its links lead each other astray, so that its files have no place";
  return new TareError({ code: "BAD_ARCHIVE", format: "package", where: id, why });
}

function merged(before: Adjustment | undefined, more: Adjustment): Adjustment {
  if (before === undefined) return more;
  return {
    omit: [...new Set([...before.omit, ...more.omit])].sort(byText),
    aliases: [...before.aliases, ...more.aliases].sort((a, b) => byText(a.from, b.from)),
  };
}

async function makePieces(
  packages: readonly Package[],
  plan: RootPlan,
  world: RootWorld,
  scratch: string,
  adjusted: ReadonlyMap<string, Adjustment>,
): Promise<FittedPiece[]> {
  const { distribution, compressor } = plan;
  const recipes = packages.map((wanted) => ({
    id: distribution.idOf(wanted),
    package: wanted,
    unpacker: distribution.unpacker,
    policy: policyFor(plan, wanted, adjusted.get(distribution.idOf(wanted))),
    compressor,
  }));
  const recalled = await Promise.all(recipes.map((recipe) => recallMember(recipe, world.store)));
  const pieces = recipes.map((recipe, index) => ({ recipe, made: recalled[index] }));
  // The largest first: a large package that comes last would run alone.
  const missing = pieces.filter(({ made }) => made === undefined);
  missing.sort((a, b) => b.recipe.package.size - a.recipe.package.size);
  // One package more than threads, so that one can wait for the disk while the others compute.
  await mapPool(missing, world.threads + 1, async (piece) => {
    const file = await world.obtain(piece.recipe.package);
    world.signal.throwIfAborted();
    const inside = { store: world.store, scratch, inFlight: world.threads, signal: world.signal };
    piece.made = await makeMember(piece.recipe, file, inside);
    world.made(piece.recipe.package);
  });
  return pieces.map(({ recipe, made }) => ({
    id: recipe.id,
    package: recipe.package,
    made: made as MadeMember,
  }));
}

function policyFor(plan: RootPlan, wanted: Package, adjustment: Adjustment | undefined): SegmentPolicy {
  return {
    aliases: [...plan.distribution.aliases, ...(adjustment?.aliases ?? [])],
    excludes: plan.excludes,
    omit: adjustment?.omit ?? [],
    below: plan.distribution.placeOf(wanted),
    strip: false,
    latest: plan.epoch,
  };
}
