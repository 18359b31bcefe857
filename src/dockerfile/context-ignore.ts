import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DockerIgnore, dockerIgnore } from "../build/docker-ignore.ts";
import { readFailure } from "../bytes/read-failure.ts";
import { decodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";

/** Largest that is read, in bytes. */
const limit = 1 << 20;

/**
 * What a build leaves out of its context: `NAME.dockerignore` beside a Dockerfile of that name, else the context's
 * `.dockerignore`. Undefined when there is neither.
 * @param dockerfile absolute, as is `context`; undefined for one that is no file
 */
export async function contextIgnore(
  dockerfile: string | undefined,
  context: string,
): Promise<DockerIgnore | undefined> {
  const own = dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`];
  for (const file of [...own, join(context, ".dockerignore")]) {
    const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined;
      throw readFailure(cause, file);
    });
    if (bytes === undefined) continue;
    if (bytes.byteLength > limit) throw new TareError({ code: "TOO_LARGE", what: file, limit });
    return dockerIgnore(decodeText(bytes));
  }
  return undefined;
}
