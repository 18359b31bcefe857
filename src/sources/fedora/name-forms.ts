import type { RpmRecord } from "./index/record.ts";
import { isPattern, matchesPattern } from "./pattern.ts";

/** One reading of a text that names packages. */
export interface NameForm {
  /** Their name: itself, or a pattern. */
  readonly name: string;
  /** Whether the text is nothing but that name. */
  readonly isName: boolean;
  readonly fits: (record: RpmRecord) => boolean;
}

/**
 * The readings of a text, in dnf's order: `name-version-release.arch`, `name.arch`, `name`, `name-version-release`,
 * `name-version`; a version may have its epoch before it, and each part may be a pattern. A text that is a pattern may
 * also stand for all of `name-version-release.arch` (libdnf, `Query::filterSubject`). The first that fits any package
 * is the one that counts.
 */
export function* nameForms(text: string): Generator<NameForm> {
  const evr = "(?:([0-9]+):)?([^-:(/=<> ]+)";
  const full = new RegExp(`^([^:(/=<> ]+)-${evr}-([^-:(/=<> ]+)\\.([^-:.(/=<> ]+)$`).exec(text);
  if (full) yield formOf(full[1] as string, full[2], full[3], full[4], full[5]);
  const withArchitecture = /^([^:(/=<> ]+)\.([^-:.(/=<> ]+)$/.exec(text);
  if (withArchitecture)
    yield formOf(withArchitecture[1] as string, undefined, undefined, undefined, withArchitecture[2]);
  if (/^[^:(/=<> ]+$/.test(text)) yield { ...formOf(text), isName: true };
  const release = new RegExp(`^([^:(/=<> ]+)-${evr}-([^-:(/=<> ]+)$`).exec(text);
  if (release) yield formOf(release[1] as string, release[2], release[3], release[4]);
  const version = new RegExp(`^([^:(/=<> ]+)-${evr}$`).exec(text);
  if (version) yield formOf(version[1] as string, version[2], version[3]);
  if (isPattern(text) && /^[^(/=<> ]+$/.test(text)) yield wholeForm(text);
}

function formOf(
  name: string,
  epoch?: string,
  version?: string,
  release?: string,
  architecture?: string,
): NameForm {
  const matches = (pattern: string | undefined, value: string) =>
    pattern === undefined || (isPattern(pattern) ? matchesPattern(pattern, value) : pattern === value);
  return {
    name,
    isName: false,
    fits: (record) =>
      matches(name, record.name) &&
      (epoch === undefined || Number(epoch) === Number(record.epoch)) &&
      matches(version, record.version) &&
      matches(release, record.release) &&
      matches(architecture, record.architecture),
  };
}

/** The epoch is a part of it only where the pattern has one. */
function wholeForm(pattern: string): NameForm {
  const withEpoch = pattern.includes(":");
  return {
    name: pattern,
    isName: false,
    fits: ({ name, epoch, version, release, architecture }) =>
      matchesPattern(
        pattern,
        `${name}-${withEpoch ? `${Number(epoch)}:` : ""}${version}-${release}.${architecture}`,
      ),
  };
}
