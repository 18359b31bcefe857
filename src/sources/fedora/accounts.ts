import type { ScriptCoverage } from "../../model/rootfs.ts";
import { applySysusers } from "../../scripts/sysusers.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import type { PlacedRpm } from "./placed-rpm.ts";

const declared = /^usr\/lib\/sysusers\.d\/[^/]+\.conf$/;

/**
 * Makes the accounts that a package declares in `usr/lib/sysusers.d`, as rpm does itself since 4.19, before the package's
 * files are its owners'. Nothing where the package declares none.
 */
export function makeAccounts(workspace: Workspace, { name, files }: PlacedRpm): ScriptCoverage[] {
  const texts = files.flatMap(({ path }) => {
    const text = declared.test(path) ? workspace.text(`/${path}`) : undefined;
    return text === undefined ? [] : [text];
  });
  if (texts.length === 0) return [];
  const problem = applySysusers(workspace, texts);
  return problem === undefined
    ? [{ package: name, script: "sysusers", verdict: "handled", notes: ["accounts of sysusers.d"] }]
    : [{ package: name, script: "sysusers", verdict: "needs-you", notes: [problem] }];
}
