import { limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { TareError } from "../../errors.ts";
import { readTar, type TarListeners } from "../../formats/tar/decode.ts";
import { strippedEntries } from "../../formats/tar/strip-components.ts";
import type { Entry } from "../../model/entry.ts";
import type { Unpacker } from "../../model/source.ts";
import { isCaptured } from "./captures.ts";

const plainLimit = 64 * 2 ** 30;

/** The last second that RFC 3339 has a year of four digits for. */
const latestDate = 253_402_300_799;

/**
 * Opens tarballs, plain or compressed in any way that is known, told by their content: every entry as it is, without
 * the first `strip` parts of its path, as GNU tar has it. As old as its youngest entry.
 */
export function tarballUnpacker(strip: number): Unpacker {
  return {
    name: strip === 0 ? "tarball/2" : `tarball/2 without ${strip}`,
    repeats: true,
    async unpack(source, _size, where, use) {
      const plain = limited(decompress(source, where), plainLimit, `${where}, unpacked,`);
      const read = (listener: TarListeners) => readTar(plain, where, { ...listener, onSparse() {} });
      let date = 0;
      let isEmpty = true;
      const dated = async function* (): AsyncGenerator<Entry> {
        for await (const entry of strip === 0 ? read({}) : strippedEntries(strip, where, read)) {
          if (entry.mtime <= latestDate) date = Math.max(date, entry.mtime);
          isEmpty = false;
          yield entry;
        }
        if (isEmpty && strip > 0) {
          const why = `it has no path of more than ${strip} ${strip === 1 ? "part" : "parts"}, so that nothing of it is left`;
          throw new TareError({ code: "BAD_ARCHIVE", where, why });
        }
      };
      return use({
        get date() {
          return date;
        },
        entries: dated(),
        record: () => [],
        capture: isCaptured,
        md5: () => false,
        about: () => null,
      });
    },
  };
}
