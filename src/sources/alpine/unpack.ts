import type { AnyBytes } from "../../bytes/bytes.ts";
import { decodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { type Apk, readApk } from "../../formats/apk/apk.ts";
import type { Entry } from "../../model/entry.ts";
import type { Unpacker } from "../../model/source.ts";
import { appletPaths } from "./applets.ts";
import { capturesFor } from "./captures.ts";
import { suidPaths } from "./suid-paths.ts";
import { type ApkFile, rememberApk } from "./unpacked.ts";

/** 9999-12-31: later dates have no RFC 3339 form. */
const latestDate = 253_402_300_799;
/** No package of today waits for more than ten folders. */
const triggerLimit = 256;

/** Programs that put links to themselves wherever their other names belong. */
const ofManyNames = /^(?:usr\/)?bin\/(?:bbsuid|busybox(?:-extras)?)$/;
const programLimit = 8 << 20;

/** Opens `.apk` files. Who vouches for them was asked when they were locked. */
export const apkUnpacker: Unpacker = {
  name: "apk/2",
  unpack: (source, size, where, use) =>
    readApk(source, size, where, (apk) => {
      if (apk.info.triggers.length > triggerLimit)
        throw new TareError({
          code: "BAD_ARCHIVE",
          format: "Alpine package",
          where,
          why: `it has more than ${triggerLimit} triggers`,
        });
      const scripts = new Map([...apk.scripts].map(([name, text]) => [name, decodeText(text)]));
      const files: ApkFile[] = [];
      const applets = new Map<string, readonly string[]>();
      return use({
        date: Math.min(apk.info.buildDate, latestDate),
        entries: surveyed(apk, files, applets),
        // The database is one file for all packages.
        record: () => [],
        capture: capturesFor(files, scripts.values()),
        md5: () => false,
        about: () => {
          const { info, identity, checksums } = apk;
          const summed = files.map((file) => {
            const checksum = checksums.get(file.path);
            return checksum === undefined ? file : { ...file, checksum };
          });
          return rememberApk({ info, identity, scripts, files: summed, applets });
        },
      });
    }),
};

/** The entries of a package; what they say of themselves is in `files` before they are handed on. */
async function* surveyed(
  apk: Apk,
  files: ApkFile[],
  applets: Map<string, readonly string[]>,
): AsyncGenerator<Entry> {
  for await (const entry of apk.data) {
    const { path, type, mode, uid, gid, uname: user, gname: group, size, xattrs } = entry;
    if (path !== "")
      files.push({
        path,
        isFolder: type === "directory",
        mode,
        uid,
        gid,
        user,
        group,
        ...(xattrs !== undefined && {
          attributes: [...xattrs].map(
            ([name, value]) => [name, Buffer.from(value).toString("base64")] as const,
          ),
        }),
      });
    if (type === "file" && ofManyNames.test(path) && size <= programLimit)
      yield { ...entry, content: watched(entry.content, (program) => learn(applets, path, program)) };
    else yield entry;
  }
}

function learn(applets: Map<string, readonly string[]>, path: string, program: Uint8Array): void {
  const paths = path.endsWith("/bbsuid") ? suidPaths(program) : appletPaths(program);
  if (paths !== undefined) applets.set(path, paths);
}

async function* watched(
  content: AnyBytes | Uint8Array,
  whole: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    chunks.push(Uint8Array.from(chunk));
    yield chunk;
  }
  whole(Buffer.concat(chunks));
}
