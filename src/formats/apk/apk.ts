import { createHash } from "node:crypto";
import { type AnyBytes, type Bytes, collect, limited } from "../../bytes/bytes.ts";
import { decompress } from "../../bytes/compression/compression.ts";
import { decodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import type { Entry } from "../../model/entry.ts";
import { readTar } from "../tar/decode.ts";
import { identify, identityOf } from "./identity.ts";
import { type PackageInfo, parsePackageInfo } from "./package-info.ts";
import { type ApkSignature, readSignedStart } from "./signed.ts";

/** A package while it is read: its control part at once, its files as they come. */
export interface Apk {
  readonly info: PackageInfo;
  /** `Q1…`, by which indexes know it. */
  readonly identity: string;
  readonly signatures: readonly ApkSignature[];
  /** What the signatures are for: the control part, packed. */
  readonly signed: Uint8Array;
  /** By name, in the package's order: `pre-install`, `post-install`, `trigger`, … */
  readonly scripts: ReadonlyMap<string, Uint8Array>;
  /**
   * What it installs, in its own order. Content is checked against the file's own checksum while it is read, all of it
   * against the package's data hash at the end.
   */
  readonly data: AsyncIterable<Entry>;
  /** `Q1…` of files and symlinks by path: of an entry, once the next one was asked for. */
  readonly checksums: ReadonlyMap<string, string>;
}

const controlLimits = { packed: 32 << 20, plain: 64 << 20 };
const entryLimit = 1_000_000;
/** Unpacked data may be this large, or 200 times the package file, whichever is more. */
const dataFloor = 1 << 30;
const dataRatio = 200;
const scriptNames = new Set([
  "pre-install",
  "post-install",
  "pre-upgrade",
  "post-upgrade",
  "pre-deinstall",
  "post-deinstall",
  "trigger",
]);
const checksumRecord = "APK-TOOLS.checksum.SHA1";

/**
 * Hands an opened package to `use`, which must read `data` to its end. Format of apk 2: three gzip members with tars,
 * of signatures, control files and files, of which only the last has an end mark (apk-tools, `apk-package(5)`).
 * @throws BAD_ARCHIVE, TRUNCATED, TOO_LARGE; `where` names the package in the sentence
 */
export async function readApk<Result>(
  source: Bytes,
  size: number,
  where: string,
  use: (apk: Apk) => Promise<Result>,
): Promise<Result> {
  const { signatures, control, rest } = await readSignedStart(source, where, controlLimits);
  const { info, scripts } = await readControl(control.plain, where);
  const hash = createHash("sha256");
  const limit = Math.max(dataFloor, dataRatio * size);
  const plain = limited(decompress(hashed(rest, hash), where), limit, `${where}, unpacked,`);
  const checksums = new Map<string, string>();
  let ended = false;
  const data = async function* () {
    yield* checkedEntries(plain, checksums, where);
    ended = true;
    if (hash.digest("hex") !== info.dataHash)
      throw bad(where, "its files are not those that its datahash names");
  };
  const result = await use({
    info,
    identity: identify(control.packed),
    signatures,
    signed: control.packed,
    scripts,
    data: data(),
    checksums,
  });
  if (!ended) throw bad(where, "its files were not read to their end");
  return result;
}

async function readControl(plain: Uint8Array, where: string) {
  const scripts = new Map<string, Uint8Array>();
  let info: PackageInfo | undefined;
  for await (const { path, type, content } of readTar([plain], where)) {
    if (type !== "file") continue;
    if (!path.startsWith(".")) throw bad(where, "a file stands in its control part");
    const bytes =
      content instanceof Uint8Array ? content : await collect(content, controlLimits.plain, where);
    if (path === ".PKGINFO") {
      if (info !== undefined) throw bad(where, "it has two .PKGINFO");
      info = parsePackageInfo(decodeText(bytes), where);
    }
    if (scriptNames.has(path.slice(1))) scripts.set(path.slice(1), bytes);
  }
  if (info === undefined) throw bad(where, "it has no .PKGINFO");
  return { info, scripts };
}

async function* checkedEntries(
  plain: Bytes,
  checksums: Map<string, string>,
  where: string,
): AsyncGenerator<Entry> {
  let count = 0;
  const stated = new Map<string, string>();
  const onRecords = (path: string, records: ReadonlyMap<string, Uint8Array>) => {
    const hex = records.get(checksumRecord);
    if (hex !== undefined && hex.length > 0) stated.set(path, decodeText(hex));
  };
  for await (const entry of readTar(plain, where, { onRecords })) {
    count += 1;
    if (count > entryLimit) throw bad(where, `it has more than ${entryLimit} files`);
    const want = stated.get(entry.path);
    stated.clear();
    if (want !== undefined && !/^[0-9a-f]{40}$/.test(want))
      throw bad(where, `the checksum of /${entry.path} is not one`);
    // apk passes over hidden files of the root, which belong to the format, and those that only keep a folder.
    if (entry.path.startsWith(".") || /(?:^|\/)\.keep_[^/]*$/.test(entry.path)) continue;
    const check = (got: Uint8Array) => {
      if (want !== undefined && Buffer.from(got).toString("hex") !== want)
        throw bad(where, `/${entry.path} is not what its checksum says`);
      checksums.set(entry.path, identityOf(got));
    };
    if (entry.type === "file") {
      if (want !== undefined) checksums.set(entry.path, identityOf(Buffer.from(want, "hex")));
      yield { ...entry, content: summed(entry.content, check) };
    } else {
      if (entry.type === "symlink")
        check(
          createHash("sha1")
            .update(entry.link ?? "")
            .digest(),
        );
      const target = entry.type === "hardlink" ? checksums.get(entry.link ?? "") : undefined;
      if (target !== undefined) checksums.set(entry.path, target);
      yield entry;
    }
  }
}

async function* summed(content: AnyBytes | Uint8Array, check: (got: Uint8Array) => void): Bytes {
  const hash = createHash("sha1");
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    hash.update(chunk);
    yield chunk;
  }
  check(hash.digest());
}

async function* hashed(source: Bytes, hash: ReturnType<typeof createHash>): Bytes {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

function bad(where: string, why: string): TareError {
  return new TareError({ code: "BAD_ARCHIVE", format: "Alpine package", where, why });
}
