import { TareError } from "../../errors.ts";

/** One member of `include`, taken apart. */
export interface Want {
  /** As it was written. */
  readonly text: string;
  readonly name: string;
  readonly architecture?: string;
  /** May hold `*`. */
  readonly version?: string;
  readonly suite?: string;
}

const shape =
  /^([A-Za-z0-9][A-Za-z0-9+.-]*)(?::([a-z0-9-]+))?(?:=([A-Za-z0-9.+~:*-]+)|\/([A-Za-z0-9][A-Za-z0-9+._/-]*))?$/;

/** `name`, `name:architecture`, each perhaps with `=version` or `/suite`, as on apt's command line. @throws BAD_WANT */
export function parseWant(text: string): Want {
  const match = text.length > 500 ? null : shape.exec(text);
  if (!match)
    throw new TareError({
      code: "BAD_WANT",
      want: text.slice(0, 80),
      why: "write name, name:architecture, name=version or name/suite",
    });
  const [, name = "", architecture, version, suite] = match;
  const want: { -readonly [Key in keyof Want]: Want[Key] } = { text, name };
  if (architecture !== undefined) want.architecture = architecture;
  if (version !== undefined) want.version = version;
  if (suite !== undefined) want.suite = suite;
  return want;
}

/** Whether a version is the wanted one; `*` stands for any characters, also none. */
export function versionMatches(wanted: string, version: string): boolean {
  const [first = "", ...rest] = wanted.split("*");
  const last = rest.pop();
  if (last === undefined) return wanted === version;
  if (!version.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = version.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return version.length - last.length >= at && version.endsWith(last);
}
