import { TareError } from "../../errors.ts";

/** One stanza of an `APKINDEX`, as far as choosing needs it. Lists are words separated by blanks, not yet read. */
export interface IndexRecord {
  /** `Q1…` */
  readonly identity: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Bytes of the package file. */
  readonly size: number;
  /** Bytes that it takes when installed. */
  readonly installedSize: number;
  readonly origin: string;
  readonly depends: string;
  readonly provides: string;
  readonly installIf: string;
  readonly providerPriority: number;
  /** A field that no apk of today knows, in a capital letter: nobody may install it. */
  readonly unknownField: boolean;
}

const recordLimit = 1_000_000;
type Mutable = { -readonly [Key in keyof IndexRecord]: IndexRecord[Key] };

/** The stanzas of an index, in its order (apk-tools, `package.c`). @throws BAD_ARCHIVE for a stanza without name or version */
export function parseApkIndex(text: string, where: string): IndexRecord[] {
  const records: IndexRecord[] = [];
  let record: Mutable | undefined;
  const finish = () => {
    if (record === undefined) return;
    if (record.name === "" || record.version === "")
      throw bad(where, `stanza ${records.length + 1} has no name or no version`);
    if (records.length >= recordLimit) throw bad(where, `it has more than ${recordLimit} packages`);
    records.push(record);
    record = undefined;
  };
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    if (end - at < 2) finish();
    else {
      if (text[at + 1] !== ":") throw bad(where, `a line of stanza ${records.length + 1} is not a field`);
      record ??= empty();
      setField(record, text[at] as string, text.slice(at + 2, end));
    }
    at = end + 1;
  }
  finish();
  return records;
}

function empty(): Mutable {
  return {
    identity: "",
    name: "",
    version: "",
    architecture: "",
    size: Number.NaN,
    installedSize: 0,
    origin: "",
    depends: "",
    provides: "",
    installIf: "",
    providerPriority: 0,
    unknownField: false,
  };
}

function setField(record: Mutable, letter: string, value: string): void {
  switch (letter) {
    case "C":
      record.identity = value;
      break;
    case "P":
      record.name = value;
      break;
    case "V":
      record.version = value;
      break;
    case "A":
      record.architecture = value;
      break;
    case "S":
      record.size = numberOf(value);
      break;
    case "I":
      record.installedSize = numberOf(value);
      break;
    case "o":
      record.origin = value;
      break;
    case "D":
      record.depends = value;
      break;
    case "p":
      record.provides = value;
      break;
    case "i":
      record.installIf = value;
      break;
    case "k":
      record.providerPriority = numberOf(value) || 0;
      break;
    case "T":
    case "U":
    case "L":
      break;
    default:
      if (/[A-Z]/.test(letter)) record.unknownField = true;
  }
}

function numberOf(text: string): number {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "Alpine index", where, why });
}
