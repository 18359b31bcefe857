import { TareError } from "../errors.ts";

/**
 * SOURCE_DATE_EPOCH (reproducible-builds.org, specs): seconds; nothing that is written is younger.
 * @throws BAD_ENVIRONMENT
 */
export function sourceDateEpoch(
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const text = environment.SOURCE_DATE_EPOCH;
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9]{1,12}$/.test(text))
    throw new TareError({
      code: "BAD_ENVIRONMENT",
      variable: "SOURCE_DATE_EPOCH",
      why: "it must be whole seconds since 1970",
    });
  return Number(text);
}
