import type { ScriptCoverage } from "../model/rootfs.ts";
import type { Findings } from "./shell/interpret.ts";

const quoteLimit = 120;

/**
 * What a report says of one script of one package.
 * @param script the package manager's name of it: `postinst`
 * @param text the script itself: lines that were not understood are quoted from it
 */
export function coverageOf(owner: string, script: string, text: string, findings: Findings): ScriptCoverage {
  const { handled, harmless, needs } = findings;
  const done = [...handled, ...harmless].map(printable);
  if (needs.length > 0) {
    const lines = text.split("\n");
    const asked = needs.map(({ line, why }) => {
      const quoted = printable(lines[line - 1] ?? "");
      return line === 0 ? printable(why) : `line ${line}, ${printable(why)}: ${quoted}`;
    });
    return { package: owner, script, verdict: "needs-you", notes: [...new Set(asked)] };
  }
  if (handled.size > 0) return { package: owner, script, verdict: "handled", notes: done };
  const notes = done.length > 0 ? done : ["does nothing on a first installation"];
  return { package: owner, script, verdict: "harmless", notes };
}

/** Foreign text for a report: one short line without control characters. */
function printable(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, " ").trim();
  return plain.length > quoteLimit ? `${plain.slice(0, quoteLimit)}…` : plain;
}
