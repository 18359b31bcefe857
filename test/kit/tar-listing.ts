import { openAsBlob } from "node:fs";
import { decodeText } from "../../src/bytes/text.ts";
import { TareError } from "../../src/errors.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { runCommand } from "./command.ts";

/** One line of a listing. Texts are escaped as `decodeText` does; paths are plain: no `./` or `/` around them. */
export interface Listed {
  readonly path: string;
  /** `file`, `directory`, ..., or what the program calls a type that we have no word for. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes, holes included; 0 for all but files. */
  readonly size: number;
  /** Whole seconds, rounded down. */
  readonly mtime: number;
  readonly link?: string;
}

/** What a program lists of an archive, and whether it then gave up with an error. */
export interface Listing {
  readonly refused: boolean;
  readonly entries: readonly Listed[];
}

export type TarLister = (file: string) => Promise<Listing>;

/** Ours: the sizes of sparse files are those of the whole. */
export const listWithTare: TarLister = async (file) => {
  const entries: Listed[] = [];
  try {
    for await (const entry of readTar((await openAsBlob(file)).stream(), file, { onSparse() {} })) {
      const { path, type, mode, uid, gid, size, mtime, link } = entry;
      entries.push({ path, type, mode, uid, gid, size, mtime, ...(link !== undefined && { link }) });
    }
    return { refused: false, entries };
  } catch (error) {
    if (error instanceof TareError) return { refused: true, entries };
    throw error;
  }
};

const gnuTypes: Readonly<Record<string, string>> = {
  "-": "file",
  C: "file",
  d: "directory",
  l: "symlink",
  h: "hardlink",
  c: "character",
  b: "block",
  p: "fifo",
};

const gnuLine =
  /^(.)([-rwxsStT]{9}) (\d+)\/(\d+) +(\d+|\d+,\d+) (-?\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)? +"((?:[^"\\]|\\.)*)"(?:(?: -> | link to )"((?:[^"\\]|\\.)*)")?/;

/** `tar -tv`, with names quoted as C does. */
export const listWithGnuTar: TarLister = async (file) => {
  const { code, stdout } = await runCommand(
    "tar",
    ["--numeric-owner", "--full-time", "--utc", "--quoting-style=c", "-P", "-tvf", file],
    { env: { LC_ALL: "C" } },
  );
  const lines = stdout.split("\n").filter((line) => line !== "");
  const entries = lines.map((line) => {
    const match = gnuLine.exec(line);
    if (!match) return { path: line, type: "?", mode: 0, uid: 0, gid: 0, size: 0, mtime: 0 };
    const [, letter = "", mode = "", uid, gid, size, year, month, ...rest] = match;
    const [day, hour, minute, second, name = "", link] = rest;
    const time = Date.UTC(2000, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    const mtime = new Date(time).setUTCFullYear(Number(year), Number(month) - 1, Number(day)) / 1000;
    return listed({
      path: fromC(name),
      type: gnuTypes[letter] ?? letter,
      mode: permissions(mode),
      uid: Number(uid),
      gid: Number(gid),
      size: Number(size),
      mtime,
      ...(link !== undefined && { link: fromC(link) }),
    });
  });
  return { refused: code !== 0, entries };
};

function permissions(text: string): number {
  let mode = 0;
  [...text].forEach((letter, at) => {
    if (letter !== "-" && letter !== "S" && letter !== "T") mode |= 1 << (8 - at);
    if (/[sStT]/.test(letter)) mode |= 0o4000 >> Math.floor(at / 3);
  });
  return mode;
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function fromC(quoted: string): string {
  const bytes = quoted.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
  return decodeText(Buffer.from(bytes, "latin1"));
}

const pythonProgram = `
import base64, json, math, sys, tarfile
kinds = {tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink",
    tarfile.CHRTYPE: "character", tarfile.BLKTYPE: "block", tarfile.FIFOTYPE: "fifo"}
def text(value): return base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()
for one in tarfile.open(fileobj=open(sys.argv[1], "rb"), mode="r:", encoding="utf-8", errors="surrogateescape"):
    print(json.dumps({"path": text(one.name), "mode": one.mode & 0o7777, "uid": one.uid, "gid": one.gid,
        "type": kinds.get(one.type, "file" if one.isreg() else repr(one.type)), "size": one.size,
        "mtime": math.floor(one.mtime), **({"link": text(one.linkname)} if one.islnk() or one.issym() else {})}))
`;

/** Python's `tarfile`. */
export const listWithPython: TarLister = async (file) => {
  const { code, stdout } = await runCommand("python3", ["-I", "-c", pythonProgram, file]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  const text = (base64: string) => decodeText(Buffer.from(base64, "base64"));
  const entries = lines.map((line) => {
    const one = JSON.parse(line) as Listed;
    return listed({
      ...one,
      path: text(one.path),
      ...(one.link !== undefined && { link: text(one.link) }),
    });
  });
  return { refused: code !== 0, entries };
};

/**
 * bsdtar. Its own listing has no seconds; so it writes what it read into a new archive, as pax, which GNU tar lists.
 */
export const listWithBsdtar: TarLister = async (file) => {
  const copy = `${file}.bsdtar`;
  const { code } = await runCommand("bsdtar", ["-cPf", copy, "--format=pax", `@${file}`], {
    env: { LC_ALL: "C.UTF-8" },
  });
  return code === 0 ? listWithGnuTar(copy) : { refused: true, entries: [] };
};

/** Theirs in our form. */
function listed(one: Listed): Listed {
  const { link } = one;
  return {
    ...one,
    path: plain(one.path),
    size: one.type === "file" ? one.size : 0,
    ...(link !== undefined && { link: one.type === "hardlink" ? plain(link) : link }),
  };
}

function plain(path: string): string {
  return path
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
}
