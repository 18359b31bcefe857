import { rm } from "node:fs/promises";
import { type AnyBytes, type Bytes, drain } from "../bytes/bytes.ts";
import { verified } from "../bytes/digest.ts";
import { TareError } from "../errors.ts";
import { readElf } from "../formats/elf.ts";
import { blockSizes, blocks, type Compressor, compressBlocks } from "../layers/compressor.ts";
import { emptyNotes, keptPaths, type SegmentNotes, segmentOf } from "../layers/segment.ts";
import type { Entry } from "../model/entry.ts";
import type { Package } from "../model/package.ts";
import type { Store, StoredContent } from "../model/seams.ts";
import type { FactEntry, Member, SegmentFacts, SegmentPolicy } from "../model/segment.ts";
import type { OpenedPackage, Unpacker } from "../model/source.ts";
import { eachPathOnce, repeatedIn } from "./each-path-once.ts";
import { ScratchFile } from "./scratch-file.ts";
import { Stripper } from "./stripper.ts";

/** Raise when members are made differently from the same inputs, so that remembered ones are not used. */
export const memberVersion = 8;

/** A package's member, its facts, and its uncompressed segment where it was just made. */
export interface MadeMember {
  readonly member: Member;
  readonly facts: SegmentFacts;
  /** A file in the scratch folder. */
  readonly plain?: string;
}

/** What a member depends on. */
export interface MemberRecipe {
  readonly package: Package;
  readonly unpacker: Unpacker;
  readonly policy: SegmentPolicy;
  readonly compressor: Compressor;
}

/** The member and the facts that an earlier build made of the same package in the same way. */
export async function recallMember(recipe: MemberRecipe, store: Store): Promise<MadeMember | undefined> {
  const known = await store.recall("member", keyOf(recipe));
  if (known === undefined) return undefined;
  const made = JSON.parse(known.toString()) as MadeMember;
  return (await store.find(made.member.digest)) === undefined ? undefined : made;
}

/**
 * Unpacks a package, cuts its segment, compresses it, and keeps the member. The segment's plain bytes stay in
 * `scratch`, since the layer that they go into hashes them.
 * @throws BAD_ARCHIVE, TRUNCATED, TOO_LARGE, DISK_FULL; STORE_DAMAGED when the package's file is not what was kept
 */
export async function makeMember(
  recipe: MemberRecipe,
  file: StoredContent,
  world: {
    readonly store: Store;
    readonly scratch: string;
    readonly inFlight: number;
    readonly signal: AbortSignal;
  },
): Promise<MadeMember> {
  const { package: wanted, unpacker, policy, compressor } = recipe;
  const { store, signal } = world;
  const where = `${wanted.name} ${wanted.version}`;
  const open = () => verified(file.open(signal), wanted, where);
  const cut = (heirs: ReadonlyMap<string, string>, { unpack }: Unpacker = unpacker) =>
    unpack(open(), wanted.size, where, async (opened) => {
      const notes = emptyNotes();
      const output = new ScratchFile(world.scratch);
      const stripper = policy.strip ? new Stripper(world.scratch) : undefined;
      const rework = stripper && ((entry: Entry) => stripper.strip(entry));
      try {
        const segment = segmentOf(everything(opened, notes), policy, opened, notes, where, heirs, rework);
        const kept = copied(blocks(segment, blockSizes[compressor.format]), output);
        const { digest, size } = await store.add(
          compressBlocks(kept, compressor, world.inFlight),
          where,
          signal,
        );
        const member: Member = { digest, size, plainSize: notes.size };
        const entries = withElfFacts(notes, output);
        const facts: SegmentFacts = {
          entries,
          excluded: notes.excluded,
          excludedSize: notes.excludedSize,
          date: opened.date,
          about: opened.about(notes.md5),
        };
        const repeated = unpacker.repeats ? repeatedIn(notes) : undefined;
        return { made: { member, facts }, plain: output.path, severed: notes.severed, repeated };
      } finally {
        stripper?.close();
        output.close();
      }
    });
  const cutWhole = async (how = unpacker) => {
    const first = await cut(new Map(), how);
    if (first.severed.size === 0) return first;
    await rm(first.plain);
    return { ...(await cut(first.severed, how)), repeated: first.repeated };
  };
  const cutOnce = async () => {
    const first = await cutWhole();
    const { repeated } = first;
    if (repeated === undefined) return first;
    await rm(first.plain);
    const { made, plain } = await cutWhole(eachPathOnce(unpacker, open, signal));
    return { made: { ...made, facts: { ...made.facts, repeated } }, plain };
  };
  const { made, plain } = await cutOnce().catch(async (cause) => {
    signal.throwIfAborted();
    throw (await isSound(file, wanted)) ? cause : damaged(wanted, cause);
  });
  await store.remember("member", keyOf(recipe), Buffer.from(JSON.stringify(made)));
  return { ...made, plain };
}

/** Whether the store's file is still what it was when it was verified; only asked when something failed. */
async function isSound(file: StoredContent, wanted: Package): Promise<boolean> {
  try {
    await drain(verified(file.open(), wanted, wanted.name));
    return true;
  } catch {
    return false;
  }
}

function damaged({ digest }: Package, cause: unknown): TareError {
  return new TareError({ code: "STORE_DAMAGED", digest }, { cause });
}

function keyOf({ package: wanted, unpacker, policy, compressor }: MemberRecipe): string {
  return JSON.stringify([memberVersion, unpacker.name, wanted.digest, policy, compressor]);
}

async function* everything(opened: OpenedPackage, notes: SegmentNotes): AsyncGenerator<Entry> {
  yield* opened.entries;
  yield* opened.record(keptPaths(notes));
}

async function* copied(source: AnyBytes, output: ScratchFile): Bytes {
  for await (const block of source) {
    output.append(block);
    yield block;
  }
}

/** ELF files are read at random, so they wait until the segment lies in its file. */
function withElfFacts(notes: SegmentNotes, file: ScratchFile): FactEntry[] {
  const entries = [...notes.entries];
  for (const { index, offset, size } of notes.elf) {
    const elf = readElf((from, length) =>
      file.read(offset + from, Math.max(0, Math.min(length, size - from))),
    );
    if (elf !== undefined) entries[index] = { ...(entries[index] as FactEntry), elf };
  }
  return entries;
}
