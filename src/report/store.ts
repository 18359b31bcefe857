import { count, humanSize } from "./size.ts";
import { type Page, table } from "./table.ts";

/** What one room of the store holds. */
export interface RoomContents {
  readonly room: string;
  readonly files: number;
  /** Bytes. */
  readonly size: number;
}

interface StoredFile {
  readonly room: string;
  readonly size: number;
}

const meanings: Readonly<Record<string, string>> = {
  blobs: "packages, indexes and layers, by digest",
  memo: "what was worked out before",
  tmp: "unfinished, or left by a process that died",
};

export function contentsOf(files: readonly StoredFile[]): readonly RoomContents[] {
  return Object.keys(meanings).map((room) => {
    const own = files.filter((file) => file.room === room);
    return { room, files: own.length, size: own.reduce((sum, file) => sum + file.size, 0) };
  });
}

export function contentsText(folder: string, rooms: readonly RoomContents[], page: Page): string {
  const rows = rooms.map(({ room, files, size }) => [
    room,
    String(files),
    humanSize(size),
    meanings[room] ?? "",
  ]);
  const total = rooms.reduce((sum, { size }) => sum + size, 0);
  return [
    folder,
    ...table(
      [
        { title: "room" },
        { title: "files", right: true },
        { title: "size", right: true },
        { title: "what it is" },
      ],
      rows,
      page,
    ),
    `${humanSize(total)} in all`,
    "",
  ].join("\n");
}

interface Swept {
  readonly removed: number;
  readonly freed: number;
  readonly left: number;
}

const empty = "There is nothing to remove; the store is empty.\n";

export function sweptText({ removed, freed, left }: Swept): string {
  if (removed === 0) return left === 0 ? empty : `There is nothing to remove; ${humanSize(left)} are kept.\n`;
  const rest = left === 0 ? "nothing is left" : `${humanSize(left)} are left`;
  return `Removed ${count(removed, "file")}, ${humanSize(freed)}; ${rest}.\n`;
}

export function clearedText({ removed, freed }: Swept): string {
  if (removed === 0) return empty;
  return `Removed everything: ${count(removed, "file")}, ${humanSize(freed)}.\n`;
}

export function verifiedText({
  checked,
  damaged,
}: {
  readonly checked: number;
  readonly damaged: readonly string[];
}): string {
  if (damaged.length === 0) return `All ${checked} are what their names say.\n`;
  const lines = damaged.map((path) => `  ${path}`);
  return `${damaged.length} of ${checked} were damaged, and were removed:\n${lines.join("\n")}\n`;
}
