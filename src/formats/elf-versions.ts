import type { ElfFields } from "./elf-header.ts";

/** Of one file, those of all libraries together; libstdc++ has under a hundred. */
const MAX_VERSIONS = 1024;

const VER_FLG_BASE = 1;
const VER_FLG_WEAK = 2;

/** Text at an offset in the file's dynamic strings. */
export type TextAt = (offset: number) => string | undefined;

/**
 * The versions of symbols that a file wants of each library (`.gnu.version_r`; LSB core, symbol versioning): the library,
 * then the newest version of each family. Weak ones may be missing, so they are left out.
 */
export function versionsNeeded(table: ElfFields, count: number, textAt: TextAt): string[][] {
  const needs: string[][] = [];
  let left = MAX_VERSIONS;
  for (const at of chain(table, 0, Math.min(count, MAX_VERSIONS), needRecord)) {
    const names: (string | undefined)[] = [];
    for (const one of chain(table, at + table.word(at + 8), Math.min(table.half(at + 2), left), needRecord)) {
      left -= 1;
      if ((table.half(one + 4) & VER_FLG_WEAK) === 0) names.push(textAt(table.word(one + 8)));
    }
    const library = textAt(table.word(at + 4));
    const versions = newestVersions(names);
    if (library !== undefined && versions.length > 0) needs.push([library, ...versions]);
  }
  return needs;
}

/** The versions of symbols that a library has (`.gnu.version_d`), the newest of each family; not its own name. */
export function versionsDefined(table: ElfFields, count: number, textAt: TextAt): string[] {
  const names: (string | undefined)[] = [];
  for (const at of chain(table, 0, Math.min(count, MAX_VERSIONS), definitionRecord)) {
    const name = at + table.word(at + 12);
    if ((table.half(at + 2) & VER_FLG_BASE) === 0 && name + 4 <= table.view.byteLength)
      names.push(textAt(table.word(name)));
  }
  return newestVersions(names);
}

/** Bytes of a record, and where in it is said how far the next one is. */
interface RecordShape {
  readonly size: number;
  readonly next: number;
}

const needRecord: RecordShape = { size: 16, next: 12 };
const definitionRecord: RecordShape = { size: 20, next: 16 };

/** Offsets of at most `count` records, each behind the one before. */
function* chain(
  table: ElfFields,
  start: number,
  count: number,
  { size, next }: RecordShape,
): Generator<number, void> {
  for (let at = start, left = count; left > 0 && at + size <= table.view.byteLength; left -= 1) {
    yield at;
    const step = table.word(at + next);
    if (step < size) return;
    at += step;
  }
}

/**
 * The newest of each family, sorted: of `GLIBC_2.4`, `GLIBC_2.34` and `GLIBC_PRIVATE`, the latter two. A library that
 * has a version has all older ones of its family: that is what versions of symbols are for.
 */
function newestVersions(names: Iterable<string | undefined>): string[] {
  const newest = new Map<string, string>();
  for (const name of names) {
    if (name === undefined) continue;
    const { family, numbers } = parsed(name);
    const known = newest.get(family);
    if (known === undefined || isOlder(parsed(known).numbers, numbers)) newest.set(family, name);
  }
  return [...newest.values()].sort();
}

/**
 * Those of the versions that a file needs of a library which the library is too old for. Of a library that has no
 * versions at all, the dynamic linker demands none.
 */
export function versionsLacking(needed: readonly string[], defined: readonly string[] | undefined): string[] {
  if (defined === undefined || defined.length === 0) return [];
  const has = new Map(defined.map(parsed).map(({ family, numbers }) => [family, numbers]));
  return needed.filter((name) => {
    const { family, numbers } = parsed(name);
    const newest = has.get(family);
    return newest === undefined || isOlder(newest, numbers);
  });
}

const dotted = /^\d+(?:\.\d+)*$/;

/** `GLIBC_2.34` is of the family of `GLIBC_0`; a name without a number is its own. */
function parsed(name: string): { family: string; numbers: readonly number[] } {
  const at = name.lastIndexOf("_") + 1;
  const version = name.slice(at);
  return dotted.test(version)
    ? { family: `${name.slice(0, at)}0`, numbers: version.split(".").map(Number) }
    : { family: name, numbers: [] };
}

function isOlder(one: readonly number[], than: readonly number[]): boolean {
  const at = than.findIndex((number, index) => number !== (one[index] ?? -1));
  return at >= 0 && (one[at] ?? -1) < (than[at] as number);
}
