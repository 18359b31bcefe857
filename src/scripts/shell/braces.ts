import type { Piece, Word } from "./syntax.ts";

/** More than any script writes by hand: words that come of one, and its own characters. */
const most = { words: 1000, characters: 4096 };

/** One character of plain text, or a piece as it is; `sign` where it may be a brace or a comma. */
interface Part {
  readonly piece: Piece;
  readonly sign?: "{" | "," | "}";
}

/**
 * What `{a,b}` in a word stands for (bash, "Brace Expansion"): one word for each part, before anything else is expanded.
 * Undefined for sequences (`{1..9}`), and for too much of it.
 */
export function expandBraces(word: Word): readonly Word[] | undefined {
  if (!word.some((piece) => piece.kind === "text" && !piece.quoted && piece.text.includes("{")))
    return [word];
  const parts = word.flatMap((piece): Part[] =>
    piece.kind === "text" && !piece.quoted ? [...piece.text].map(partOf) : [{ piece }],
  );
  if (parts.length > most.characters) return undefined;
  return expand(parts)?.map((one) => one.map(({ piece }) => piece));
}

function partOf(text: string): Part {
  const piece: Piece = { kind: "text", text, quoted: false };
  return text === "{" || text === "," || text === "}" ? { piece, sign: text } : { piece };
}

function expand(parts: readonly Part[]): (readonly Part[])[] | undefined {
  for (const [start, { sign }] of parts.entries()) {
    if (sign !== "{") continue;
    const cuts = cutsOf(parts, start);
    if (cuts === undefined) continue;
    if (cuts.length === 2) {
      const inner = parts
        .slice(start + 1, cuts[1])
        .map(({ piece }) => (piece.kind === "text" ? piece.text : ""));
      if (inner.join("").includes("..")) return undefined;
      continue;
    }
    const [before, after] = [parts.slice(0, start), expand(parts.slice((cuts.at(-1) as number) + 1))];
    const choices = cuts.slice(1).map((end, at) => expand(parts.slice((cuts[at] as number) + 1, end)));
    if (after === undefined || choices.includes(undefined)) return undefined;
    const middle = (choices as (readonly Part[])[][]).flat();
    if (middle.length * after.length > most.words) return undefined;
    return middle.flatMap((one) => after.map((rest) => [...before, ...one, ...rest]));
  }
  return [parts];
}

/** Where a brace opens, its own commas, and where it closes; undefined for one that does not close. */
function cutsOf(parts: readonly Part[], start: number): number[] | undefined {
  const cuts = [start];
  let open = 0;
  for (let at = start; at < parts.length; at += 1) {
    const sign = parts[at]?.sign;
    if (sign === "{") open += 1;
    if (sign === "}") open -= 1;
    if (open === 0) return [...cuts, at];
    if (sign === "," && open === 1) cuts.push(at);
  }
  return undefined;
}
