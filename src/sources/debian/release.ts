import type { Digest } from "../../bytes/digest.ts";
import { TareError } from "../../errors.ts";
import { parseDeb822 } from "../../formats/deb/deb822.ts";

/** An index that a Release file vouches for. */
export interface ReleaseEntry {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** A repository's Release file (Debian wiki, DebianRepository/Format), as far as it is used. */
export interface Release {
  readonly origin: string | undefined;
  readonly suite: string | undefined;
  readonly codename: string | undefined;
  readonly date: Date;
  readonly validUntil: Date | undefined;
  readonly byHash: boolean;
  readonly architectures: readonly string[];
  /** As they are written: Debian's security archive says `updates/main`. */
  readonly components: readonly string[];
  /** Whether packages for `all` stand in an index of their own, and only there. */
  readonly separateAll: boolean;
  /** apt's priority (apt_preferences(5)): 500, or 100 and 1 for archives that must not be drawn from unasked. */
  readonly pin: number;
  /** By path below the suite's folder: `main/binary-amd64/Packages.xz`. SHA-256, or SHA-512 when there is no other. */
  readonly files: ReadonlyMap<string, ReleaseEntry>;
}

const limits = { entries: 200_000, words: 1000 };

/** @throws BAD_ARCHIVE */
export function parseRelease(text: string, where: string): Release {
  const unsound = (why: string) => new TareError({ code: "BAD_ARCHIVE", format: "Release file", where, why });
  const stanzas = parseDeb822(text, where);
  const fields = stanzas[0]?.fields;
  if (!fields || stanzas.length > 1) throw unsound("it is not one paragraph");
  const words = (name: string) => {
    const list = (fields.get(name) ?? "").split(/\s+/).filter((word) => word !== "");
    if (list.length > limits.words) throw unsound(`the field ${name} is too long`);
    return list;
  };
  const time = (name: string) => {
    const value = fields.get(name);
    if (value === undefined) return undefined;
    const parsed = parseDate(value);
    if (!parsed) throw unsound(`"${value}" is no date for the field ${name}`);
    return parsed;
  };
  const date = time("date");
  if (!date) throw unsound("it has no date");
  const list = fields.get("sha256") ?? fields.get("sha512");
  if (list === undefined) throw unsound("it lists no SHA256 or SHA512 digests");
  const algorithm = fields.has("sha256") ? "sha256" : "sha512";
  const architectures = words("architectures");
  return {
    origin: fields.get("origin"),
    suite: fields.get("suite"),
    codename: fields.get("codename"),
    date,
    validUntil: time("valid-until"),
    byHash: fields.get("acquire-by-hash") === "yes",
    architectures,
    components: words("components"),
    separateAll:
      architectures.includes("all") && !words("no-support-for-architecture-all").includes("Packages"),
    pin: fields.get("notautomatic") !== "yes" ? 500 : fields.get("butautomaticupgrades") === "yes" ? 100 : 1,
    files: parseFiles(list, algorithm, unsound),
  };
}

const shape = { sha256: /^[0-9a-f]{64}$/, sha512: /^[0-9a-f]{128}$/ } as const;

function parseFiles(
  list: string,
  algorithm: "sha256" | "sha512",
  unsound: (why: string) => TareError,
): Map<string, ReleaseEntry> {
  const files = new Map<string, ReleaseEntry>();
  for (const line of list.split("\n")) {
    if (line.trim() === "") continue;
    const [hex = "", size = "", path, ...more] = line.trim().split(/\s+/);
    if (path === undefined || more.length > 0 || !/^\d{1,15}$/.test(size) || !shape[algorithm].test(hex))
      throw unsound(`"${line.trim().slice(0, 200)}" is not a digest, a size and a path`);
    if (files.size === limits.entries) throw unsound(`it lists more than ${limits.entries} files`);
    files.set(path, { digest: `${algorithm}:${hex}`, size: Number(size) });
  }
  return files;
}

const dateShape =
  /^(?:[A-Z][a-z]{2}, {1,2})?\d{1,2} [A-Z][a-z]{2} \d{4} {1,2}\d{1,2}:\d{2}:\d{2} (?:UTC|GMT|Z|[+-]\d{4})$/;

function parseDate(text: string): Date | undefined {
  if (!dateShape.test(text)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** What a Release must be, to be the one that was asked for. */
export interface ReleaseExpectation {
  /** Names the file in sentences. */
  readonly what: string;
  /** Suite or codename; a flat repository's path, which ends in `/`, promises nothing. */
  readonly suite: string;
  /** `Origin` when it is known whose archive this is. */
  readonly origin?: string | undefined;
  readonly now: Date;
  /** False for a snapshot: it was valid in its time. */
  readonly checkValidUntil: boolean;
}

/** Clocks differ: a Release may be this much after our now. As much as apt allows. */
const tolerance = 10_000;

/** @throws RELEASE_MISMATCH, RELEASE_FROM_FUTURE, RELEASE_EXPIRED */
export function checkRelease(
  release: Release,
  { what, suite, origin, now, checkValidUntil }: ReleaseExpectation,
): void {
  const names = [release.suite, release.codename].filter((name) => name !== undefined);
  if (!suite.endsWith("/") && names.length > 0 && !names.includes(suite))
    throw new TareError({ code: "RELEASE_MISMATCH", what, got: names.join(", "), want: suite });
  if (origin !== undefined && release.origin !== origin)
    throw new TareError({
      code: "RELEASE_MISMATCH",
      what,
      got: `of ${release.origin}`,
      want: `of ${origin}`,
    });
  if (release.date.getTime() > now.getTime() + tolerance)
    throw new TareError({ code: "RELEASE_FROM_FUTURE", what, date: release.date.toISOString() });
  if (checkValidUntil && release.validUntil && release.validUntil.getTime() < now.getTime())
    throw new TareError({
      code: "RELEASE_EXPIRED",
      what,
      until: `${release.validUntil.toISOString().slice(0, 19)}Z`,
    });
}
