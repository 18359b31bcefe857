import type { PackageInfo } from "../../formats/apk/package-info.ts";

/** What is known of a package once it was unpacked: all that apk keeps of it, and what its configuration reads. */
export interface UnpackedApk {
  readonly info: PackageInfo;
  /** `Q1…` */
  readonly identity: string;
  /** Texts by name: `post-install`, `trigger`, … */
  readonly scripts: ReadonlyMap<string, string>;
  /** What it brings, left out or not, as it spells it and in its own order. */
  readonly files: readonly ApkFile[];
  /** Where each program of many names would put the links to itself, by the program's path: `bin/busybox`. */
  readonly applets: ReadonlyMap<string, readonly string[]>;
}

/** A file, a link or a folder of a package. */
export interface ApkFile {
  readonly path: string;
  readonly isFolder: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names count more than numbers: whoever has the name in the root is the owner. */
  readonly user: string;
  readonly group: string;
  /** `Q1…` of a file or a symlink. */
  readonly checksum?: string;
  /** Extended attributes: names, and values in base64. */
  readonly attributes?: readonly (readonly [string, string])[];
}

/** `UnpackedApk` as JSON: maps become lists of pairs. */
type Remembered = Omit<UnpackedApk, "scripts" | "applets"> & {
  readonly scripts: readonly (readonly [string, string])[];
  readonly applets: readonly (readonly [string, readonly string[]])[];
};

export function rememberApk(apk: UnpackedApk): Remembered {
  return { ...apk, scripts: [...apk.scripts], applets: [...apk.applets] };
}

/** What the unpacker remembered of a package. */
export function recallApk(about: unknown): UnpackedApk {
  const remembered = about as Remembered;
  return {
    ...remembered,
    scripts: new Map(remembered.scripts),
    applets: new Map(remembered.applets),
  };
}
