import { rm } from "node:fs/promises";
import type { Bytes } from "../bytes/bytes.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { TareError } from "../errors.ts";
import { type Inside, insideImage, insideTar } from "../extract/inside.ts";
import { isIndex } from "../images/blobs.ts";
import { imageFor } from "../images/choose-platform.ts";
import { readPart } from "../images/file-set.ts";
import { isRootAlone, type Location, locationText } from "../images/location.ts";
import { openNamed } from "../images/open.ts";
import { spool } from "../images/spool.ts";
import type { Image, ImageIndex } from "../model/image.ts";
import { type Platform, platformName } from "../model/platform.ts";
import { storeFolder } from "./folders.ts";
import type { Io } from "./io.ts";
import { locationArgument } from "./location-argument.ts";
import { platformOption } from "./platform-option.ts";
import { thisMachine } from "./this-machine.ts";

/** What a location holds: an image and its inside, or a plain tar's inside. */
export interface Opened {
  readonly inside: Inside;
  readonly image?: Image;
  /** Whether the place has no manifest of its own, so that one was made for it. */
  readonly manifestMade?: boolean;
}

/** Opens what is at a location for as long as `use` runs. @throws BAD_USAGE, what `openNamed` throws */
export async function withInside<Value>(
  io: Io,
  text: string,
  options: { readonly platform?: string | undefined },
  use: (opened: Opened) => Promise<Value>,
): Promise<Value> {
  const location = await locationArgument(text, io.folder);
  const platform =
    options.platform === undefined ? undefined : platformOption(options.platform, "tare --help");
  const cleanUp: (() => Promise<void>)[] = [];
  const scratch = async () => {
    const folder = storeFolder(io.environment);
    const store = await io.engine.openStore(folder);
    cleanUp.push(await io.engine.leaseStore(folder));
    const made = await store.scratch();
    cleanUp.push(() => rm(made, { recursive: true, force: true }));
    return made;
  };
  try {
    if (isRootAlone(location)) return await use({ inside: await tarAt(location, io, scratch) });
    const { environment, progress, signal } = io;
    const opened = await openNamed(location, {
      ...{ environment, progress, signal, scratch },
      ...(location.path === "-" && { stdin: io.stdin() }),
    });
    const where = locationText(location);
    const image = choose(opened.image, platform, where);
    return await use({ image, manifestMade: opened.manifestMade, inside: insideImage(image, where) });
  } finally {
    for (const step of cleanUp.reverse()) await step();
  }
}

/** What was asked for; else the only image there is, or the one for this machine. */
function choose(opened: Image | ImageIndex, asked: Platform | undefined, where: string): Image {
  const images = isIndex(opened) ? opened.images : [opened];
  const platform = asked ?? thisMachine();
  const found =
    (asked === undefined && images.length === 1 ? images[0] : undefined) ?? imageFor(images, platform);
  if (found !== undefined) return found;
  const known = images.map((one) => platformName(one.platform));
  throw new TareError({ code: "PLATFORM_MISSING", where, platform: platformName(platform), known });
}

/** A file is read as often as need be; the standard input is there once, and kept. */
async function tarAt(location: Location, io: Io, scratch: () => Promise<string>): Promise<Inside> {
  const { path } = location;
  const file = path === "-" ? await spool(io.stdin(), await scratch(), undefined, io.signal) : path;
  return insideTar((signal) => fileBytes(file, path, signal), locationText(location));
}

async function* fileBytes(file: string, shown: string, signal?: AbortSignal): Bytes {
  try {
    yield* readPart(file, 0, Number.MAX_SAFE_INTEGER, signal);
  } catch (cause) {
    throw readFailure(cause, shown);
  }
}
