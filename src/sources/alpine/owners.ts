import type { RootView } from "../../model/rootfs.ts";
import { numberOf } from "../../scripts/commands/account-files.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import { hasOtherOwner } from "./captures.ts";
import type { PlacedApk } from "./placed-apk.ts";
import type { ApkFile } from "./unpacked.ts";

/**
 * Gives each file the owner that its package names, as apk does when it unpacks: by the accounts of the root, whatever
 * number the packager's machine had; that number stays where the root has no such account.
 * @returns the files with the numbers that they have got, and one sentence for each that could not be changed
 */
export function giveToOwners(
  workspace: Workspace,
  root: RootView,
  { id, files }: PlacedApk,
): { readonly files: readonly ApkFile[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const given = files.map((file) => {
    if (!hasOtherOwner(file)) return file;
    const uid = numberOf(workspace, "user", file.user) ?? file.uid;
    const gid = numberOf(workspace, "group", file.group) ?? file.gid;
    if (uid === file.uid && gid === file.gid) return file;
    const path = workspace.real(`/${file.path}`, false);
    const there = path === undefined ? undefined : root.get(path);
    const node = path === undefined ? undefined : workspace.get(path);
    if (path === undefined || there?.owner !== id || node === undefined) return file;
    if (node.type === "file" && node.content === undefined) {
      notes.push(`/${path} should be ${file.user}:${file.group}'s, and is too large to be changed`);
      return file;
    }
    const xattrs = file.attributes?.map(
      ([name, value]) => [name, new Uint8Array(Buffer.from(value, "base64"))] as const,
    );
    workspace.change(`/${path}`, { uid, gid, ...(xattrs && { xattrs: new Map(xattrs) }) }, false);
    return { ...file, uid, gid };
  });
  return { files: given, notes };
}
