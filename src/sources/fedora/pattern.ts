/**
 * Whether a text matches a pattern as glob(7) has it: `*` stands for any text, `?` for one character, `[a-z]` for one of
 * these and `[!a-z]` for one of all others. At most the product of the two lengths.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const sign = signAt(pattern, from);
    if (sign === "*") {
      star = from;
      from += 1;
      resume = at;
    } else if (sign !== "" && stands(sign, text[at] as string)) {
      at += 1;
      from += sign.length;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      from = star + 1;
    } else return false;
  }
  while (pattern[from] === "*") from += 1;
  return from === pattern.length;
}

/** As dnf has it: only such a text is matched, and any other is a name. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** What stands for one character: a bracket up to its end (a `]` right at its start is one of it), or a character. */
function signAt(pattern: string, from: number): string {
  if (pattern[from] !== "[") return pattern.slice(from, from + 1);
  const end = pattern.indexOf("]", from + (/[!^]/.test(pattern[from + 1] ?? "") ? 3 : 2));
  return end < 0 ? "[" : pattern.slice(from, end + 1);
}

function stands(sign: string, character: string): boolean {
  if (sign === "?") return true;
  if (sign.length === 1) return sign === character;
  const negative = /[!^]/.test(sign[1] as string);
  const set = sign.slice(negative ? 2 : 1, -1);
  for (let at = 0; at < set.length; ) {
    const range = set[at + 1] === "-" && at + 2 < set.length;
    const [first = "", last = ""] = [set[at], set[range ? at + 2 : at]];
    if (first <= character && character <= last) return !negative;
    at += range ? 3 : 1;
  }
  return negative;
}
