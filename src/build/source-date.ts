import { TareError } from "../errors.ts";

/** 9999-12-31: later dates have no RFC 3339 form. */
const latest = 253_402_300_799;

/**
 * SOURCE_DATE_EPOCH (reproducible-builds.org, specs): seconds; nothing that is written is younger.
 * @throws BAD_ENVIRONMENT
 */
export function sourceDateEpoch(
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const text = environment.SOURCE_DATE_EPOCH;
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9]{1,12}$/.test(text) || Number(text) > latest)
    throw new TareError({
      code: "BAD_ENVIRONMENT",
      variable: "SOURCE_DATE_EPOCH",
      why: "it must be whole seconds since 1970, before the year 10000",
    });
  return Number(text);
}
