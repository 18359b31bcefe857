import { fileFlag, type RpmFile } from "../../formats/rpm/files.ts";
import { knownNumber } from "./known-accounts.ts";

/** Larger contents are never kept in memory. */
const LIMIT = 1024 * 1024;
/** A file that gets another owner has to be at hand, whatever it is. */
const OWNED_LIMIT = 16 * LIMIT;
/** All certificates of a distribution, with their texts, are one file of a few megabytes. */
const TRUST_LIMIT = 8 * LIMIT;
const trust = ["etc/pki/ca-trust/source/", "usr/share/pki/ca-trust-source/"];
/** Below usr/share and usr/lib, what a script may copy or read: defaults and declarations, told by their names. */
const TEMPLATE_LIMIT = 64 * 1024;

/** Whole folders whose files the emulated scripts read. */
const folders = [
  "etc/",
  "usr/lib/binfmt.d/",
  "usr/lib/sysusers.d/",
  "usr/lib/tmpfiles.d/",
  "usr/lib/systemd/system-preset/",
  "usr/lib/systemd/user-preset/",
  "usr/share/pki/",
];

const unit = /^usr\/lib\/systemd\/(?:system|user)\/[^/]+\.(?:service|socket|timer|path|target|mount|slice)$/;
const template = /\.(?:conf|cfg|cnf|ini|default|defaults|dist|sh|in|tmpl|tpl|template|sample)$/;
const bulky = /^usr\/share\/(?:doc|icons|info|locale|man|mime|zoneinfo|fonts|themes|perl|perl5|python3)\//;

/** A path in a text, as a script would spell it. */
const spelled = /\/[A-Za-z0-9_.+/@~%-]+/g;

/**
 * Tells which files an unpacker must keep for a package: those that scripts of any package read, those that its own
 * scripts name, and those whose owner has no number yet. `scripts` are their texts; a path is where the file lies in
 * the root.
 */
export function capturesFor(
  files: readonly RpmFile[],
  scripts: Iterable<string>,
): (path: string, size: number) => boolean {
  const named = new Set<string>();
  for (const text of scripts) for (const [path] of text.matchAll(spelled)) named.add(path.slice(1));
  const owned = new Set<string>();
  for (const { path, user, group, flags } of files)
    if ((flags & fileFlag.ghost) === 0) {
      const known = knownNumber("user", user) !== undefined && knownNumber("group", group) !== undefined;
      if (!known) owned.add(path);
    }
  return (path, size) => {
    const names = path.startsWith("usr/") ? [path, path.slice("usr/".length)] : [path];
    if (names.some((name) => owned.has(name))) return size <= OWNED_LIMIT;
    if (trust.some((folder) => path.startsWith(folder))) return size <= TRUST_LIMIT;
    if (size > LIMIT) return false;
    if (folders.some((folder) => path.startsWith(folder)) || unit.test(path)) return true;
    if (size > TEMPLATE_LIMIT) return false;
    if (names.some((name) => named.has(name))) return true;
    return path.startsWith("usr/share/") && !bulky.test(path) && template.test(path);
  };
}
