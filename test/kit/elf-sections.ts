/** A section to be added; `link` and `info` name another one. */
export interface SectionRecipe {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly data?: Uint8Array;
  /** Bytes of a section that has none in the file. */
  readonly size?: number;
  /** Where its data is already; it is appended otherwise. */
  readonly offset?: number;
  readonly alignment?: number;
  readonly link?: string;
  readonly info?: string;
}

/** An ELF file with sections behind what it has, their names in `.shstrtab`, and their headers last. */
export function sectioned(file: Uint8Array, recipes: readonly SectionRecipe[]): Buffer {
  const wide = file[4] === 2;
  const little = file[5] === 1;
  const names = ["", ...recipes.map(({ name }) => name), ".shstrtab"];
  const strings = Buffer.from(names.map((name) => `${name}\0`).join(""));
  const nameAt = (index: number) => names.slice(0, index).reduce((sum, name) => sum + name.length + 1, 0);
  const all = [...recipes, { name: ".shstrtab", type: 3, data: strings } as SectionRecipe];
  const indexOf = (name: string | undefined) =>
    name === undefined ? 0 : 1 + all.findIndex((one) => one.name === name);

  const entry = wide ? 64 : 40;
  const table = Buffer.alloc(entry * (all.length + 1));
  const word = (into: Buffer, at: number, value: number) =>
    little ? into.writeUInt32LE(value, at) : into.writeUInt32BE(value, at);
  const half = (into: Buffer, at: number, value: number) =>
    little ? into.writeUInt16LE(value, at) : into.writeUInt16BE(value, at);
  const long = (into: Buffer, at: number, value: number) => {
    if (!wide) word(into, at, value);
    else if (little) into.writeBigUInt64LE(BigInt(value), at);
    else into.writeBigUInt64BE(BigInt(value), at);
  };
  const pieces: Buffer[] = [Buffer.from(file)];
  let size = file.length;
  const append = (data: Uint8Array, alignment: number) => {
    const padding = Buffer.alloc(-size & (alignment - 1));
    pieces.push(padding, Buffer.from(data));
    size += padding.length + data.length;
    return size - data.length;
  };
  for (const [index, section] of all.entries()) {
    const at = entry * (index + 1);
    const { data, alignment = 1 } = section;
    word(table, at, nameAt(index + 1));
    word(table, at + 4, section.type);
    long(table, at + 8, section.flags ?? 0);
    long(table, at + (wide ? 24 : 16), section.offset ?? (data ? append(data, alignment) : size));
    long(table, at + (wide ? 32 : 20), section.size ?? data?.length ?? 0);
    word(table, at + (wide ? 40 : 24), indexOf(section.link));
    word(table, at + (wide ? 44 : 28), indexOf(section.info));
    long(table, at + (wide ? 48 : 32), alignment);
  }
  const tableAt = append(table, wide ? 8 : 4);
  const whole = Buffer.concat(pieces);
  long(whole, wide ? 40 : 32, tableAt);
  half(whole, wide ? 58 : 46, entry);
  half(whole, wide ? 60 : 48, all.length + 1);
  half(whole, wide ? 62 : 50, all.length);
  return whole;
}
