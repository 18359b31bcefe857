import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Extracted, type ExtractOptions, extractTree } from "../../src/extract/extract-tree.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import type { Entry } from "../../src/model/entry.ts";
import { folderRoot } from "./folder-root.ts";
import { type TarBlock, tarOfBlocks } from "./tar-blocks.ts";
import { withFolder } from "./temporary.ts";

/** What came of an attack. */
export interface Outcome {
  /** The sentence of the refusal; undefined when it was extracted. */
  readonly refused?: string;
  readonly result?: Extracted;
  /** The tree below the folder, one line a path, sorted; none when it was refused, or `look` looked instead. */
  readonly lines: readonly string[];
}

const secret = "untouched";

/**
 * Extracts into `room/in` while `room` holds bait: `secret` and `out/secret`, which must neither change nor become
 * part of the tree, and nothing may be left beside it. `look` may look at the folder itself.
 */
export async function extractWithBait(
  entries: (room: string) => AsyncIterable<Entry> | Iterable<Entry>,
  options: Partial<ExtractOptions> = {},
  look?: (folder: string) => Promise<void>,
): Promise<Outcome> {
  return withFolder(async (room) => {
    await mkdir(join(room, "out"));
    for (const file of ["secret", "out/secret"]) await writeFile(join(room, file), secret, { mode: 0o600 });
    const folder = join(room, "in");
    const outcome = await extractTree(entries(room), folder, {
      where: "a.tar",
      owners: process.getuid?.() === 0,
      setuid: false,
      ...options,
    }).then(
      (result) => ({ result }),
      (cause: Error) => ({ refused: cause.message }),
    );
    for (const file of ["secret", "out/secret"])
      if ((await readFile(join(room, file), "utf8")) !== secret) throw new Error(`${file} was changed`);
    const made = (await readdir(room)).filter((name) => name !== "secret" && name !== "out");
    const expected = "result" in outcome ? ["in", "in.tare.jsonl"] : [];
    if (String(made.sort()) !== String(expected)) throw new Error(`there is ${made} beside the bait`);
    if (String(await readdir(join(room, "out"))) !== "secret") throw new Error("something went out");
    if (!("result" in outcome)) return { ...outcome, lines: [] };
    await look?.(folder);
    return { ...outcome, lines: look === undefined ? linesOf(folder) : [] };
  });
}

/** The same for a tar of raw header blocks. `ROOM` in them stands for the folder with the bait. */
export function extractBlocks(
  blocks: readonly (TarBlock | Buffer)[],
  options: Partial<ExtractOptions> = {},
): Promise<Outcome> {
  return extractWithBait(
    (room) => readTar([tarOfBlocks(blocks.map((block) => inRoom(block, room)))], "a.tar"),
    options,
  );
}

function inRoom(block: TarBlock | Buffer, room: string): TarBlock | Buffer {
  if (block instanceof Buffer) return block;
  const { name, link } = block as TarBlock;
  const named = { ...block, name: name.replace("ROOM", room) } as TarBlock;
  return link === undefined ? named : { ...named, link: link.replace("ROOM", room) };
}

function linesOf(folder: string): string[] {
  return [...folderRoot(folder).under("")].map(
    ({ type, path, link }) => `${type} ${path}${link === undefined ? "" : ` -> ${link}`}`,
  );
}
