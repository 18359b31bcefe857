import { TareError } from "../../errors.ts";
import type { PackageInfo } from "./package-info.ts";

/** A package as apk's database has it. */
export interface InstalledApk {
  readonly info: PackageInfo;
  /** `Q1…` */
  readonly identity: string;
  /** As its index has it: indexes of a machine list packages for every machine as that machine's. */
  readonly architecture: string;
  /** Bytes of the package file. */
  readonly size: number;
  /** What is there of it, in its own order; folders too. */
  readonly files: readonly InstalledFile[];
}

export interface InstalledFile {
  /** As `Entry.path`. */
  readonly path: string;
  readonly isFolder: boolean;
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** `Q1…` of a file's content or a symlink's text. */
  readonly checksum?: string | undefined;
  /** `Q1…` of its extended attributes; absent where it has none. */
  readonly attributes?: string | undefined;
}

/**
 * `lib/apk/db/installed` as apk 2 writes it, byte by byte (apk-tools, `database.c` and `package.c`): a stanza for each
 * package with the fields that its index has, then its folders, each with the files right in it.
 * @throws BAD_ARCHIVE for a path that the database has no way to spell
 */
export function installedText(packages: readonly InstalledApk[]): string {
  return packages.map((one) => `${fieldsOf(one)}${filesOf(one)}\n`).join("");
}

/** `lib/apk/db/triggers`: who waits for what. */
export function triggersText(packages: readonly InstalledApk[]): string {
  return packages
    .filter(({ info }) => info.triggers.length > 0)
    .map(({ identity, info }) => `${[identity, ...info.triggers].join(" ")}\n`)
    .join("");
}

function fieldsOf({ identity, architecture, size, info }: InstalledApk): string {
  const always: [string, string | number][] = [
    ["C", identity],
    ["P", info.name],
    ["V", info.version],
    ["A", architecture],
    ["S", size],
    ["I", info.size],
    ["T", info.description],
    ["U", info.url],
    ["L", info.license],
  ];
  const whereTold: [string, string | number][] = [
    ["o", info.origin],
    ["m", info.maintainer],
    ["t", info.buildDate],
    ["c", info.commit],
    ["k", info.providerPriority],
    ["D", info.depends.join(" ")],
    ["p", info.provides.join(" ")],
    ["i", info.installIf.join(" ")],
    ["r", info.replaces.join(" ")],
    ["q", info.replacesPriority],
  ];
  const told = whereTold.filter(([, value]) => value !== "" && value !== 0);
  return [...always, ...told].map(([letter, value]) => `${letter}:${value}\n`).join("");
}

function filesOf({ info, files }: InstalledApk): string {
  const folders = new Map<string, { line: string; files: string[] }>();
  const folderOf = (path: string) => {
    const known = folders.get(path) ?? { line: "", files: [] };
    folders.set(path, known);
    return known;
  };
  for (const file of files) {
    if (/[\n\r]/.test(file.path))
      throw new TareError({
        code: "BAD_ARCHIVE",
        format: "Alpine package",
        where: `the package ${info.name}`,
        why: "a path in it holds a line break",
      });
    const slash = file.path.lastIndexOf("/");
    if (file.isFolder) folderOf(file.path).line = accessLine("M", file, 0o755);
    else
      folderOf(file.path.slice(0, Math.max(slash, 0))).files.push(
        `R:${file.path.slice(slash + 1)}\n${accessLine("a", file, 0o644)}${file.checksum === undefined ? "" : `Z:${file.checksum}\n`}`,
      );
  }
  return [...folders].map(([path, { line, files }]) => `F:${path}\n${line}${files.join("")}`).join("");
}

/** Nothing for what is root's and has the usual mode. */
function accessLine(letter: string, { uid, gid, mode, attributes }: InstalledFile, usual: number): string {
  if (uid === 0 && gid === 0 && mode === usual && attributes === undefined) return "";
  const more = attributes === undefined ? "" : `:${attributes}`;
  return `${letter}:${uid}:${gid}:${mode.toString(8)}${more}\n`;
}
