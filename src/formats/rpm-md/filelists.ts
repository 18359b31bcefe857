import type { AnyBytes } from "../../bytes/bytes.ts";
import { TareError } from "../../errors.ts";
import { readXml } from "./xml.ts";

const format = "filelists.xml";
const longest = { path: 1 << 14, checksum: 128 };
const mostPackages = 2_000_000;

/**
 * Reads filelists.xml as a stream: `found` is called with every file of every package, named by its checksum in
 * primary.xml, and nothing is kept.
 * @throws BAD_ARCHIVE, and what `source` and `found` throw
 */
export async function readFilelists(
  source: AnyBytes,
  where: string,
  found: (path: string, checksum: string) => void,
): Promise<void> {
  const unsound = (why: string) => new TareError({ code: "BAD_ARCHIVE", format, where, why });
  let packages = 0;
  let checksum = "";
  let text: string | undefined;
  await readXml(source, format, where, {
    open(name, attributes, depth) {
      if (depth === 1 && name !== "filelists") throw unsound(`it begins with ${name.slice(0, 40)}`);
      if (depth === 2) {
        packages += 1;
        if (packages > mostPackages) throw unsound(`it lists more than ${mostPackages} packages`);
        checksum = attributes.pkgid ?? "";
        if (checksum.length > longest.checksum) throw unsound("one of its checksums is too long");
      }
      text = depth === 3 && name === "file" ? "" : undefined;
    },
    text(piece) {
      if (text === undefined) return;
      text += piece;
      if (text.length > longest.path) throw unsound("one of its paths is too long");
    },
    close() {
      if (text !== undefined) found(text, checksum);
      text = undefined;
    },
  });
}
