import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Files of a package by their path without a leading slash. */
export type Dealt = Readonly<Record<string, { readonly content: Uint8Array; readonly mode: number }>>;

const folders = ["/usr/bin", "/usr/lib", "/usr/share"];
const largest = 2 << 20;

/**
 * This machine's own programs, libraries and texts, dealt out over packages: each gets files that lie together, as a
 * package's do, from 50 of them to 300, of 3 MB or more unless there are 300. No file is in two packages.
 */
export function dealtFiles(packages: number): Dealt[] {
  const all = folders.flatMap((folder) => filesBelow(folder));
  let next = 0;
  return Array.from({ length: packages }, (_, at) => {
    next = Math.max(next, Math.floor((at * all.length) / packages));
    const files: Record<string, { content: Uint8Array; mode: number }> = {};
    for (
      let count = 0, bytes = 0;
      next < all.length && count < 300 && (count < 50 || bytes < 3e6);
      count += 1
    ) {
      const { path, mode } = all[next] as Found;
      const content = new Uint8Array(readFileSync(path));
      files[path.slice(1)] = { content, mode };
      bytes += content.byteLength;
      next += 1;
    }
    return files;
  });
}

interface Found {
  readonly path: string;
  readonly mode: number;
}

/** In order of their paths; without links, large ones, and names that mean something in a spec file or are too long for a tar. */
function filesBelow(folder: string): Found[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      if (!entry.isFile() || !/^[\w./+-]{1,100}$/.test(path)) return [];
      const { size, mode } = statSync(path);
      return size > largest ? [] : [{ path, mode: (mode & 0o111) === 0 ? 0o644 : 0o755 }];
    });
}

/** `9,876 files, 131 MB`. */
export function dealtTold(dealt: readonly Dealt[]): string {
  const files = dealt.flatMap((each) => Object.values(each));
  const bytes = files.reduce((sum, { content }) => sum + content.byteLength, 0);
  return `${files.length.toLocaleString("en")} files, ${(bytes / 1e6).toFixed(0)} MB`;
}
