import type { AnyBytes } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";

/** What a document consists of, in its order. Names come without their prefix: `rpm:entry` is `entry`. */
export interface XmlVisitor {
  /** `depth`: 1 for the root. Attributes keep their prefixes. */
  open(name: string, attributes: Readonly<Record<string, string>>, depth: number): void;
  /** Text and CDATA right inside an element, perhaps in several pieces. */
  text(text: string): void;
  close(name: string, depth: number): void;
}

/** `piece`: characters of one tag, text or comment. Real metadata needs a hundredth of each. */
const limits = { depth: 32, piece: 1 << 22 };
/** Bytes that are handed to the parser at once: more costs memory and saves no time. */
const step = 1 << 14;

/**
 * Reads XML of any size without keeping it. What real metadata never holds is refused, since it only serves to make
 * little input into much: document types, and with them every entity but XML's own five.
 * @param format names the kind of document in an error, `where` the very one
 * @throws BAD_ARCHIVE, and what `visitor` throws
 */
export async function readXml(
  source: AnyBytes,
  format: string,
  where: string,
  visitor: XmlVisitor,
): Promise<void> {
  const bad = (why: string, cause?: unknown) =>
    new TareError({ code: "BAD_ARCHIVE", format, where, why }, { cause });
  // Only the default export is there in a bundle, too.
  const { SaxesParser } = (await import("saxes")).default;
  const parser = new SaxesParser({ position: false });
  let depth = 0;
  let quiet = 0;
  parser.on("error", (cause) => {
    throw bad(sentence(cause), cause);
  });
  parser.on("doctype", () => {
    throw bad("it declares a document type, and nothing is expanded here");
  });
  parser.on("opentag", ({ name, attributes }) => {
    quiet = 0;
    depth += 1;
    if (depth > limits.depth) throw bad(`its elements are nested more than ${limits.depth} deep`);
    visitor.open(localName(name), attributes as Record<string, string>, depth);
  });
  parser.on("closetag", ({ name }) => {
    quiet = 0;
    visitor.close(localName(name), depth);
    depth -= 1;
  });
  const text = (piece: string) => {
    quiet = 0;
    visitor.text(piece);
  };
  parser.on("text", text);
  parser.on("cdata", text);
  const write = (piece: string) => {
    parser.write(piece);
    quiet += piece.length;
    if (quiet > limits.piece) throw bad(`a piece of it is longer than ${limits.piece} characters`);
  };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decoded = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw bad("it is not UTF-8 text", cause);
    }
  };
  for await (const chunk of source)
    for (let at = 0; at < chunk.byteLength; at += step) write(decoded(chunk.subarray(at, at + step)));
  write(decoded());
  parser.close();
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** The parser's own words, which end in a full stop. */
function sentence({ message }: Error): string {
  return `it is no XML: ${message
    .replace(/\.$/, "")
    .replace(/^\S+:\d+:\d+: /, "")
    .slice(0, 200)}`;
}
