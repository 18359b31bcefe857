import { TareError } from "../../errors.ts";

/** One paragraph of a Debian control file: fields by lower-case name, values with their line breaks kept. */
export interface Stanza {
  readonly fields: ReadonlyMap<string, string>;
  /** 1-based line of the first field. */
  readonly line: number;
}

/** Debian Policy 5.1: printable ASCII but blanks and colons, and no hyphen in front. */
const fieldName = /^[!-,.-9;-~][!-9;-~]*$/;

/**
 * Parses deb822 text (Debian Policy 5.1; deb822(5) adds `#` comments): `Packages`, `Release`, `.sources`, `control`.
 * A value keeps its continuation lines joined by `\n`, each without its leading blank; a lone ` .` stays as it is.
 * @throws BAD_ARCHIVE with the line, for a line that is neither a field, a continuation, nor a comment
 */
export function parseDeb822(text: string, where: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let fields = new Map<string, string>();
  let first = 0;
  let name: string | undefined;
  const finish = () => {
    if (fields.size > 0) stanzas.push({ fields, line: first });
    fields = new Map();
    name = undefined;
  };
  let number = 0;
  for (const raw of text.split("\n")) {
    number += 1;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.trim() === "") finish();
    else if (line.startsWith("#")) continue;
    else if (line.startsWith(" ") || line.startsWith("\t")) {
      if (name === undefined) throw malformed(where, number, "a continuation line without a field before it");
      fields.set(name, `${fields.get(name)}\n${line.slice(1)}`);
    } else {
      const colon = line.indexOf(":");
      const spelled = line.slice(0, colon).trimEnd();
      if (colon < 1 || !fieldName.test(spelled))
        throw malformed(where, number, "neither a field nor a continuation");
      if (fields.size === 0) first = number;
      name = spelled.toLowerCase();
      if (fields.has(name)) throw malformed(where, number, `the field ${spelled} stands twice`);
      fields.set(name, line.slice(colon + 1).trim());
    }
  }
  finish();
  return stanzas;
}

function malformed(where: string, line: number, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "control file", where: `${where}:${line}`, why });
}
