import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { dirname } from "node:path";
import type { Digest } from "../bytes/digest.ts";
import type { HostPrograms } from "../model/host-programs.ts";
import type { Image } from "../model/image.ts";
import { leftOut } from "./left-out.ts";
import { type Location, locationText } from "./location.ts";
import { besideName, placeWhole } from "./output-file.ts";
import { toolsFor } from "./run-tool.ts";
import { writeExt4 } from "./save-ext4.ts";
import { writeSquashfs } from "./save-squashfs.ts";

export interface SavedDisk {
  /** The sha256 of the file. */
  readonly digest: Digest;
  readonly bytes: number;
  readonly notes: readonly string[];
}

/**
 * Writes an image's root as a file system in a file, by the programs that are made for that: whole or not at all.
 * The same image and the same programs give the same bytes.
 * @throws PROGRAM_MISSING, PROGRAM_FAILED, CANNOT_WRITE, DISK_FULL, what the layers throw
 */
export async function saveDisk(
  image: Image,
  location: Location & { readonly transport: "squashfs" | "ext4" },
  runProgram: HostPrograms["runProgram"] | undefined,
  signal?: AbortSignal,
): Promise<SavedDisk> {
  const { transport, path } = location;
  const use = { what: locationText(location), folder: dirname(path) };
  const run = toolsFor(use, runProgram, signal);
  let notes: readonly string[] = [];
  const hash = createHash("sha256");
  const bytes = await placeWhole(path, async (file) => {
    notes =
      transport === "squashfs"
        ? await writeSquashfs(image, file, run, signal)
        : await writeExt4(image, { file, stage: besideName(path), use }, run, signal);
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  });
  const place = transport === "squashfs" ? "A squashfs image" : "An ext4 image";
  const digest: Digest = `sha256:${hash.digest("hex")}`;
  return { digest, bytes, notes: [...leftOut(image.config, place), ...notes] };
}
