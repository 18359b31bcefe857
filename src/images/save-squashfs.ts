import { type FileHandle, open } from "node:fs/promises";
import { TareError } from "../errors.ts";
import { encodeRootFields, idsPerBlock, rootPlaces, superblockSize } from "../formats/squashfs/root-inode.ts";
import { writeTar } from "../formats/tar/encode.ts";
import { type Entry, type EntryHeader, rootOwned } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import { createdOf } from "./created-of.ts";
import { fitted, type LostParts, lossNotes, type Room } from "./fitted-entries.ts";
import { flatten } from "./flatten.ts";
import type { RunTool } from "./run-tool.ts";

const room: Room = {
  place: "A squashfs image",
  holdsAttribute: (name) => /^(?:user|trusted|security)\../.test(name),
  earliest: 0,
  latest: 2 ** 32 - 1,
};

/**
 * Has mksquashfs write an image's root to `file`, which is empty. It reads our tar; who owns the root, which it takes from
 * whoever runs it, is written in afterwards. Compressed with zstd. Returns whole sentences about what is lost.
 * @throws what the layers throw, PROGRAM_MISSING, PROGRAM_FAILED, CANNOT_WRITE, DISK_FULL
 */
export async function writeSquashfs(
  image: Image,
  file: string,
  run: RunTool,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const created = createdOf(image);
  const lost: LostParts = { times: [], attributes: [] };
  let root: EntryHeader = rootOwned("", "directory", 0o755, created);
  const owners = new Set<number>();
  async function* below(): AsyncGenerator<Entry> {
    for await (const entry of fitted(flatten(image.layers, signal), room, file, lost))
      if (entry.path === "") root = entry;
      else {
        owners.add(entry.uid).add(entry.gid);
        yield entry;
      }
  }
  await run("mksquashfs", {
    args: [
      ...["-", file, "-tar", "-noappend", "-quiet", "-no-progress", "-exit-on-error", "-no-recovery"],
      // The inodes stand there as they are, so that the root's can be changed.
      ...["-comp", "zstd", "-noI", "-mkfs-time", String(created)],
    ],
    input: writeTar(below()),
  });
  const handle = await open(file, "r+");
  try {
    const stranger = await ownRoot(handle, root, owners, file);
    return [...lossNotes(lost, room), ...(stranger === undefined ? [] : [stranger])];
  } finally {
    await handle.close();
  }
}

/**
 * Gives the root its mode, owner and time. `others` are the owners of everything else. Returns a sentence where there is
 * no room for its owner.
 */
async function ownRoot(
  handle: FileHandle,
  root: EntryHeader,
  others: ReadonlySet<number>,
  file: string,
): Promise<string | undefined> {
  const read = async (at: number, size: number) => {
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await handle.read(bytes, 0, size, at);
    if (bytesRead === size) return bytes;
    throw new TareError({ code: "TRUNCATED", what: file, want: at + size, got: at + bytesRead });
  };
  const { fields, idCount, idBlocks } = rootPlaces(await read(0, superblockSize), file);
  const ids: { readonly at: number; id: number }[] = [];
  for (let block = 0; ids.length < idCount; block += 1) {
    // Each block begins with its size, in 16 bits.
    const at = Number((await read(idBlocks + block * 8, 8)).readBigUInt64LE()) + 2;
    const bytes = await read(at, Math.min(idsPerBlock, idCount - ids.length) * 4);
    for (let from = 0; from < bytes.length; from += 4)
      ids.push({ at: at + from, id: bytes.readUInt32LE(from) });
  }
  const before = Buffer.concat(await Promise.all(fields.map(({ at, size }) => read(at, size))));
  const taken = new Set(others);
  const indexOf = async (wanted: number, old: number) => {
    const mine = ids[old];
    // Whoever runs mksquashfs has an id there for the root alone: it becomes the wanted one.
    if (mine !== undefined && !taken.has(mine.id)) {
      mine.id = wanted;
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(wanted);
      await handle.write(bytes, 0, 4, mine.at);
    }
    taken.add(wanted);
    const found = ids.findIndex(({ id }) => id === wanted);
    return found < 0 ? old : found;
  };
  const uid = await indexOf(root.uid, before.readUInt16LE(2));
  const gid = await indexOf(root.gid, before.readUInt16LE(4));
  const bytes = encodeRootFields(root.mode, uid, gid, root.mtime);
  let done = 0;
  for (const { at, size } of fields) {
    await handle.write(bytes, done, size, at);
    done += size;
  }
  const [owner, group] = [ids[uid]?.id, ids[gid]?.id];
  if (owner === root.uid && group === root.gid) return undefined;
  return `The root folder belongs to ${owner}:${group} there, not to ${root.uid}:${root.gid}, whom no file belongs to.`;
}
