import type { EntryHeader, EntryType } from "../model/entry.ts";

const letters: Readonly<Record<EntryType, string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  hardlink: "h",
  character: "c",
  block: "b",
  fifo: "p",
};

/** Entries as `tar -tv` shows them, one a line: type and mode, owner, size or device, time in UTC, path. */
export function listingText(headers: readonly EntryHeader[]): string {
  const rows = headers.map((header) => [ownerOf(header), sizeOf(header)] as const);
  const widest = (at: 0 | 1) => rows.reduce((width, row) => Math.max(width, row[at].length), 0);
  const [owners, sizes] = [widest(0), widest(1)];
  const lines = headers.map((header, at) => {
    const [owner = "", size = ""] = rows[at] ?? [];
    const start = `${modeOf(header)} ${owner.padEnd(owners)} ${size.padStart(sizes)} ${timeOf(header)}`;
    return `${start} ${nameOf(header)}\n`;
  });
  return lines.join("");
}

function modeOf({ type, mode }: EntryHeader): string {
  const bits = ["r", "w", "x", "r", "w", "x", "r", "w", "x"].map((letter, at) =>
    mode & (0o400 >> at) ? letter : "-",
  );
  const special = (bit: number, at: number, letter: string) => {
    if (mode & bit) bits[at] = bits[at] === "x" ? letter : letter.toUpperCase();
  };
  special(0o4000, 2, "s");
  special(0o2000, 5, "s");
  special(0o1000, 8, "t");
  return letters[type] + bits.join("");
}

function ownerOf({ uid, gid }: EntryHeader): string {
  return `${uid}/${gid}`;
}

function sizeOf({ type, size, major = 0, minor = 0 }: EntryHeader): string {
  return type === "character" || type === "block" ? `${major},${minor}` : String(size);
}

/** `2024-09-06 11:36`; a time of no calendar as its seconds. */
function timeOf({ mtime }: EntryHeader): string {
  const date = new Date(mtime * 1000);
  const text = Number.isNaN(date.getTime()) ? String(mtime) : date.toISOString();
  return /^[0-9]{4}-/.test(text) ? text.slice(0, 16).replace("T", " ") : `@${mtime}`.padEnd(16);
}

function nameOf({ path, type, link = "" }: EntryHeader): string {
  const name = escaped(path === "" ? "./" : type === "directory" ? `${path}/` : path);
  if (type === "symlink") return `${name} -> ${escaped(link)}`;
  return type === "hardlink" ? `${name} link to ${escaped(link)}` : name;
}

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

/** What would move the cursor, and the backslash that tells of it: `\n`, `\x1b`, `\u202e`. */
function escaped(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\\]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    const hex = code.toString(16);
    return (
      short[character] ??
      (code < 0x100
        ? `\\x${hex.padStart(2, "0")}`
        : code < 0x1_0000
          ? `\\u${hex.padStart(4, "0")}`
          : `\\u{${hex}}`)
    );
  });
}
