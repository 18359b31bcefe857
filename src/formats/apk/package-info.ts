import { TareError } from "../../errors.ts";
import { isPackageName } from "./package-name.ts";
import { isApkVersion } from "./version.ts";

/** `.PKGINFO` of a package (abuild's `abuild.in`, apk-tools' `package.c`). Lists stand in the order of the file. */
export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly description: string;
  readonly url: string;
  readonly license: string;
  /** The package that it was built with; empty where it does not say. */
  readonly origin: string;
  readonly maintainer: string;
  readonly commit: string;
  /** Seconds since the epoch; 0 where it does not say. */
  readonly buildDate: number;
  /** Bytes that it takes when installed. */
  readonly size: number;
  readonly depends: readonly string[];
  readonly provides: readonly string[];
  readonly installIf: readonly string[];
  readonly replaces: readonly string[];
  /** Globs of directories. */
  readonly triggers: readonly string[];
  readonly providerPriority: number;
  readonly replacesPriority: number;
  /** Hex of the SHA-256 of its data part, packed. */
  readonly dataHash: string;
}

const limit = 100_000;

/** @throws BAD_ARCHIVE without a name, a version or a data hash */
export function parsePackageInfo(text: string, where: string): PackageInfo {
  const bad = (why: string) => new TareError({ code: "BAD_ARCHIVE", format: "Alpine package", where, why });
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const line of text.split("\n")) {
    const at = line.indexOf(" = ");
    if (line.startsWith("#") || at < 0) continue;
    count += 1;
    if (count > limit) throw bad(`its .PKGINFO has more than ${limit} lines`);
    const key = line.slice(0, at);
    const values = fields.get(key);
    if (values === undefined) fields.set(key, [line.slice(at + 3)]);
    else values.push(line.slice(at + 3));
  }
  const last = (key: string) => fields.get(key)?.at(-1) ?? "";
  const words = (key: string) =>
    (fields.get(key) ?? []).flatMap((value) => value.split(/[ \t]+/)).filter((word) => word !== "");
  const number = (key: string) => {
    const value = last(key);
    if (!/^[0-9]{0,15}$/.test(value)) throw bad(`its ${key} is not a number`);
    return Number(value);
  };
  const info: PackageInfo = {
    name: last("pkgname"),
    version: last("pkgver"),
    architecture: last("arch"),
    description: last("pkgdesc"),
    url: last("url"),
    license: last("license"),
    origin: last("origin"),
    maintainer: last("maintainer"),
    commit: last("commit"),
    buildDate: number("builddate"),
    size: number("size"),
    depends: words("depend"),
    provides: words("provides"),
    installIf: words("install_if"),
    replaces: words("replaces"),
    triggers: words("triggers"),
    providerPriority: number("provider_priority"),
    replacesPriority: number("replaces_priority"),
    dataHash: last("datahash"),
  };
  if (!isPackageName(info.name)) throw bad("its .PKGINFO names no package");
  if (!isApkVersion(info.version)) throw bad("its .PKGINFO has no version");
  if (!/^[0-9a-f]{64}$/.test(info.dataHash))
    throw bad("its .PKGINFO has no datahash, so its files cannot be checked");
  return info;
}
