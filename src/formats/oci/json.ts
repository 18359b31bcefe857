import { type Digest, isDigest } from "../../bytes/digest.ts";
import { byText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";

/** Largest JSON document that is read: what registries and other tools take for a manifest (distribution-spec). */
export const documentLimit = 4 << 20;

const depthLimit = 32;

/** How large a document may be, in bytes, and how many members a list in it may have. */
export interface DocumentLimits {
  readonly bytes: number;
  readonly members: number;
}

const usualLimits: DocumentLimits = { bytes: documentLimit, members: 10_000 };

/** An object of somebody else's making: no prototype, so that a key cannot reach one. */
export type Foreign = { readonly [key: string]: unknown };

/** Reads JSON at the door: what a member is not, is said with its path in the document. */
export class JsonDoor {
  readonly #format: string;
  readonly #where: string;
  readonly #limits: DocumentLimits;

  /** `format` and `where` stand in the sentences: "`where` is not a sound `format`: …". */
  constructor(format: string, where: string, limits = usualLimits) {
    this.#format = format;
    this.#where = where;
    this.#limits = limits;
  }

  /** @throws BAD_ARCHIVE */
  refuse(why: string, cause?: unknown): never {
    throw new TareError(
      { code: "BAD_ARCHIVE", format: this.#format, where: this.#where, why },
      ...(cause === undefined ? [] : [{ cause }]),
    );
  }

  parse(bytes: Uint8Array): unknown {
    const { bytes: limit } = this.#limits;
    if (bytes.byteLength > limit) this.refuse(`it is larger than ${limit} bytes`);
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch (cause) {
      this.refuse("it is not JSON", cause);
    }
    this.#disarm(value, 0);
    return value;
  }

  #disarm(value: unknown, depth: number): void {
    if (typeof value !== "object" || value === null) return;
    if (depth > depthLimit) this.refuse("it is nested too deeply");
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    for (const member of Object.values(value)) this.#disarm(member, depth + 1);
  }

  object(value: unknown, path: string): Foreign {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      this.refuse(`${path} is not an object`);
    return value as Foreign;
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (!Array.isArray(value)) this.refuse(`${path} is not a list`);
    const { members: limit } = this.#limits;
    if (value.length > limit) this.refuse(`${path} has more than ${limit} members`);
    return value;
  }

  text(value: unknown, path: string): string {
    if (typeof value !== "string") this.refuse(`${path} is not a string`);
    return value;
  }

  optionalText(value: unknown, path: string): string | undefined {
    return value === undefined || value === null ? undefined : this.text(value, path);
  }

  texts(value: unknown, path: string): readonly string[] {
    return this.list(value, path).map((member, at) => this.text(member, `${path}[${at}]`));
  }

  size(value: unknown, path: string): number {
    if (!Number.isSafeInteger(value) || (value as number) < 0) this.refuse(`${path} is not a size`);
    return value as number;
  }

  digest(value: unknown, path: string): Digest {
    if (typeof value !== "string" || !isDigest(value))
      this.refuse(`${path} is not a sha256 or sha512 digest`);
    return value;
  }

  /** A map of strings; absent and null are the empty map. */
  strings(value: unknown, path: string): Readonly<Record<string, string>> {
    if (value === undefined || value === null) return noStrings;
    const map = this.object(value, path);
    for (const [key, member] of Object.entries(map)) this.text(member, `${path}[${JSON.stringify(key)}]`);
    return map as Readonly<Record<string, string>>;
  }
}

const noStrings: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** One line of JSON. Members that are undefined are left out; the order is the order given. */
export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), "utf8");
}

/** The same map with its keys in order, or undefined when it is empty. */
export function sortedMap<Value>(map: Readonly<Record<string, Value>> | undefined) {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => byText(a, b));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
