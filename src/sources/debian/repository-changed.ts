import { TareError } from "../../errors.ts";
import type { Release } from "./release.ts";

/** The failure of an index that is not the one which its Release names; undefined for a failure of another kind. */
export function repositoryChanged(error: unknown, id: string, release: Release): TareError | undefined {
  const isAboutBytes =
    error instanceof TareError && ["DIGEST_MISMATCH", "TRUNCATED", "TOO_LARGE"].includes(error.code);
  if (!isAboutBytes) return undefined;
  const date = dateText(release.date);
  return new TareError({ code: "REPOSITORY_CHANGED", id, date, why: error.message }, { cause: error });
}

/** RFC 3339, to the second. */
export function dateText(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
