import { spawnSync } from "node:child_process";

/** A built image, in the two forms that runtimes want, and what its configuration says about starting it. */
export interface ShippedImage {
  /** A `docker load` archive, and the name it carries. */
  readonly archive: string;
  readonly reference: string;
  /** The same root file system as one tar. */
  readonly tarball: string;
  /** Entry point and arguments. */
  readonly command: readonly string[];
  /** `NAME=VALUE` */
  readonly env: readonly string[];
  readonly workdir: string;
  readonly user: { readonly uid: number; readonly gid: number };
}

/** Reads the configuration of a built image out of its archive. @param configuration its digest, as builds tell it */
export function shippedImage(
  files: Pick<ShippedImage, "archive" | "reference" | "tarball">,
  configuration: string,
): ShippedImage {
  const blob = `blobs/${configuration.replace(":", "/")}`;
  const { status, stdout, stderr } = spawnSync("tar", ["-xOf", files.archive, blob], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${files.archive} does not open: ${stderr}`);
  const { Entrypoint = [], Cmd = [], Env = [], WorkingDir, User } = JSON.parse(stdout).config;
  // tare writes users as numbers, whatever the recipe calls them.
  const [uid = 0, gid = uid] = (User ?? "0:0").split(":").map(Number);
  return {
    ...files,
    command: [...Entrypoint, ...Cmd],
    env: Env,
    workdir: WorkingDir || "/",
    user: { uid, gid },
  };
}
