import type { Call, Status } from "../shell/interpret.ts";

/** printf(1) for `%s`, `%d`, `%%` and the usual escapes; anything else prints something unknown. */
export function printf({ args, io }: Call): Status {
  const [format, ...values] = args;
  io.out(
    format === undefined || values.includes(undefined) ? undefined : rendered(format, values as string[]),
  );
  return 0;
}

const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["\\", "\\"],
  ["r", "\r"],
]);

function rendered(format: string, values: readonly string[]): string | undefined {
  let text = "";
  let next = 0;
  do {
    const before = next;
    for (let at = 0; at < format.length; at += 1) {
      const character = format[at] as string;
      const after = format[at + 1] ?? "";
      if (character === "\\") {
        const escaped = escapes.get(after);
        if (escaped === undefined) return undefined;
        text += escaped;
        at += 1;
      } else if (character === "%") {
        if (after === "s" || after === "d") {
          text += values[next] ?? (after === "d" ? "0" : "");
          next += 1;
        } else if (after === "%") text += "%";
        else return undefined;
        at += 1;
      } else text += character;
    }
    if (next === before) break;
  } while (next < values.length);
  return text;
}
