import type { AnyBytes } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { readXml } from "./xml.ts";

/** One package of a repository, as its primary.xml describes it. Dependencies are spelled as rpm spells them. */
export interface PrimaryPackage {
  readonly name: string;
  readonly architecture: string;
  /** A number; `0` where none is said. */
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  /** `sha256`, and what it comes to. */
  readonly checksumType: string;
  readonly checksum: string;
  /** Relative to `base`, or to the repository's root. */
  readonly location: string;
  /** `xml:base` of the location, where it has one: another place than the repository. */
  readonly base?: string;
  /** Bytes of the package file. */
  readonly size: number;
  /** `httpd-2.4.62-1.fc41.src.rpm`; empty when it is not said. */
  readonly sourceRpm: string;
  readonly provides: readonly string[];
  readonly requires: readonly string[];
  readonly conflicts: readonly string[];
  readonly obsoletes: readonly string[];
  readonly recommends: readonly string[];
  readonly suggests: readonly string[];
  readonly supplements: readonly string[];
  readonly enhances: readonly string[];
  /** Absolute paths that are worth a mention here: of programs, and below /etc. Others are in filelists.xml. */
  readonly files: readonly string[];
}

type Lists = { -readonly [Key in Relation | "files"]: string[] };
type Relation =
  | "provides"
  | "requires"
  | "conflicts"
  | "obsoletes"
  | "recommends"
  | "suggests"
  | "supplements"
  | "enhances";

const format = "primary.xml";
const relations: ReadonlySet<string> = new Set<Relation>([
  "provides",
  "requires",
  "conflicts",
  "obsoletes",
  "recommends",
  "suggests",
  "supplements",
  "enhances",
]);
const operators: Readonly<Record<string, string>> = { LT: "<", LE: "<=", EQ: "=", GE: ">=", GT: ">" };
/** Of one package: the kernel's has some ten thousand provides. */
const limits = { relations: 200_000, characters: 1 << 24, text: 1 << 16 };
/** Of all together: Fedora's 70,000 packages have 2 million relations, of 60 million characters. */
const most = { packages: 2_000_000, relations: 10_000_000, characters: 200_000_000 };

/**
 * Reads primary.xml as a stream: `found` is called with each package, and nothing is kept.
 * @throws BAD_ARCHIVE, and what `source` and `found` throw
 */
export async function readPrimary(
  source: AnyBytes,
  where: string,
  found: (one: PrimaryPackage) => void,
): Promise<void> {
  const unsound = (why: string) => new TareError({ code: "BAD_ARCHIVE", format, where, why });
  let fields: Record<string, string | undefined> | undefined;
  let lists = noLists();
  let counted = { relations: 0, characters: 0 };
  const all = { packages: 0, relations: 0, characters: 0 };
  let list: Relation | undefined;
  let text: string | undefined;
  const add = (to: string[], value: string) => {
    counted.relations += 1;
    counted.characters += value.length;
    for (const kind of ["relations", "characters"] as const)
      if (counted[kind] > limits[kind])
        throw unsound(`one of its packages has more than ${limits[kind]} ${kind}`);
    if (value.length > limits.text) throw unsound("one of its relations is too long");
    if (value.includes("\n")) throw unsound("one of its relations has a line break in it");
    to.push(value);
  };
  await readXml(source, format, where, {
    open(name, attributes, depth) {
      if (depth === 1 && name !== "metadata") throw unsound(`it begins with ${name.slice(0, 40)}`);
      if (depth === 2 && name === "package" && attributes.type === "rpm") {
        fields = {};
        lists = noLists();
        counted = { relations: 0, characters: 0 };
      }
      if (fields === undefined) return;
      if (depth === 3) {
        if (textFields.has(name)) text = "";
        else if (name === "version")
          Object.assign(fields, {
            epoch: attributes.epoch,
            version: attributes.ver,
            release: attributes.rel,
          });
        else if (name === "size") fields.size = attributes.package ?? "";
        else if (name === "location") {
          fields.location = attributes.href ?? "";
          if (attributes["xml:base"] !== undefined) fields.base = attributes["xml:base"];
        }
        if (name === "checksum") fields.checksumType = attributes.type ?? "";
      } else if (depth === 4) {
        if (relations.has(name)) list = name as Relation;
        else if (name === "sourcerpm" || name === "file") text = "";
      } else if (depth === 5 && name === "entry" && list !== undefined) {
        const relation = relationOf(attributes);
        if (relation !== "") add(lists[list], relation);
      }
    },
    text(piece) {
      if (text === undefined) return;
      text += piece;
      if (text.length > limits.text) throw unsound("one of its texts is too long");
    },
    close(name, depth) {
      if (fields === undefined) return;
      if (depth === 3 && text !== undefined) fields[name] = text.trim();
      else if (depth === 4 && name === "file" && text !== undefined) add(lists.files, text);
      else if (depth === 4 && name === "sourcerpm") fields.sourceRpm = (text ?? "").trim();
      else if (depth === 4) list = undefined;
      text = undefined;
      if (depth !== 2) return;
      for (const field of Object.values(fields)) {
        if ((field?.length ?? 0) > limits.text) throw unsound("one of its texts is too long");
        counted.characters += field?.length ?? 0;
      }
      all.packages += 1;
      all.relations += counted.relations;
      all.characters += counted.characters;
      for (const kind of ["packages", "relations", "characters"] as const)
        if (all[kind] > most[kind]) throw unsound(`it has more than ${most[kind]} ${kind}`);
      found(packageOf(fields, lists));
      fields = undefined;
    },
  });
}

const textFields: ReadonlySet<string> = new Set(["name", "arch", "checksum"]);

function noLists(): Lists {
  return {
    provides: [],
    requires: [],
    conflicts: [],
    obsoletes: [],
    recommends: [],
    suggests: [],
    supplements: [],
    enhances: [],
    files: [],
  };
}

/** `name`, or `name >= 1:2.3-4` with an epoch that is not 0. */
function relationOf({ name = "", flags, epoch, ver, rel }: Readonly<Record<string, string>>): string {
  const operator = flags === undefined || !Object.hasOwn(operators, flags) ? undefined : operators[flags];
  if (operator === undefined || ver === undefined) return name;
  const head = epoch === undefined || epoch === "0" ? "" : `${epoch}:`;
  return `${name} ${operator} ${head}${ver}${rel === undefined ? "" : `-${rel}`}`;
}

function packageOf(fields: Readonly<Record<string, string | undefined>>, lists: Lists): PrimaryPackage {
  const base = fields.base;
  return {
    name: fields.name ?? "",
    architecture: fields.arch ?? "",
    epoch: fields.epoch ?? "0",
    version: fields.version ?? "",
    release: fields.release ?? "",
    checksumType: fields.checksumType ?? "",
    checksum: fields.checksum ?? "",
    location: fields.location ?? "",
    ...(base !== undefined && { base }),
    size: /^\d{1,15}$/.test(fields.size ?? "") ? Number(fields.size) : Number.NaN,
    sourceRpm: fields.sourceRpm ?? "",
    ...lists,
  };
}
