import { mapPool } from "../bytes/pool.ts";
import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { Package } from "../model/package.ts";
import type { DirectoryAlias, SegmentFacts, SegmentPolicy } from "../model/segment.ts";
import type { InstalledPackage } from "../model/source.ts";
import { type Adjustment, type Arbiter, compose, type Piece } from "../rootfs/compose.ts";
import type { LinkedFile } from "../rootfs/libraries.ts";
import { type MadeMember, makeMember, recallMember } from "./member.ts";
import type { PackageGroup, RootPlan, RootWorld } from "./root.ts";

/** One package of a root, with its member. */
export interface FittedPiece {
  readonly id: string;
  readonly group: PackageGroup;
  readonly package: Package;
  readonly made: MadeMember;
}

/** What all members of a root have in common. */
export type MemberPlan = Pick<RootPlan, "groups" | "excludes" | "compressor" | "epoch">;

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

/** What of a package the dynamic linker may see. */
export function linkedFilesOf({ package: { name }, made }: FittedPiece): LinkedFile[] {
  return made.facts.entries
    .filter(({ elf, type }) => elf !== undefined || type === "symlink")
    .map(({ path, type, link, elf }) => ({
      path,
      type,
      owner: name,
      ...(link !== undefined && { link }),
      ...(elf !== undefined && { elf }),
    }));
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
  let pieces = await makePieces(plan, world, scratch);
  for (let round = 0; ; round += 1) {
    const { adjustments } = compose(pieces.map(placing), arbiterOf(pieces));
    const [restless] = adjustments.keys();
    if (restless === undefined) return pieces;
    if (round === rounds) throw neverFits(restless);
    for (const [id, more] of adjustments) adjusted.set(id, merged(adjusted.get(id), more));
    const again = plan.groups.map((group) => ({
      ...group,
      packages: group.packages.filter((wanted) => adjustments.has(group.distribution.idOf(wanted))),
    }));
    const remade = new Map(
      (await makePieces({ ...plan, groups: again }, world, scratch, adjusted)).map(({ id, made }) => [
        id,
        made,
      ]),
    );
    // What is made again stays in the group that it was in.
    pieces = pieces.map((piece) => ({ ...piece, made: remade.get(piece.id) ?? piece.made }));
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

/** Within a group its own rules say who keeps a path; between groups nobody does. */
export function arbiterOf(pieces: readonly FittedPiece[]): Arbiter {
  const groups = new Map(pieces.map(({ id, group }) => [id, group]));
  const arbiters = new Map<PackageGroup | undefined, Arbiter>();
  return (path, earlier, later) => {
    const group = groups.get(earlier);
    if (group === undefined || group !== groups.get(later)) return "conflict";
    const own =
      arbiters.get(group) ??
      group.distribution.arbiter(pieces.filter((piece) => piece.group === group).map(installed));
    arbiters.set(group, own);
    return own(path, earlier, later);
  };
}

/** Every package's member, from the store's memory or made now; in the order of the groups. */
export async function makePieces(
  plan: MemberPlan,
  world: RootWorld,
  scratch: string,
  adjusted: ReadonlyMap<string, Adjustment> = new Map(),
): Promise<FittedPiece[]> {
  const { compressor } = plan;
  const aliases = plan.groups.flatMap(({ distribution }) => distribution.aliases);
  const recipes = plan.groups.flatMap((group) =>
    group.packages.map((wanted) => {
      const id = group.distribution.idOf(wanted);
      const policy = policyFor(plan, aliases, group, wanted, adjusted.get(id));
      return { id, group, package: wanted, unpacker: group.distribution.unpacker, policy, compressor };
    }),
  );
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
    group: recipe.group,
    package: recipe.package,
    made: made as MadeMember,
  }));
}

function policyFor(
  plan: MemberPlan,
  aliases: readonly DirectoryAlias[],
  { distribution, strip }: PackageGroup,
  wanted: Package,
  adjustment: Adjustment | undefined,
): SegmentPolicy {
  return {
    aliases: [...aliases, ...(adjustment?.aliases ?? [])],
    excludes: plan.excludes,
    omit: adjustment?.omit ?? [],
    below: distribution.placeOf(wanted),
    strip,
    latest: plan.epoch,
  };
}
