import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, hexOf } from "../bytes/digest.ts";
import { writeAll, writeSynced } from "../bytes/write-file.ts";
import { type Entry, rootOwned } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import { createdOf } from "./created-of.ts";
import { debugfsScript, type StagedEntry } from "./debugfs-script.ts";
import { ext4BlockSize, ext4InodeSize, ext4Size } from "./ext4-size.ts";
import { fitted, type LostParts, lossNotes, type Room } from "./fitted-entries.ts";
import { flatten } from "./flatten.ts";
import { type RunTool, type ToolUse, toolFailed } from "./run-tool.ts";

const room: Room = {
  place: "An ext4 image",
  holdsAttribute: (name) =>
    /^(?:user|trusted|security)\../.test(name) || /^system\.posix_acl_(?:access|default)$/.test(name),
  earliest: -(2 ** 31),
  latest: 2 ** 34 - 2 ** 31 - 1,
};

/** Named one by one, so that no host's mke2fs.conf has a say; every Linux since 4.x mounts them. */
const features =
  "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";
const script = "script";

/**
 * Has mke2fs make an empty ext4 in `file`, which is empty before, and debugfs fill it: the owners, devices and attributes of
 * mke2fs's own `-d` are those of a folder, which only root can give. Contents stand in files of the folder `stage`
 * meanwhile, by number; it is made, and removed. e2fsck looks at the result. Returns whole sentences about what is lost.
 * @throws what the layers throw, PROGRAM_MISSING, PROGRAM_FAILED, CANNOT_WRITE, DISK_FULL
 */
export async function writeExt4(
  image: Image,
  { file, stage, use }: { readonly file: string; readonly stage: string; readonly use: ToolUse },
  run: RunTool,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const lost: LostParts = { times: [], attributes: [] };
  // 0 is no time to the programs.
  const time = Math.max(createdOf(image), 1);
  const environment = { E2FSPROGS_FAKE_TIME: String(time), MKE2FS_CONFIG: "/dev/null" };
  await mkdir(stage, { mode: 0o700 });
  try {
    const entries = await staged(fitted(flatten(image.layers, signal), room, use.what, lost), stage, time);
    const { inodes, blocks, journalMiB, folderBlocks } = ext4Size(entries);
    const { uuid, seed } = idsOf(image.manifest.digest);
    await run("mke2fs", {
      args: [
        ...["-q", "-F", "-b", String(ext4BlockSize), "-I", String(ext4InodeSize), "-N", String(inodes)],
        ...["-m", "0", "-J", `size=${journalMiB}`, "-O", features, "-U", uuid],
        ...["-E", `hash_seed=${seed},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0`],
        ...[file, String(blocks)],
      ],
      environment,
    });
    const { lines, told } = debugfsScript(entries, folderBlocks, time, use.what);
    await writeSynced(join(stage, script), lines, 0o600);
    let heard = 0;
    let astray = false;
    const filled = await run("debugfs", {
      args: ["-w", "-f", script, file],
      folder: stage,
      environment,
      heard(line) {
        const inode = /^Allocated inode: (\d+)$/.exec(line)?.[1];
        if (inode === undefined) return;
        astray ||= Number(inode) !== told[heard];
        heard += 1;
      },
    });
    // It ends with 0 whatever happens. Beside what goes wrong it says its own version, in one line.
    const complaints = filled.said
      .split("\n")
      .filter((line) => line.trim() !== "" && !/^debugfs \d/.test(line));
    if (complaints.length > 0) throw toolFailed(use, "debugfs", { ...filled, said: complaints[0] as string });
    if (astray || heard !== told.length)
      throw toolFailed(use, "debugfs", { ...filled, said: "it numbers inodes another way than is known" });
    await run("e2fsck", { args: ["-fn", file], environment, heard: () => undefined });
    return lossNotes(lost, room);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Headers in memory, contents and attributes in numbered files; the root first, whether or not there is one. */
async function staged(entries: AsyncIterable<Entry>, stage: string, time: number): Promise<StagedEntry[]> {
  const kept: StagedEntry[] = [];
  let number = 0;
  const put = async (content: Entry["content"]) => {
    const name = String(number);
    number += 1;
    const handle = await open(join(stage, name), "wx", 0o600);
    try {
      if (content instanceof Uint8Array) await writeAll(handle, content);
      else for await (const chunk of content) await writeAll(handle, chunk);
    } finally {
      await handle.close();
    }
    return name;
  };
  for await (const { content, ...header } of entries) {
    const contentFile = header.type === "file" ? await put(content) : undefined;
    const attributeFiles = [];
    for (const [name, value] of header.xattrs ?? []) attributeFiles.push({ name, file: await put(value) });
    kept.push({ ...header, attributeFiles, ...(contentFile !== undefined && { contentFile }) });
  }
  return kept[0]?.path === "" ? kept : [rootOwned("", "directory", 0o755, time), ...kept];
}

/** Two UUIDs out of a digest, of the kind that is free to be anything (RFC 9562, version 8). */
function idsOf(digest: Digest): { readonly uuid: string; readonly seed: string } {
  const hex = hexOf(digest);
  const uuid = (text: string) =>
    text.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, (_, a, b, c, d, e) => `${a}-${b}-8${c}-a${d}-${e}`);
  return { uuid: uuid(hex.slice(0, 32)), seed: uuid(hex.slice(32, 64)) };
}
