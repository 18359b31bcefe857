import { type Dependency, isRich, parseDependency } from "../../formats/rpm/dependency.ts";
import { signedParts } from "../../formats/rpm/signed-parts.ts";
import { signatureTag, tag } from "../../formats/rpm/tags.ts";
import type { InstalledRpm } from "./rpm-database.ts";

/** One table of the rpm database: which packages have a key, and at which place of their list. */
export interface DatabaseTable {
  readonly name: string;
  readonly type: "TEXT" | "BLOB";
  readonly indexed: readonly ("key" | "hnum")[];
  /** Of the header; absent where it comes from elsewhere. */
  readonly tag?: number;
}

const list = (name: string, of: number): DatabaseTable => ({
  name,
  type: "TEXT",
  indexed: ["key", "hnum"],
  tag: of,
});

/** In the order in which rpm makes them (rpm, lib/rpmdb.c, `dbiTags`). */
export const databaseTables: readonly DatabaseTable[] = [
  { name: "Name", type: "TEXT", indexed: ["key"], tag: tag.name },
  list("Basenames", tag.baseNames),
  { name: "Group", type: "TEXT", indexed: ["key"], tag: tag.group },
  list("Requirename", tag.requireName),
  list("Providename", tag.provideName),
  list("Conflictname", tag.conflictName),
  list("Obsoletename", tag.obsoleteName),
  list("Triggername", tag.triggerName),
  list("Dirnames", tag.dirNames),
  { name: "Installtid", type: "BLOB", indexed: [] },
  { name: "Sigmd5", type: "BLOB", indexed: [] },
  { name: "Sha1header", type: "TEXT", indexed: ["key"] },
  list("Filetriggername", tag.fileTriggerName),
  list("Transfiletriggername", tag.transFileTriggerName),
  list("Recommendname", tag.recommendName),
  list("Suggestname", tag.suggestName),
  list("Supplementname", tag.supplementName),
  list("Enhancename", tag.enhanceName),
];

export interface DatabaseKey {
  readonly key: string | Uint8Array;
  /** Where in the package's list it stands. */
  readonly index: number;
}

/** The rows of a package in a table (rpm, lib/rpmdb.c, `tag2index`). */
export function databaseKeys({ name, tag: of }: DatabaseTable, one: InstalledRpm): readonly DatabaseKey[] {
  const { header, signature } = one;
  const single = (key: string | Uint8Array | undefined) => (key === undefined ? [] : [{ key, index: 0 }]);
  if (name === "Installtid") return single(littleEndian(one.time));
  if (name === "Sigmd5") return single(signature.binary(signatureTag.md5));
  if (name === "Sha1header") return single(signature.text(signatureTag.sha1Header));
  if (name === "Group") return single(header.text(tag.group) ?? "Unknown");
  const withNames = (row: DatabaseKey) => withNamesWithin(row, header.text(tag.name) ?? "a package");
  const rows = header.texts(of as number).map((key, index) => ({ key, index }));
  if (of === tag.requireName) {
    const flags = header.numbers(tag.requireFlags);
    return rows.filter(({ index }) => !isTransient(flags[index] ?? 0)).flatMap(withNames);
  }
  if (of === tag.triggerName) return firstOfEach(rows);
  if (of === tag.fileTriggerName) return placed(rows, header.numbers(tag.fileTriggerIndex));
  if (of === tag.transFileTriggerName) return placed(rows, header.numbers(tag.transFileTriggerIndex));
  return richTables.has(name) ? rows.flatMap(withNames) : rows;
}

const richTables: ReadonlySet<string> = new Set([
  "Conflictname",
  "Suggestname",
  "Supplementname",
  "Recommendname",
  "Enhancename",
]);

/** The host's order of bytes, which is this one on all machines but s390x. */
function littleEndian(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

/** What is needed while installing and not afterwards (rpm, rpmds.h, `isTransientReq`). */
function isTransient(flags: number): boolean {
  const installing = (1 << 5) | (1 << 7) | (1 << 9) | (1 << 10) | (1 << 24) | (1 << 26);
  const erasing = (1 << 11) | (1 << 12);
  const meta = 1 << 29;
  return (flags & installing) !== 0 && (flags & (erasing | meta)) === 0;
}

function firstOfEach(rows: readonly DatabaseKey[]): DatabaseKey[] {
  const seen = new Set<DatabaseKey["key"]>();
  return rows.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** A file trigger's paths lead to the trigger, not to their own place. */
function placed(rows: readonly DatabaseKey[], triggers: readonly number[]): DatabaseKey[] {
  return rows.map((row) => ({ ...row, index: triggers[row.index] ?? 0 }));
}

/** Of a rich dependency every name, too; those whose absence would do have a `!` in front. */
function withNamesWithin(row: DatabaseKey, where: string): DatabaseKey[] {
  if (typeof row.key !== "string" || !row.key.startsWith("(")) return [row];
  const names = namesWithin(parseDependency(row.key, where));
  return [row, ...names.map((key) => ({ key, index: row.index }))];
}

function namesWithin(dependency: Dependency): string[] {
  const names = new Set<string>();
  for (const { part, positive } of signedParts(dependency, true, isRich))
    if (!isRich(part) && !part.name.startsWith("rpmlib(")) names.add(`${positive ? " " : "!"}${part.name}`);
  return [...names].sort().map((name) => (name.startsWith(" ") ? name.slice(1) : name));
}
