import { limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { readTar } from "../../formats/tar/decode.ts";
import type { Entry } from "../../model/entry.ts";
import type { Unpacker } from "../../model/source.ts";
import { isCaptured } from "./captures.ts";

const plainLimit = 64 * 2 ** 30;

/** The last second that RFC 3339 has a year of four digits for. */
const latestDate = 253_402_300_799;

/**
 * Opens tarballs, plain or compressed in any way that is known, told by their content: every entry as it is. As old as
 * its youngest entry.
 */
export const tarballUnpacker: Unpacker = {
  name: "tarball/1",
  async unpack(source, _size, where, use) {
    const plain = limited(decompress(source, where), plainLimit, `${where}, unpacked,`);
    let date = 0;
    const dated = async function* (): AsyncGenerator<Entry> {
      for await (const entry of readTar(plain, where, { onSparse() {} })) {
        if (entry.mtime <= latestDate) date = Math.max(date, entry.mtime);
        yield entry;
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
