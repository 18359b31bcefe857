/** A version taken apart: `[epoch:]version[-release]`. Any of them may hold anything but what parts them. */
export interface Evr {
  /** Absent when the text names none, which counts as 0. */
  readonly epoch?: string;
  readonly version: string;
  /** Absent when the text names none: it then fits every release. */
  readonly release?: string;
}

/** Never fails: what does not look like an epoch belongs to the version, and the release begins at the last hyphen. */
export function parseEvr(text: string): Evr {
  const head = /^([0-9]*):/.exec(text);
  const rest = head === null ? text : text.slice(head[0].length);
  const hyphen = rest.lastIndexOf("-");
  return {
    ...(head !== null && { epoch: head[1] === "" ? "0" : (head[1] as string) }),
    version: hyphen < 0 ? rest : rest.slice(0, hyphen),
    ...(hyphen >= 0 && { release: rest.slice(hyphen + 1) }),
  };
}

/**
 * Negative, zero or positive as `a` is older than, as old as, or newer than `b`: epoch, then version, then release.
 * A missing release is older than any. Linear in the length of the texts.
 */
export function compareEvr(a: Evr | string, b: Evr | string): number {
  const left = typeof a === "string" ? parseEvr(a) : a;
  const right = typeof b === "string" ? parseEvr(b) : b;
  return (
    comparePart(left.epoch ?? "0", right.epoch ?? "0") ||
    comparePart(left.version, right.version) ||
    comparePart(left.release ?? "", right.release ?? "")
  );
}

/**
 * rpm's order of two versions, or of two releases (rpm-version(7)): runs of digits and runs of letters are compared
 * one by one, whatever else stands between them; digits as numbers, and newer than letters. `~` is older than the
 * end of the text, `^` newer than the end and older than anything else.
 */
export function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (i < a.length && kindOf(a, i) === separator) i += 1;
    while (j < b.length && kindOf(b, j) === separator) j += 1;
    const [first, second] = [kindOf(a, i), kindOf(b, j)];
    if (first === tilde || second === tilde) {
      if (first !== tilde) return 1;
      if (second !== tilde) return -1;
      i += 1;
      j += 1;
      continue;
    }
    if (first === caret || second === caret) {
      if (first === end) return -1;
      if (second === end) return 1;
      if (first !== caret) return 1;
      if (second !== caret) return -1;
      i += 1;
      j += 1;
      continue;
    }
    if (first === end || second === end) break;
    if (first !== second) return first === digit ? 1 : -1;
    const [from, to] = [runEnd(a, i, first), runEnd(b, j, second)];
    const order = first === digit ? compareDigits(a, i, from, b, j, to) : compareText(a, i, from, b, j, to);
    if (order !== 0) return order;
    i = from;
    j = to;
  }
  return Number(i < a.length) - Number(j < b.length);
}

const [end, separator, digit, letter, tilde, caret] = [0, 1, 2, 3, 4, 5];

function kindOf(text: string, at: number): number {
  if (at >= text.length) return end;
  const code = text.charCodeAt(at);
  if (code >= 48 && code <= 57) return digit;
  if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return letter;
  return code === 126 ? tilde : code === 94 ? caret : separator;
}

function runEnd(text: string, from: number, kind: number): number {
  let at = from;
  while (kindOf(text, at) === kind) at += 1;
  return at;
}

function compareDigits(a: string, i: number, from: number, b: string, j: number, to: number): number {
  let [left, right] = [i, j];
  while (left < from && a.charCodeAt(left) === 48) left += 1;
  while (right < to && b.charCodeAt(right) === 48) right += 1;
  return from - left - (to - right) || compareText(a, left, from, b, right, to);
}

function compareText(a: string, i: number, from: number, b: string, j: number, to: number): number {
  const [left, right] = [a.slice(i, from), b.slice(j, to)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** How a relation compares versions. */
export type RpmOperator = "<" | "<=" | "=" | ">=" | ">";

/** Versions that a relation names; none at all means every version. */
export interface VersionRange {
  readonly operator?: RpmOperator;
  /** Present exactly when `operator` is. */
  readonly version?: string;
}

/**
 * Whether some version is in both ranges: what is provided (`= 1.2-3`, and ranges happen, too) and what is wanted. A side
 * that names no release and has a `=` in it fits every release of its version.
 */
export function rangesMeet(one: VersionRange, other: VersionRange): boolean {
  if (one.operator === undefined || other.operator === undefined) return true;
  const [left, right] = [parseEvr(one.version ?? ""), parseEvr(other.version ?? "")];
  const [below, above] = [one.operator.includes("<"), one.operator.includes(">")];
  const [under, over] = [other.operator.includes("<"), other.operator.includes(">")];
  const [equal, same] = [one.operator.includes("="), other.operator.includes("=")];
  let order = comparePart(left.epoch ?? "0", right.epoch ?? "0") || comparePart(left.version, right.version);
  if (order === 0) {
    if (left.release && right.release) order = comparePart(left.release, right.release);
    else if ((left.release && same) || (right.release && equal)) return true;
  }
  if (order < 0) return above || under;
  if (order > 0) return below || over;
  return (equal && same) || (below && under) || (above && over);
}
