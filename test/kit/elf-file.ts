import type { ElfFacts } from "../../src/model/rootfs.ts";

/** What {@link elfFile} needs to know; all else is filled in. */
export type ElfRecipe = Pick<ElfFacts, "bits" | "littleEndian" | "machine" | "flags" | "needed"> &
  Partial<ElfFacts>;

/** The smallest shared object that says these things: header, program headers, notes, dynamic section, strings. */
export function elfFile(facts: ElfRecipe): Buffer {
  const wide = facts.bits === 64;
  const little = facts.littleEndian;
  const word = (value: number) => {
    const part = Buffer.alloc(4);
    if (little) part.writeUInt32LE(value);
    else part.writeUInt32BE(value);
    return part;
  };
  const half = (value: number) => {
    const part = Buffer.alloc(2);
    if (little) part.writeUInt16LE(value);
    else part.writeUInt16BE(value);
    return part;
  };
  const long = (value: number) => {
    if (!wide) return word(value);
    return little ? Buffer.concat([word(value), word(0)]) : Buffer.concat([word(0), word(value)]);
  };

  let strings = "\0";
  const string = (text: string) => {
    const at = Buffer.byteLength(strings);
    strings += `${text}\0`;
    return at;
  };
  const dynamic: [number, number][] = facts.needed.map((name) => [1, string(name)]);
  if (facts.soname !== undefined) dynamic.push([14, string(facts.soname)]);
  if (facts.rpath !== undefined) dynamic.push([15, string(facts.rpath)]);
  if (facts.runpath !== undefined) dynamic.push([29, string(facts.runpath)]);

  const needs = facts.versionsNeeded ?? [];
  const needTable = Buffer.concat(
    needs.flatMap(([library = "", ...versions], index) => [
      half(1),
      half(versions.length),
      word(string(library)),
      word(16),
      word(index + 1 < needs.length ? 16 + 16 * versions.length : 0),
      ...versions.flatMap((version, at) => [
        word(0),
        half(0),
        half(2 + at),
        word(string(version)),
        word(at + 1 < versions.length ? 16 : 0),
      ]),
    ]),
  );
  const definitions =
    facts.versionsDefined === undefined ? [] : [facts.soname ?? "", ...facts.versionsDefined];
  const definitionTable = Buffer.concat(
    definitions.flatMap((version, at) => [
      ...[half(1), half(at === 0 ? 1 : 0), half(at + 1), half(1), word(0), word(20)],
      ...[word(at + 1 < definitions.length ? 28 : 0), word(string(version)), word(0)],
    ]),
  );

  const note = (type: number, body: Buffer) =>
    Buffer.concat([word(4), word(body.length), word(type), Buffer.from("GNU\0"), body]);
  const property =
    facts.isaNeeded === undefined
      ? Buffer.alloc(0)
      : note(
          5,
          Buffer.concat([word(0xc0008002), word(4), word(facts.isaNeeded), ...(wide ? [word(0)] : [])]),
        );
  const abi = facts.abiTag ? note(1, Buffer.concat(facts.abiTag.map(word))) : Buffer.alloc(0);
  const interpreter = facts.interpreter === undefined ? "" : `${facts.interpreter}\0`;

  const headerSize = wide ? 64 : 52;
  const entrySize = wide ? 56 : 32;
  const count = 2 + (property.length > 0 ? 1 : 0) + (abi.length > 0 ? 1 : 0) + (interpreter ? 1 : 0);
  const base = 0x1000;
  const propertyAt = headerSize + entrySize * count;
  const abiAt = propertyAt + property.length;
  const interpreterAt = abiAt + abi.length;
  const stringsAt = interpreterAt + interpreter.length;
  const needsAt = stringsAt + Buffer.byteLength(strings);
  const definitionsAt = needsAt + needTable.length;
  dynamic.push([5, base + stringsAt], [10, Buffer.byteLength(strings)]);
  if (needs.length > 0) dynamic.push([0x6ffffffe, base + needsAt], [0x6fffffff, needs.length]);
  if (definitions.length > 0)
    dynamic.push([0x6ffffffc, base + definitionsAt], [0x6ffffffd, definitions.length]);
  dynamic.push([0, 0]);
  const table = Buffer.concat(dynamic.flatMap(([tag, value]) => [long(tag), long(value)]));
  const dynamicAt = definitionsAt + definitionTable.length;
  const total = dynamicAt + table.length;

  const segment = (type: number, offset: number, size: number, alignment = 4) =>
    wide
      ? [
          word(type),
          word(4),
          long(offset),
          long(base + offset),
          long(0),
          long(size),
          long(size),
          long(alignment),
        ]
      : [
          word(type),
          long(offset),
          long(base + offset),
          long(0),
          long(size),
          long(size),
          word(4),
          long(alignment),
        ];
  return Buffer.concat([
    Buffer.from([
      0x7f,
      0x45,
      0x4c,
      0x46,
      wide ? 2 : 1,
      little ? 1 : 2,
      1,
      facts.osabi ?? 0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]),
    half(facts.type ?? 3),
    half(facts.machine),
    word(1),
    long(0),
    long(headerSize),
    long(0),
    word(facts.flags),
    half(headerSize),
    half(entrySize),
    half(count),
    half(0),
    half(0),
    half(0),
    ...segment(1, 0, total),
    ...segment(2, dynamicAt, table.length),
    ...(property.length > 0 ? segment(0x6474e553, propertyAt, property.length, wide ? 8 : 4) : []),
    ...(abi.length > 0 ? segment(4, abiAt, abi.length) : []),
    ...(interpreter ? segment(3, interpreterAt, interpreter.length) : []),
    property,
    abi,
    Buffer.from(interpreter),
    Buffer.from(strings),
    needTable,
    definitionTable,
    table,
  ]);
}
