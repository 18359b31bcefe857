import { cp, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type ShippedImage, shippedImage } from "../../scripts/start/shipped-image.ts";
import type { BuildResult } from "../../src/model/result.ts";
import { mustRun, type Ran, runCommand } from "./command.ts";

const repository = join(import.meta.dirname, "../..");

export interface BuiltExample {
  readonly result: BuildResult;
  readonly image: ShippedImage;
}

/**
 * Builds a copy of examples/NAME, as `tare build` does it, from what this machine is set up to use. All builds in one
 * folder share a store. @param options more of the command line's
 */
export async function buildExample(
  name: string,
  folder: string,
  options: readonly string[] = [],
): Promise<BuiltExample> {
  const copy = await mkdtemp(join(folder, `${name}-`));
  await cp(join(repository, "examples", name), copy, { recursive: true, verbatimSymlinks: true });
  return buildFolder(copy, join(folder, "store"), options);
}

/** Builds the recipe of a folder, and leaves its archives there. */
export async function buildFolder(
  folder: string,
  store: string,
  options: readonly string[] = [],
): Promise<BuiltExample> {
  // A name that no image of the developer's has, since engines load it under that.
  const reference = "tare-example:latest";
  const archive = join(folder, "image.tar");
  const tarball = join(folder, "root.tar");
  const to = ["--to", `docker-archive:${archive}:${reference}`, "--to", `tar:${tarball}`];
  const main = join(repository, "src/cli/main.js");
  const result: BuildResult = JSON.parse(
    await mustRun(process.execPath, [main, "build", folder, "--json", ...to, ...options], {
      env: { TARE_STORE: store },
    }),
  );
  const [image] = result.images;
  if (image === undefined) throw new Error(`${folder} made no image`);
  return { result, image: shippedImage({ archive, reference, tarball }, image.configuration) };
}

/** The image's root file system, unpacked into a new folder. */
export async function unpack({ tarball }: ShippedImage, folder: string): Promise<string> {
  await mkdir(folder);
  await mustRun("tar", ["-xf", tarball, "-C", folder, "--numeric-owner", "--delay-directory-restore"]);
  return folder;
}

/** Runs a command of an unpacked image to its end, on this machine's network; without root as well. */
export function runInRoot(root: string, argv: readonly string[]): Promise<Ran> {
  return process.getuid?.() === 0
    ? runCommand("chroot", [root, ...argv])
    : runCommand("unshare", ["--user", "--map-root-user", "chroot", root, ...argv]);
}
