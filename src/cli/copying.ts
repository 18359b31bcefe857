import { rm } from "node:fs/promises";
import type { World } from "../build/world.ts";
import { TareError } from "../errors.ts";
import type { CopyOptions } from "../images/copy.ts";
import { keptBy, type Location } from "../images/location.ts";
import { refuseMisnamed } from "../images/misnamed.ts";
import type { OpenedImage } from "../images/opened-image.ts";
import type { Platform } from "../model/platform.ts";
import { copyReport } from "../report/copy-report.ts";
import { storeOption } from "./command.ts";
import type { Io } from "./io.ts";
import { platformOption } from "./platform-option.ts";
import { thisMachine } from "./this-machine.ts";
import { withWorld } from "./with-world.ts";

/** Options of the commands that make another image of one. */
export const editOptions = {
  platform: {
    value: "PLATFORM",
    summary: "Of an image for several platforms this one alone, as linux/arm64",
  },
  ...storeOption,
  threads: { value: "NUMBER", summary: "How many threads compress (default: one for each processor)" },
} as const;

/** What a copy is made of, for those that have something done to the image on its way. */
export interface CopyWorld extends World {
  /** Another image that is needed for it; valid until the copy is done. */
  openOther(location: Location): Promise<OpenedImage>;
}

export interface Prepared extends Partial<CopyOptions> {
  /** Sentences that go before those of the copy. */
  readonly notes?: readonly string[];
}

export interface Copying {
  readonly sources: readonly Location[];
  readonly destination: Location;
  readonly platform: Platform | undefined;
}

/** Copies images and reports it; `prepare` says what is special about it. Returns the exit code. */
export function copying(
  io: Io,
  { sources, destination, platform }: Copying,
  options: {
    readonly store: string | undefined;
    readonly threads?: string | undefined;
    readonly json: boolean;
  },
  prepare: (world: CopyWorld) => Prepared | Promise<Prepared>,
): Promise<number> {
  refuseMisnamed(destination);
  return withWorld(io, { ...options, offline: false }, async (world) => {
    const { store, threads, runProgram } = world;
    const scratches: string[] = [];
    const scratch = async () => {
      scratches.push(await store.scratch());
      return scratches.at(-1) as string;
    };
    const { environment, stdout, signal, progress } = io;
    const seams = { environment, stdout, signal, progress, store, threads, scratch, runProgram };
    try {
      const [{ copyImages }, { openNamed }] = await Promise.all([
        import("../images/copy.ts"),
        import("../images/open.ts"),
      ]);
      const openOther = (location: Location) => openNamed(location, seams);
      const { notes = [], ...special } = await prepare({ ...world, openOther });
      const copied = await copyImages(sources, destination, {
        ...seams,
        ...(sources.some(({ path }) => path === "-") && { stdin: io.stdin() }),
        machine: thisMachine(),
        ...(platform && { platform }),
        ...special,
      });
      const result = { ...copied, notes: [...notes, ...copied.notes] };
      // The image itself may be what goes to the standard output; then the report must not.
      const say = destination.path === "-" ? (text: string) => io.note(text.trimEnd()) : io.out;
      say(options.json ? `${JSON.stringify(result, null, 2)}\n` : copyReport(result, io));
      return 0;
    } finally {
      for (const folder of scratches) await rm(folder, { recursive: true, force: true });
    }
  });
}

/** What `--platform` says. @throws BAD_USAGE */
export function platformFrom(text: string | undefined, help: string): Platform | undefined {
  return text === undefined ? undefined : platformOption(text, help);
}

/** What `--compression` says of layers that go to `destination`. @throws BAD_USAGE */
export async function compressionFrom(
  text: string | undefined,
  { transport }: Pick<Location, "transport">,
  help: string,
) {
  if (text === undefined) return undefined;
  if (keptBy[transport] === "files") {
    const why = `--compression is for the layers of an image, and ${transport}: has none`;
    throw new TareError({ code: "BAD_USAGE", why, help });
  }
  const { compressionWanted, parseCompression } = await import("../build/recipe/compression.ts");
  const compression = parseCompression(text);
  if (compression) return compression;
  throw new TareError({ code: "BAD_USAGE", why: `--compression must be ${compressionWanted}`, help });
}
