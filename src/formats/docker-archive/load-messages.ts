import type { Bytes } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { type Foreign, JsonDoor } from "../oci/json.ts";

/** One thing that a docker daemon says while it loads an archive. */
export interface LoadMessage {
  /** For people, without its line end: `Loaded image: shout:1`. */
  readonly text?: string;
  readonly error?: string;
  /** How far a layer is, in bytes. */
  readonly layer?: { readonly id: string; readonly done: number; readonly total: number };
}

const lineLimit = 1 << 20;

/**
 * The answer to `POST /images/load`: a JSON object a line (Engine API, "Import images"; moby's jsonmessage).
 * @throws BAD_ARCHIVE for what is no such stream
 */
export async function* loadMessages(body: Bytes, where: string): AsyncGenerator<LoadMessage> {
  const door = new JsonDoor("answer of a docker daemon", where);
  for await (const line of linesOf(body, where)) {
    const from = door.object(door.parse(line), "a line");
    const text = door.optionalText(from.stream ?? from.status, "stream")?.trim();
    const detail = from.errorDetail == null ? undefined : door.object(from.errorDetail, "errorDetail");
    const error = door.optionalText(detail?.message ?? from.error, "error");
    const layer = layerOf(from, door);
    yield { ...(text && { text }), ...(error !== undefined && { error }), ...(layer && { layer }) };
  }
}

function layerOf(from: Foreign, door: JsonDoor): LoadMessage["layer"] {
  if (from.progressDetail == null || typeof from.id !== "string") return undefined;
  const { current, total } = door.object(from.progressDetail, "progressDetail");
  if (current === undefined || total === undefined) return undefined;
  return { id: from.id, done: door.size(current, "current"), total: door.size(total, "total") };
}

async function* linesOf(body: Bytes, where: string): Bytes {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end);
      if (/\S/.test(line.toString("latin1"))) yield line;
      rest = rest.subarray(end + 1);
    }
    if (rest.byteLength > lineLimit)
      throw new TareError({ code: "TOO_LARGE", what: `a line of ${where}`, limit: lineLimit });
  }
  if (/\S/.test(rest.toString("latin1"))) yield rest;
}
