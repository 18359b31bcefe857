/** Whether a text matches a pattern in which `*` stands for any text and `?` for one character. Linear, near enough. */
export function matchesPattern(pattern: string, text: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const sign = pattern[from];
    if (sign === "*") {
      star = from;
      from += 1;
      resume = at;
    } else if (sign === "?" || (sign !== undefined && sign === text[at])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      from = star + 1;
    } else return false;
  }
  while (pattern[from] === "*") from += 1;
  return from === pattern.length;
}

export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}
