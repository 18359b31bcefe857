import { TareError } from "../errors.ts";
import { TooMuch } from "./workspace.ts";

/**
 * What is worked out in a workspace, outside of a script: a script that is too much is told as one that was not followed.
 * @throws BAD_ARCHIVE when more is to be changed than any honest packages would
 */
export function withinLimits<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof TooMuch)) throw cause;
    const why = "their scripts and owners change too many files";
    throw new TareError({ code: "BAD_ARCHIVE", where: "The root of these packages", why }, { cause });
  }
}
