import { TareError } from "../../errors.ts";
import { beginsWithVersion, compareApkVersions, isApkVersion } from "./version.ts";

/** One word of a `depend`, `install_if`, `replaces` or of /etc/apk/world: `!name@tag>=version`. */
export interface ApkDependency {
  /** As it was written. */
  readonly text: string;
  /** A package, or what one provides: `busybox`, `so:libc.musl-x86_64.so.1`, `cmd:sh`, `/bin/sh`. */
  readonly name: string;
  /** Whether it must not be there. */
  readonly conflict: boolean;
  /** The tagged repository that it may come from besides the others. */
  readonly tag?: string;
  readonly operator?: ApkOperator;
  /** A version, or an identity (`Q1…`) behind `><`. Present exactly where there is an operator. */
  readonly version?: string;
}

/** `~`: begins with; `><`: is this very package. */
export type ApkOperator = "=" | "<" | "<=" | ">" | ">=" | "~" | "<~" | ">~" | "><";

/** What a package offers: a name, and a version where it can be asked for. */
export interface ApkProvision {
  readonly name: string;
  readonly version: string | undefined;
}

const operators: Readonly<Record<string, ApkOperator>> = {
  "=": "=",
  "==": "=",
  "<": "<",
  "<=": "<=",
  "=<": "<=",
  ">": ">",
  ">=": ">=",
  "=>": ">=",
  "~": "~",
  "~=": "~",
  "=~": "~",
  "<~": "<~",
  "~<": "<~",
  ">~": ">~",
  "~>": ">~",
  "><": "><",
};

const plain = /^[^!<>=~@\s][^<>=~@\s]*$/;
const limits = { word: 4096, words: 20_000 };
const shape = /^(!?)([^<>=~@!\s][^<>=~@\s]*)(?:@([A-Za-z0-9_.+-]+))?(?:([<>=~]+)([^<>=~]\S*))?$/;

/** @throws BAD_RELATION; `where` names what it stands in */
export function parseApkDependency(text: string, where: string): ApkDependency {
  const bad = (why: string) =>
    new TareError({ code: "BAD_RELATION", where, text: text.slice(0, 80).toWellFormed(), why });
  if (text.length > limits.word) throw bad(`it has more than ${limits.word} characters`);
  // Most of an index's 100,000 words are names and nothing else.
  if (plain.test(text)) return { text, name: text, conflict: false };
  const match = shape.exec(text);
  if (!match) throw bad("write name, name@tag, !name, or a name with =, <, >, <=, >= or ~ and a version");
  const [, not, name = "", tag, sign, version] = match;
  const base = { text, name, conflict: not === "!", ...(tag !== undefined && { tag }) };
  if (sign === undefined || version === undefined) return base;
  const operator = Object.hasOwn(operators, sign) ? operators[sign] : undefined;
  if (operator === undefined) throw bad(`${sign} does not compare versions`);
  if (operator !== "><" && !isApkVersion(version)) throw bad(`${version} is not a version`);
  return { ...base, operator, version };
}

/** A list as indexes have it, separated by blanks. @throws BAD_RELATION */
export function parseApkDependencies(text: string, where: string): ApkDependency[] {
  return wordsOf(text, where).map((word) => parseApkDependency(word, where));
}

/**
 * A list of `provides`: `cmd:sh=1.35.0-r31 /bin/sh`. As apk reads it, the list ends at the first word that cannot be
 * read; Alpine's own indexes have some (`pc:librtmp=v2.4`).
 */
export function parseApkProvisions(text: string, where: string): ApkProvision[] {
  const provisions: ApkProvision[] = [];
  for (const word of wordsOf(text, where)) {
    try {
      const { name, version } = parseApkDependency(word, where);
      provisions.push({ name, version });
    } catch (error) {
      if (!(error instanceof TareError) || error.code !== "BAD_RELATION") throw error;
      break;
    }
  }
  return provisions;
}

function wordsOf(text: string, where: string): string[] {
  const words = text.split(/[ \t]+/).filter((word) => word !== "");
  if (words.length > limits.words)
    throw new TareError({
      code: "BAD_RELATION",
      where,
      text: text.slice(0, 80),
      why: `it has more than ${limits.words} words`,
    });
  return words;
}

/**
 * Whether what is offered under the dependency's name is what it asks for, as if it were no conflict. Without a
 * version, an offer meets only a dependency that asks for none. `identity` is the package's (`Q1…`).
 */
export function isWanted(
  dependency: ApkDependency,
  offered: { readonly version: string | undefined; readonly identity: string },
): boolean {
  const { operator, version } = dependency;
  if (operator === undefined || version === undefined) return true;
  if (operator === "><") return offered.identity === version;
  if (offered.version === undefined) return false;
  if (operator.endsWith("~") && beginsWithVersion(offered.version, version)) return true;
  if (operator === "~") return false;
  const order = compareApkVersions(offered.version, version);
  if (order === 0) return operator === "=" || operator === "<=" || operator === ">=";
  return order < 0 ? operator.startsWith("<") : operator.startsWith(">");
}
