import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type AnyBytes, type Bytes, drain } from "../bytes/bytes.ts";
import { verified } from "../bytes/digest.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { readElf } from "../formats/elf.ts";
import { blockSizes, blocks, type Compressor, compressBlocks } from "../layers/compressor.ts";
import { emptyNotes, keptPaths, type SegmentNotes, segmentOf } from "../layers/segment.ts";
import type { Entry } from "../model/entry.ts";
import type { Package } from "../model/package.ts";
import type { Store, StoredContent } from "../model/seams.ts";
import type { FactEntry, Member, SegmentFacts, SegmentPolicy } from "../model/segment.ts";
import type { OpenedPackage, Unpacker } from "../model/source.ts";

/** Raise when members are made differently from the same inputs, so that remembered ones are not used. */
export const memberVersion = 4;

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
  const plain = join(world.scratch, randomUUID());
  const cut = (heirs: ReadonlyMap<string, string>) =>
    unpacker.unpack(verified(file.open(signal), wanted, where), wanted.size, where, async (opened) => {
      const notes = emptyNotes();
      const segment = segmentOf(everything(opened, notes), policy, opened, notes, where, heirs);
      const output = openFile(plain);
      try {
        const kept = copied(blocks(segment, blockSizes[compressor.format]), output, plain);
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
        return { made: { member, facts }, severed: notes.severed };
      } finally {
        closeSync(output);
      }
    });
  const cutWhole = async () => {
    const { made, severed } = await cut(new Map());
    return severed.size > 0 ? (await cut(severed)).made : made;
  };
  const made = await cutWhole().catch(async (cause) => {
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

async function* copied(source: AnyBytes, output: number, plain: string): Bytes {
  for await (const block of source) {
    try {
      for (let at = 0; at < block.length; ) at += writeSync(output, block, at);
    } catch (cause) {
      throw writeFailure(cause, plain);
    }
    yield block;
  }
}

function openFile(plain: string): number {
  try {
    return openSync(plain, "w+");
  } catch (cause) {
    throw writeFailure(cause, plain);
  }
}

/** ELF files are read at random, so they wait until the segment lies in its file. */
function withElfFacts(notes: SegmentNotes, file: number): FactEntry[] {
  const entries = [...notes.entries];
  for (const { index, offset, size } of notes.elf) {
    const elf = readElf((from, length) => readAt(file, offset, size, from, length));
    if (elf !== undefined) entries[index] = { ...(entries[index] as FactEntry), elf };
  }
  return entries;
}

function readAt(file: number, offset: number, size: number, from: number, length: number): Uint8Array {
  const wanted = Math.max(0, Math.min(length, size - from));
  const buffer = Buffer.alloc(wanted);
  const got = wanted === 0 ? 0 : readSync(file, buffer, 0, wanted, offset + from);
  return buffer.subarray(0, got);
}
