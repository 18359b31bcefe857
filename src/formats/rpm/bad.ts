import { TareError } from "../../errors.ts";

/** @param where names the package in the sentence */
export function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "RPM package", where, why });
}
