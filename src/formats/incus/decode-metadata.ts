import { parseDocument } from "yaml";
import { TareError } from "../../errors.ts";
import type { IncusMetadata } from "./metadata.ts";

/** Bytes of a `metadata.yaml`. */
export const metadataLimit = 1 << 18;
/** The last second that a date can name. */
const lastSecond = 8.64e12;

/**
 * Reads a `metadata.yaml`. Every scalar is its own text, so that the release 3.10 stays what it is. `where` names it.
 * @throws BAD_ARCHIVE
 */
export function decodeIncusMetadata(bytes: Uint8Array, where: string): IncusMetadata {
  const bad = (why: string) => new TareError({ code: "BAD_ARCHIVE", format: "incus image", where, why });
  const map = (value: unknown, name: string): ReadonlyMap<unknown, unknown> => {
    if (value === undefined || value === "") return new Map();
    if (!(value instanceof Map)) throw bad(`${name} is no mapping`);
    return value;
  };
  const all = map(parsed(bytes, bad), "the whole");
  const architecture = all.get("architecture");
  if (typeof architecture !== "string" || architecture === "") throw bad("it names no architecture");
  const date = all.get("creation_date") ?? "0";
  const created = typeof date === "string" && /^-?\d{1,13}$/.test(date) ? Number(date) : Number.NaN;
  if (!(Math.abs(created) <= lastSecond)) throw bad("creation_date is no number of seconds since 1970");
  const properties = [...map(all.get("properties"), "properties")].filter(
    (one): one is [string, string] => typeof one[0] === "string" && typeof one[1] === "string",
  );
  const templates = [...map(all.get("templates"), "templates").keys()].map(String);
  return { architecture, created, properties: new Map(properties), templates };
}

function parsed(bytes: Uint8Array, bad: (why: string) => TareError): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const document = parseDocument(text, { schema: "failsafe", logLevel: "silent", prettyErrors: false });
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS({ mapAsMap: true, maxAliasCount: 100 }) ?? undefined;
  } catch (cause) {
    // Whatever the parser stumbles over, nesting without end among it, the file is at fault.
    const [line = ""] = String((cause as Error).message).split("\n");
    throw bad(`it is not sound YAML (${line.slice(0, 200).replace(/[.:]$/, "")})`);
  }
}
