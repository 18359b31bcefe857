import type { ScriptCoverage } from "../model/rootfs.ts";

/** More packages than this are not named. */
const named = 4;

/** Whose scripts are left to the user: nothing, or one sentence. */
export function scriptWarnings(coverage: readonly ScriptCoverage[], platform: string): string[] {
  const open = coverage.filter(({ verdict }) => verdict === "needs-you");
  const names = [...new Set(open.map((one) => one.package))];
  if (names.length === 0) return [];
  const some = names.slice(0, named).join(", ");
  const more = names.length > named ? ` and ${names.length - named} more` : "";
  const [scripts, what] = open.length === 1 ? ["a script", "it"] : ["scripts", "each"];
  return [
    `On ${platform}, ${scripts} of ${some}${more} did not run and may be missed: the report says what ${what} would do.`,
  ];
}
