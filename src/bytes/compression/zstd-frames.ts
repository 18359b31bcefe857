import type { AnyBytes, Bytes } from "../bytes.ts";

/** What is read next: a field of a header, of so many bytes, or bytes that are only passed. */
type Stage = "magic" | "skippable" | "descriptor" | "block" | "content" | "end";

/**
 * The same bytes, cut so that no chunk holds bytes of two zstd frames (RFC 8878, 3). Node's decompressor forgets
 * what stands after the end of a frame in the chunk that it was given, and layers are many small frames.
 * What is no sound frame is passed on as it is: the decompressor has its own word to say about it.
 */
export async function* framewise(source: AnyBytes): Bytes {
  const field = new Uint8Array(4);
  let stage: Stage = "magic";
  let wanted = 4;
  let filled = 0;
  let last = false;
  let checksum = 0;
  /** Whether `field` keeps the bytes that are passed now. */
  const kept = () => stage !== "content" && stage !== "end";
  const next = (to: Stage, bytes: number) => {
    stage = to;
    wanted = bytes;
    filled = 0;
  };
  /** Called with a whole stage read; true at the end of a frame. False and no stage left when it is no frame. */
  const step = (): boolean | undefined => {
    const number = (field[0] ?? 0) | ((field[1] ?? 0) << 8) | ((field[2] ?? 0) << 16);
    switch (stage) {
      case "magic":
        if (number === 0x2f_b5_28 && field[3] === 0xfd) next("descriptor", 1);
        else if ((number & 0xff_ff_f0) === 0x4d_2a_50 && field[3] === 0x18) next("skippable", 4);
        else return undefined;
        return false;
      case "skippable":
        last = true;
        checksum = 0;
        next("content", number + (field[3] as number) * 0x100_00_00);
        return false;
      case "descriptor": {
        const descriptor = field[0] as number;
        const single = (descriptor & 0x20) !== 0;
        const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
        const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
        checksum = (descriptor & 4) !== 0 ? 4 : 0;
        last = false;
        next("content", (single ? 0 : 1) + dictionary + size);
        return false;
      }
      case "block": {
        last = (number & 1) === 1;
        const repeated = ((number >> 1) & 3) === 1;
        next("content", repeated ? 1 : number >> 3);
        return false;
      }
      case "content":
        if (last) next("end", checksum);
        else next("block", 3);
        return false;
      case "end":
        next("magic", 4);
        return true;
    }
  };

  let sound = true;
  for await (const chunk of source) {
    let from = 0;
    let at = 0;
    while (sound && (at < chunk.byteLength || filled === wanted)) {
      const part = Math.min(wanted - filled, chunk.byteLength - at);
      if (kept()) field.set(chunk.subarray(at, at + part), filled);
      filled += part;
      at += part;
      if (filled < wanted) break;
      const ended = step();
      sound = ended !== undefined;
      if (ended && at > from) {
        yield chunk.subarray(from, at);
        from = at;
      }
    }
    if (from < chunk.byteLength) yield chunk.subarray(from);
  }
}
