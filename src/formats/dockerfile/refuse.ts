import { TareError } from "../../errors.ts";

/** Where something stands in a Dockerfile. `line` counts from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Says no to what stands at a place. `why` is a sentence without its full stop. */
export type Refuse = (why: string) => never;

/** Refuses with BAD_DOCKERFILE. */
export function refuseAt({ file, line }: Place): Refuse {
  return (why) => {
    throw new TareError({ code: "BAD_DOCKERFILE", file, line, why });
  };
}

/**
 * What went wrong with what stands at a place, said with that place; what is said with one already stays as it is.
 * Anything but a TareError comes back untouched.
 */
export function saidAt(error: unknown, { file, line }: Place): unknown {
  if (!(error instanceof TareError) || error.code === "BAD_DOCKERFILE" || error.at !== undefined)
    return error;
  return new TareError(error.problem, { cause: error, at: `${file}:${line}` });
}
