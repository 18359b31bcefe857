import { TareError } from "../../errors.ts";

/** Bytes of the superblock (Linux: Documentation/filesystems/squashfs.rst; fs/squashfs/squashfs_fs.h). */
export const superblockSize = 96;
/** Metadata stands in blocks of so many bytes, each behind 16 bits: its size, and whether it stands there as it is. */
const blockSize = 8192;
const blockHeaderSize = 2;
/** Each of the id table's metadata blocks holds so many ids of 32 bits. */
export const idsPerBlock = blockSize / 4;
const magic = 0x73717368;
/** Inodes, and with them ids, stand there uncompressed. */
const plainInodes = 0x0001;
/** Mode, index of the owner, index of the group: 16 bits each; time: 32 bits. */
const fieldsSize = 10;

/** Where the parts of a squashfs are that say who owns its root. Bytes from the start of the file. */
export interface RootPlaces {
  /** The ten bytes of mode, owner, group and time; two pieces where a metadata block ends between them. */
  readonly fields: readonly { readonly at: number; readonly size: number }[];
  readonly idCount: number;
  /** A list of 64-bit places, one for each metadata block of ids. */
  readonly idBlocks: number;
}

/** @throws BAD_ARCHIVE for what is no squashfs 4.0 with uncompressed inodes */
export function rootPlaces(superblock: Buffer, where: string): RootPlaces {
  const bad = superblock.length < superblockSize || superblock.readUInt32LE(0) !== magic;
  if (bad || superblock.readUInt16LE(28) !== 4 || (superblock.readUInt16LE(24) & plainInodes) === 0)
    throw new TareError({
      code: "BAD_ARCHIVE",
      format: "squashfs",
      where,
      why: "it has no inodes that can be read",
    });
  const reference = superblock.readBigUInt64LE(32);
  const block = Number(superblock.readBigUInt64LE(64) + (reference >> 16n));
  // An inode begins with its type, in 16 bits.
  const offset = Number(reference & 0xffffn) + 2;
  const first = Math.max(0, Math.min(fieldsSize, blockSize - offset));
  const start = block + blockHeaderSize + offset;
  const pieces = [
    { at: start, size: first },
    { at: start + first + blockHeaderSize, size: fieldsSize - first },
  ];
  return {
    fields: pieces.filter(({ size }) => size > 0),
    idCount: superblock.readUInt16LE(26),
    idBlocks: Number(superblock.readBigUInt64LE(48)),
  };
}

/** What stands at `fields`; owner and group are indexes into the ids. `mtime` in seconds, from 0 to 2^32 - 1. */
export function encodeRootFields(mode: number, uidIndex: number, gidIndex: number, mtime: number): Buffer {
  const bytes = Buffer.alloc(fieldsSize);
  bytes.writeUInt16LE(mode, 0);
  bytes.writeUInt16LE(uidIndex, 2);
  bytes.writeUInt16LE(gidIndex, 4);
  bytes.writeUInt32LE(mtime, 6);
  return bytes;
}
