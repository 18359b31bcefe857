import { type AnyBytes, limited } from "../../../bytes/bytes.ts";
import { byText } from "../../../bytes/text.ts";
import { TareError } from "../../../errors.ts";

/** Debian's largest Contents unpacks to less than a gigabyte, with lines of a few kilobytes. */
const limits = { size: 2 ** 32, line: 2 ** 20, libraries: 500_000 };

const newline = 0x0a;
const beginnings = [Buffer.from("lib"), Buffer.from("usr/lib")];

/** A path, blanks, and the packages that have it, each perhaps behind its section. */
const shape = /^(?:usr\/)?(lib[^\s]*)\/([^\s/]+\.so(?:\.[^\s/]+)?)\s+(\S+)$/;
const packageName = /^[a-z0-9][a-z0-9+.-]{0,200}$/;

/**
 * What a `Contents` file (Debian wiki, DebianRepository/Format) says of libraries: who has a file of that name in one
 * of the linker's folders, and who has an interpreter. A line per library, its name (an interpreter's absolute path)
 * and its packages, sorted, in a text that begins with a line break: `openContents` looks things up in it.
 * @param folders absolute, those of merged /usr by either name
 * @throws BAD_ARCHIVE, TOO_LARGE
 */
export async function packContents(
  plain: AnyBytes,
  folders: readonly string[],
  where: string,
): Promise<Buffer> {
  const known = new Set(folders.map((folder) => folder.replace(/^\/(?:usr\/)?/, "")));
  const libraries = new Map<string, Set<string>>();
  const add = (library: string, packages: readonly string[]) => {
    const found = libraries.get(library) ?? new Set();
    if (libraries.set(library, found).size > limits.libraries)
      throw unsound(where, `it names more than ${limits.libraries} libraries`);
    for (const name of packages) found.add(name);
  };
  for await (const line of libraryLines(limited(plain, limits.size, where), where)) {
    const [, folder = "", name = "", list = ""] = shape.exec(line) ?? [];
    const interpreter = /^ld[^/]*\.so\.\d+$/.test(name);
    if (!interpreter && !known.has(folder)) continue;
    const packages = runtimePackages(list);
    if (packages.length === 0) continue;
    if (known.has(folder)) add(name, packages);
    if (interpreter) add(`/${folder}/${name}`, packages);
  }
  const lines = [...libraries]
    .sort(([a], [b]) => byText(a, b))
    .map(([library, packages]) => `${library} ${[...packages].sort(byText).join(" ")}\n`);
  return Buffer.from(`\n${lines.join("")}`);
}

/** Packages to compile against have links to libraries, and no library. */
function runtimePackages(list: string): string[] {
  return list.split(",").flatMap((each) => {
    const [name = "", section] = each.split("/").reverse();
    return section !== "libdevel" && packageName.test(name) ? [name] : [];
  });
}

/** Most of a hundred megabytes are other lines: those are never made into strings. */
async function* libraryLines(source: AnyBytes, where: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (beginsAt(bytes, start)) yield bytes.toString("utf8", start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > limits.line) throw unsound(where, "a line has no end");
  }
  if (beginsAt(rest, 0)) yield rest.toString("utf8");
}

function unsound(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "Contents file", where, why });
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function beginsAt(bytes: Buffer, start: number): boolean {
  return beginnings.some((beginning) => {
    for (let at = 0; at < beginning.length; at += 1) if (bytes[start + at] !== beginning[at]) return false;
    return true;
  });
}
