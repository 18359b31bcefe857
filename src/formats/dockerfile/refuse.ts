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
