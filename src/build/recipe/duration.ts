import { z } from "zod";

const nanoseconds: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const shape = /^(?:[0-9]{1,6}(?:h|ms|m|s)){1,4}$/;

/** `1m30s`, `500ms`: whole nanoseconds, as image configurations count. */
export const duration = z
  .string()
  .regex(shape, "must be a time, as 30s, 1m30s or 500ms")
  .meta({ wanted: "a time, as 30s, 1m30s or 500ms" })
  .transform((value) => {
    let sum = 0;
    for (const [, amount, unit] of value.matchAll(/([0-9]+)(h|ms|m|s)/g))
      sum += Number(amount) * (nanoseconds[unit as string] as number);
    return sum;
  });
