import type { RpmIndex, RpmRecord } from "./index/record.ts";
import { nameForms } from "./name-forms.ts";
import { isPattern } from "./pattern.ts";

/**
 * Which packages a word of `exclude` means, as dnf reads its `excludepkgs`: of its readings the first that fits any
 * package of all repositories, for whatever machine. Provides and files do not count.
 * @returns undefined when it means none
 */
export function packagesNamed(
  text: string,
  indexes: readonly RpmIndex[],
): ((record: RpmRecord) => boolean) | undefined {
  for (const { name, fits } of nameForms(text))
    for (const index of indexes)
      for (const record of isPattern(name) ? index.records() : offering(name, index))
        if (fits(record)) return fits;
  return undefined;
}

function offering(name: string, index: RpmIndex): RpmRecord[] {
  return index.offering(name).map((number) => index.record(number));
}
