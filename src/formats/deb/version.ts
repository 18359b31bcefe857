import { TareError } from "../../errors.ts";

/** A Debian version taken apart: `[epoch:]upstream[-revision]` (deb-version(7), Debian Policy 5.6.12). */
export interface DebianVersion {
  readonly epoch: number;
  readonly upstream: string;
  /** Empty when there is none. */
  readonly revision: string;
}

const limit = 1024;
const largestEpoch = 2147483647;

/** @throws BAD_VERSION for what dpkg would not take, or what is longer than 1,024 characters */
export function parseVersion(text: string): DebianVersion {
  const bad = (why: string) => new TareError({ code: "BAD_VERSION", text: text.slice(0, 80), why });
  if (text.length > limit) throw bad(`it has more than ${limit} characters`);
  const { epoch, upstream, revision } = split(text);
  if (epoch !== undefined && !/^[0-9]{1,10}$/.test(epoch)) throw bad("its epoch is not a number");
  const number = Number(epoch ?? 0);
  if (number > largestEpoch) throw bad("its epoch is too large");
  if (!/^[0-9]/.test(upstream)) throw bad("its upstream part does not begin with a digit");
  if (!/^[-A-Za-z0-9.+~:]+$/.test(upstream))
    throw bad("its upstream part has a character that no version may have");
  if (text.endsWith("-")) throw bad("its revision is empty");
  if (!/^[A-Za-z0-9.+~]*$/.test(revision)) throw bad("its revision has a character that no version may have");
  return { epoch: number, upstream, revision };
}

function split(text: string): { epoch: string | undefined; upstream: string; revision: string } {
  const colon = text.indexOf(":");
  const hyphen = text.lastIndexOf("-");
  const end = hyphen > colon ? hyphen : text.length;
  return {
    epoch: colon < 0 ? undefined : text.slice(0, colon),
    upstream: text.slice(colon + 1, end),
    revision: hyphen > colon ? text.slice(hyphen + 1) : "",
  };
}

/**
 * Negative, zero or positive as `a` is earlier than, as good as, or later than `b`. Any text can be compared, also
 * one that {@link parseVersion} refuses: an archive's mistake must not stop a solver.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = split(a);
  const right = split(b);
  return (
    epochOf(left.epoch) - epochOf(right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

function epochOf(text: string | undefined): number {
  return text === undefined ? 0 : Number.parseInt(text, 10) || 0;
}

/**
 * Alternately the longest run without digits, then the longest run of digits (deb-version(7), "Sorting algorithm").
 * In the former a tilde sorts before the end, letters before everything else; the latter compare as numbers.
 */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    while (a.charCodeAt(i) === zero) i += 1;
    while (b.charCodeAt(j) === zero) j += 1;
    let first = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      first ||= a.charCodeAt(i) - b.charCodeAt(j);
      i += 1;
      j += 1;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

const zero = 48;

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= zero && code <= 57;
}

/** Where a character stands in the order; digits and the end of the text count the same. */
function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 126) return -1;
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return letter ? code : code + 256;
}

/** Operators of a relation (Debian Policy 7.1). `<` and `>` are old spellings of `<=` and `>=`. */
export type VersionOperator = "<<" | "<=" | "=" | ">=" | ">>";

export function satisfies(version: string, operator: VersionOperator, than: string): boolean {
  const order = compareVersions(version, than);
  switch (operator) {
    case "<<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
    case ">=":
      return order >= 0;
    case ">>":
      return order > 0;
  }
}
