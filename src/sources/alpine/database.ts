import { createHash } from "node:crypto";
import { byText, encodeText } from "../../bytes/text.ts";
import { TareError } from "../../errors.ts";
import { identityOf } from "../../formats/apk/identity.ts";
import { type InstalledApk, installedText, triggersText } from "../../formats/apk/installed.ts";
import { scriptsTar } from "../../formats/apk/scripts-tar.ts";
import type { RootView } from "../../model/rootfs.ts";
import { realPath } from "../../rootfs/resolve.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import type { PlacedApk } from "./placed-apk.ts";
import type { ApkFile } from "./unpacked.ts";

const folder = "/lib/apk/db";

/**
 * apk's own files: what is installed, with scripts and triggers, which packages were asked for, and for which machine.
 * `etc/apk/repositories` is left to whoever wants one: tare does not know from where the image will be updated.
 * @param packages in the order of their installation @param architecture apk's name of the machine
 * @param world see `World`
 * @throws BAD_ARCHIVE when a package put something else where these are
 */
export function writeDatabase(
  workspace: Workspace,
  root: RootView,
  packages: readonly PlacedApk[],
  architecture: string,
  world: string,
): void {
  const installed = packages.map((one) => installedApk(root, one));
  workspace.makeDirectory(folder, true);
  workspace.makeDirectory("/etc/apk", true);
  const put = (path: string, content: string | Uint8Array) => {
    // apk renames new files over old ones, so a link that stands there is not followed.
    if (workspace.lookup(path)?.type === "symlink") workspace.remove(path);
    if (workspace.write(path, content)) return;
    const why = `something stands in the way of apk's own ${path}`;
    throw new TareError({ code: "BAD_ARCHIVE", where: "The root of these packages", why });
  };
  put(`${folder}/installed`, installedText(installed));
  put(`${folder}/scripts.tar`, scriptsTar(packages.map(scripted)));
  put(`${folder}/triggers`, triggersText(installed));
  put("/etc/apk/world", world);
  put("/etc/apk/arch", `${architecture}\n`);
}

function scripted({ info, identity, scripts }: PlacedApk) {
  const bytes = [...scripts].map(([name, text]) => [name, encodeText(text)] as const);
  return {
    name: info.name,
    version: info.version,
    identity,
    buildDate: info.buildDate,
    scripts: new Map(bytes),
  };
}

function installedApk(root: RootView, { id, info, identity, wanted, files }: PlacedApk): InstalledApk {
  return {
    info,
    identity,
    architecture: wanted.architecture,
    size: wanted.size,
    files: files
      .filter((file) => isThere(root, id, file))
      .map((file) => ({ ...file, attributes: attributesOf(file) })),
  };
}

/** Whether the package keeps it: what was left out, or gave way to another package, is not installed. */
export function isThere(root: RootView, id: string, { path, isFolder }: ApkFile): boolean {
  const real = realPath(root, path, isFolder);
  const there = real === undefined ? undefined : root.get(real);
  return isFolder ? there?.type === "directory" : there?.owner === id;
}

/**
 * How apk sums extended attributes up: by name, each name and each value after its length in four bytes (apk-tools,
 * `io.c`, `apk_fileinfo_hash_xattr`).
 */
function attributesOf({ attributes = [] }: ApkFile): string | undefined {
  if (attributes.length === 0) return undefined;
  const hash = createHash("sha1");
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, value] of [...attributes].sort(([a], [b]) => byText(a, b))) {
    add(encodeText(name));
    add(Buffer.from(value, "base64"));
  }
  return identityOf(hash.digest());
}
