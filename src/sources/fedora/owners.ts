import { fileCapabilities } from "../../formats/file-capabilities.ts";
import { fileFlag } from "../../formats/rpm/files.ts";
import type { RootView } from "../../model/rootfs.ts";
import { numberOf } from "../../scripts/commands/account-files.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import { knownNumber } from "./known-accounts.ts";
import type { PlacedRpm } from "./placed-rpm.ts";

/**
 * Gives each file the owner that its package names, now that the accounts are there: members were made before, when
 * only those with numbers of old were known. One sentence for each owner that there is no account for: root keeps those
 * files, and they do not run with anybody's rights, as rpm has it.
 */
export function giveToOwners(
  workspace: Workspace,
  root: RootView,
  { id, files }: PlacedRpm,
): readonly string[] {
  const missing = new Set<string>();
  for (const file of files) {
    if ((file.flags & fileFlag.ghost) !== 0 || (file.user === "root" && file.group === "root")) continue;
    const path = workspace.real(`/${file.path}`, false);
    const there = path === undefined ? undefined : root.get(path);
    if (path === undefined || there === undefined || there.owner !== id) continue;
    const uid = numberOf(workspace, "user", file.user) ?? knownNumber("user", file.user);
    const gid = numberOf(workspace, "group", file.group) ?? knownNumber("group", file.group);
    if (uid === undefined) missing.add(`there is no user ${file.user}, so root keeps its files`);
    if (gid === undefined) missing.add(`there is no group ${file.group}, so root's group keeps its files`);
    const lost = (uid === undefined ? 0o4000 : 0) | (gid === undefined ? 0o2000 : 0);
    const mode = file.type === "symlink" ? there.mode : file.mode & ~lost;
    if (there.uid === (uid ?? 0) && there.gid === (gid ?? 0) && there.mode === mode) continue;
    const node = workspace.get(path);
    if (node?.type === "file" && node.content === undefined) {
      missing.add(`/${path} should be ${file.user}:${file.group}'s, and is too large to be changed`);
      continue;
    }
    const attribute = file.capabilities === "" ? undefined : fileCapabilities(file.capabilities);
    const xattrs = attribute && new Map([["security.capability", attribute]]);
    workspace.change(`/${path}`, { uid: uid ?? 0, gid: gid ?? 0, mode, ...(xattrs && { xattrs }) }, false);
  }
  return [...missing];
}
