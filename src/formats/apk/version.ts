/**
 * Alpine's versions: `digits{.digits}{letter}{_suffix{digits}}{~commit}{-r digits}`, as apk 2 orders them (apk-tools,
 * version.c; by what `apk version -t` says of them).
 */

/** In the order in which they count where one version goes on and the other does something else: later is less. */
const kinds = ["number", "digits", "letter", "suffix", "suffixNumber", "commit", "revision", "end"] as const;
type Kind = (typeof kinds)[number] | "invalid";

interface Token {
  readonly kind: Kind;
  readonly value: number | bigint | string;
}

/** Those before a release, then those after it. */
const before = ["alpha", "beta", "pre", "rc"] as const;
const after = ["cvs", "svn", "git", "hg", "p"] as const;

const limit = 256;
/** apk gives up on numbers of more digits. */
const digitLimit = 17;

/** What may follow what. */
const shape =
  /^[0-9]+(?:\.[0-9]+)*(?:[a-z][0-9]*(?:\.[0-9]+)*)?(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*(?:~[0-9a-f]+)?(?:-r[0-9]+)?$/;

/** Whether apk takes it for a version. */
export function isApkVersion(text: string): boolean {
  return text.length <= limit && shape.test(text) && !/[0-9]{18}/.test(text);
}

/** Negative, zero or positive as `a` is earlier than, as good as, or later than `b`. Any text can be compared. */
export function compareApkVersions(a: string, b: string): number {
  if (a === b) return 0;
  const { order, left, right } = firstDifference(a, b);
  if (order !== 0) return order;
  if (left.kind === right.kind) return 0;
  // The longer one is later, unless it goes on with what comes before a release.
  if (isBefore(left)) return -1;
  if (isBefore(right)) return 1;
  return rankOf(right.kind) - rankOf(left.kind);
}

/** Whether a version begins with what `~` asks for: `1.2.3-r4` with `1.2`. */
export function beginsWithVersion(version: string, start: string): boolean {
  const { order, left, right } = firstDifference(version, start);
  return order === 0 && (right.kind === "end" || left.kind === right.kind);
}

/** Goes along both as long as they are of one kind and equal. */
function firstDifference(a: string, b: string): { order: number; left: Token; right: Token } {
  const lefts = tokensOf(a.slice(0, limit));
  const rights = tokensOf(b.slice(0, limit));
  for (let at = 0; ; at += 1) {
    const left = lefts[at] ?? end;
    const right = rights[at] ?? end;
    if (left.kind !== right.kind || left.kind === "end" || left.kind === "invalid")
      return { order: 0, left, right };
    if (left.value !== right.value) return { order: left.value < right.value ? -1 : 1, left, right };
  }
}

const end: Token = { kind: "end", value: 0 };
const invalid: Token = { kind: "invalid", value: 0 };

function rankOf(kind: Kind): number {
  return kind === "invalid" ? -1 : kinds.indexOf(kind);
}

function isBefore({ kind, value }: Token): boolean {
  return kind === "suffix" && (value as number) < 0;
}

const token =
  /(?<dotted>\.)?(?<digits>[0-9]+)|(?<letter>[a-z])|_(?<suffix>alpha|beta|pre|rc|cvs|svn|git|hg|p)|~(?<commit>[0-9a-f]+)|-r(?<revision>[0-9]+)/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let last: Kind | undefined;
  const add = (kind: Kind, value: Token["value"]) => {
    tokens.push({ kind, value });
    last = kind;
  };
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const { dotted, digits, letter, suffix, commit, revision } = token.exec(text)?.groups ?? {};
    if (digits !== undefined && digits.length <= digitLimit) {
      if (dotted === undefined) {
        if (last === undefined || last === "letter") add("digits", numberOf(digits));
        else if (last === "suffix") add("suffixNumber", numberOf(digits));
        else return [...tokens, invalid];
      } else if (last === "digits" || last === "number") addPart(digits, add);
      else return [...tokens, invalid];
    } else if (letter !== undefined && (last === "digits" || last === "number"))
      add("letter", letter.charCodeAt(0));
    else if (suffix !== undefined && last !== "commit" && last !== "revision")
      add("suffix", suffixValue(suffix));
    else if (commit !== undefined && last !== "commit" && last !== "revision") add("commit", commit);
    else if (revision !== undefined && revision.length <= digitLimit && last !== "revision")
      add("revision", numberOf(revision));
    else return [...tokens, invalid];
  }
  return tokens;
}

/** A part behind a dot that begins with zeros is a fraction: the more of them, the less it is. */
function addPart(digits: string, add: (kind: Kind, value: Token["value"]) => void): void {
  const zeros = /^0*/.exec(digits)?.[0].length ?? 0;
  if (zeros === 0) add("number", numberOf(digits));
  else {
    add("number", 1 - zeros);
    add("digits", numberOf(digits));
  }
}

function numberOf(digits: string): number | bigint {
  return digits.length <= 15 ? Number(digits) : BigInt(digits);
}

function suffixValue(suffix: string): number {
  const place = before.indexOf(suffix as (typeof before)[number]);
  return place >= 0 ? place - before.length : after.indexOf(suffix as (typeof after)[number]);
}
