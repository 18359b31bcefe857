import { decompress } from "../bytes/compression/compression.ts";
import { readAsTar } from "../formats/read-as-tar.ts";
import { writeTar } from "../formats/tar/encode.ts";
import { strippedEntries } from "../formats/tar/strip-components.ts";
import type { Tarball } from "./tarball-layer.ts";

/**
 * A tarball whose paths have lost their first `count` parts, as {@link strippedEntries} has it: another tar, not
 * compressed, of the same entries in the same order; GNU's sparse files are whole.
 */
export function strippedTarball({ name, open, lasting }: Tarball, count: number): Tarball {
  return {
    name,
    lasting,
    open: (signal) =>
      writeTar(
        strippedEntries(count, name, (listener) =>
          readAsTar(decompress(open(signal), name), name, { ...listener, onSparse() {} }),
        ),
      ),
  };
}
