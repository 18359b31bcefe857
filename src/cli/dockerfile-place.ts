import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { TareError } from "../errors.ts";

/** A Dockerfile and what is copied from, as the user named them. */
export interface DockerfilePlace {
  /** `-` is the standard input. */
  readonly file: string;
  /** A folder; undefined for the Dockerfile's own. */
  readonly context: string | undefined;
}

/** Where there is no `tare.yaml`, in this order. */
const usualNames = ["Dockerfile", "Containerfile"] as const;

/**
 * What `tare build` is to take for a Dockerfile; undefined when it is a recipe that is meant. `--file` names it, or the
 * argument, or it lies in the folder that the argument is, where that has no recipe. Another name than the usual ones
 * will do for a file that begins as a Dockerfile does, and for what is no file.
 * @throws BAD_USAGE
 */
export async function findDockerfile(
  folder: string,
  argument: string | undefined,
  option: string | undefined,
): Promise<DockerfilePlace | undefined> {
  if (option === "-") {
    if (argument !== "-") return { file: option, context: argument ?? "." };
    const why = "the context cannot come from the standard input: name a folder";
    throw new TareError({ code: "BAD_USAGE", why, help: "tare build --help" });
  }
  const named = option ?? argument ?? ".";
  if (named === "-") return undefined;
  const context = option === undefined ? undefined : argument;
  const path = resolve(folder, named);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    if (await exists(join(path, "tare.yaml"))) return undefined;
    for (const name of usualNames)
      if (await exists(join(path, name))) return { file: join(named, name), context: context ?? named };
    return undefined;
  }
  if (/\.(?:ya?ml|dockerignore)$/i.test(named)) return undefined;
  const place = { file: named, context };
  if (/dockerfile|containerfile/i.test(basename(named))) return place;
  // `-f prod .` names no recipe, since that has no context.
  if (found === undefined)
    return context !== undefined && (await isFolder(resolve(folder, context))) ? place : undefined;
  if (!found.isFile()) return option === undefined ? undefined : { file: named, context: context ?? "." };
  return (await beginsAsDockerfile(path)) ? place : undefined;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** Bytes at a file's beginning in which its first instruction is looked for. */
const headSize = 16_384;

/** A first line but comments that is FROM or ARG, or a comment that names the language. */
async function beginsAsDockerfile(path: string): Promise<boolean> {
  let head = "";
  try {
    for await (const chunk of createReadStream(path, { encoding: "utf8", end: headSize - 1 })) head += chunk;
  } catch {
    // Whoever reads the file in earnest says why it cannot be.
    return false;
  }
  const lines = head
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => line.trim());
  if (/^#\s*syntax\s*=/i.test(lines[0] ?? "")) return true;
  const first = lines.find((line) => line !== "" && !line.startsWith("#")) ?? "";
  return /^(?:FROM|ARG)\s+[^\s:]/i.test(first);
}
