import type { RandomAccess } from "../../src/formats/elf-header.ts";
import { planStrip } from "../../src/formats/elf-strip.ts";

/** Reads at random from what is in memory. */
export function readerOf(bytes: Uint8Array): RandomAccess {
  return (offset, length) =>
    bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length));
}

/** The stripped file; undefined when it is left as it is. Fails when the plan leads outside of the file. */
export function strippedBytes(file: Uint8Array): Buffer | undefined {
  const plan = planStrip(readerOf(file), file.length);
  if (plan === undefined) return undefined;
  const parts = plan.parts.map((part) => {
    if (part instanceof Uint8Array) return part;
    if (part.from < 0 || part.size < 0 || part.from + part.size > file.length)
      throw new Error(`${part.from} + ${part.size} is outside of ${file.length} bytes`);
    return file.subarray(part.from, part.from + part.size);
  });
  const whole = Buffer.concat(parts);
  if (whole.length !== plan.size) throw new Error(`${whole.length} bytes where ${plan.size} were announced`);
  return whole;
}
