import { JsonDoor } from "../oci/json.ts";
import type { NamedValue } from "./manifest.ts";
import { isAcName, isIdentifier } from "./names.ts";

/** A path whitelist names every file of an image, so a manifest may be much larger than other documents. */
export const aciManifestLimits = { bytes: 16 << 20, members: 400_000 } as const;

/** Reads a manifest's JSON as the specification's own library does, and as strictly. */
export class AciDoor extends JsonDoor {
  constructor(where: string) {
    super("ACI manifest", where, aciManifestLimits);
  }

  /**
   * The members of an object that have these names, in any case: that library is written in Go, and the
   * specification's example itself has `supplementaryGids`. Null is absent; others are passed over.
   * @throws BAD_ARCHIVE for two that differ in case only: readers would disagree on which one counts
   */
  members<Name extends string>(
    value: unknown,
    path: string,
    names: readonly Name[],
  ): Readonly<Partial<Record<Name, unknown>>> {
    const known = new Map(names.map((name) => [name.toLowerCase(), name]));
    const found = new Map<Name, unknown>();
    for (const [key, member] of Object.entries(this.object(value, path))) {
      const name = known.get(key.toLowerCase());
      if (name === undefined) continue;
      if (found.has(name)) this.refuse(`${path} has the member ${name} twice`);
      found.set(name, member ?? undefined);
    }
    return Object.fromEntries(found) as Partial<Record<Name, unknown>>;
  }

  identifier(value: unknown, path: string): string {
    const text = this.text(value, path);
    if (!isIdentifier(text)) this.refuse(`${path} is ${JSON.stringify(text)}, which is no identifier`);
    return text;
  }

  acName(value: unknown, path: string): string {
    const text = this.text(value, path);
    if (!isAcName(text)) this.refuse(`${path} is ${JSON.stringify(text)}, which is no name`);
    return text;
  }

  /** Absent is false. */
  flag(value: unknown, path: string): boolean {
    if (value !== undefined && typeof value !== "boolean") this.refuse(`${path} is not true or false`);
    return value === true;
  }

  /** Absent is empty. */
  optionalList<Member>(
    value: unknown,
    path: string,
    read: (member: unknown, path: string) => Member,
  ): readonly Member[] {
    return value === undefined
      ? []
      : this.list(value, path).map((member, at) => read(member, `${path}[${at}]`));
  }

  /** A list of names with values, each name once. */
  named(
    value: unknown,
    path: string,
    readName: (name: unknown, path: string) => string,
  ): readonly NamedValue[] {
    const seen = new Set<string>();
    return this.optionalList(value, path, (member, at) => {
      const from = this.members(member, at, ["name", "value"]);
      const name = readName(from.name, `${at}.name`);
      if (seen.has(name)) this.refuse(`${path} has ${name} twice`);
      seen.add(name);
      return { name, value: this.optionalText(from.value, `${at}.value`) ?? "" };
    });
  }

  labels(value: unknown, path: string): readonly NamedValue[] {
    const labels = this.named(value, path, (name, at) => this.identifier(name, at));
    if (labels.some(({ name }) => name === "name")) this.refuse(`${path} has a label called name`);
    return labels;
  }
}
