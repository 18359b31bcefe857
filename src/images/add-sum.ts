import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Digest } from "../bytes/digest.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";
import { sumsFile, withSum } from "../formats/sha256sums.ts";
import { withLock } from "./lock.ts";
import { writeWhole } from "./output-file.ts";

const sumsLimit = 1 << 20;

/**
 * Notes a file's digest in the `SHA256SUMS` beside it; what that says of other files stays. Returns the bytes written.
 * @throws CANNOT_WRITE, DISK_FULL, TOO_LARGE for a file that is too large to be sums
 */
export async function addSum(file: string, digest: Digest): Promise<number> {
  const sums = join(dirname(file), sumsFile);
  try {
    return await withLock(sums, async () => {
      // Other names may be of any encoding, and stay so.
      const name = Buffer.from(basename(file)).toString("latin1");
      const text = withSum(await readSums(sums), name, digest.slice(digest.indexOf(":") + 1));
      return writeWhole(sums, (sink) => sink.add(Buffer.from(text, "latin1")));
    });
  } catch (cause) {
    throw writeFailure(cause, sums);
  }
}

async function readSums(sums: string): Promise<string> {
  const found = await stat(sums).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw cause;
  });
  if (found === undefined) return "";
  if (found.size > sumsLimit) throw new TareError({ code: "TOO_LARGE", what: sums, limit: sumsLimit });
  return readFile(sums, "latin1");
}
