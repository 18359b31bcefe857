/** Larger contents are never kept in memory. */
const LIMIT = 1024 * 1024;

/** Whole folders whose files the emulated scripts read. */
const folders = [
  "etc/",
  "usr/lib/binfmt.d/",
  "usr/lib/sysusers.d/",
  "usr/lib/tmpfiles.d/",
  "usr/share/base-files/",
  "usr/share/base-passwd/",
  "usr/share/ca-certificates/",
  "usr/share/debianutils/",
  "usr/share/libc-bin/",
  "usr/share/pam/",
  "usr/share/pam-configs/",
  "usr/share/ucf/",
];

/** Below usr/share and usr/lib, what a script may copy into /etc: templates and defaults, told by their names. */
const TEMPLATE_LIMIT = 64 * 1024;
const template =
  /\.(?:conf|cfg|cnf|ini|default|defaults|dist|sh|in|tmpl|tpl|template|sample|md5sum|md5sums|ucf)$/;
const templateFolder = /\/(?:conf|config|configs|default|defaults|skel|template|templates|ucf)\//;
/** systemd's units, whose `[Install]` part says which links enable them. */
const unit = /^usr\/lib\/systemd\/(?:system|user)\/[^/]+\.(?:service|socket|timer|path|target|mount|slice)$/;
const bulky = /^usr\/share\/(?:doc|icons|info|locale|man|mime|zoneinfo|fonts|themes|perl|perl5|python3)\//;

/** Programs that packages let each other's scripts read. */
const helper = /^usr\/(?:lib|share)\/(?:.*\/)?[a-z0-9.+-]*(?:maintscript|maintscripts)[a-z0-9.+-]*$/;

/** Where programs and libraries lie; their content is of use only to give them another owner or mode. */
const binary = /^usr\/(?:s?bin|games|lib(?:exec|32|64|x32)?)\//;
const changesOwners = /\b(?:chmod|chown|chgrp|dpkg-statoverride|setcap)\b/;

/**
 * Whether an unpacker must keep a file for its own package's scripts: they name it, and it may be copied, read, or
 * given another owner. `scripts` are their texts.
 */
export function isCapturedFor(scripts: Iterable<string>, path: string, size: number): boolean {
  if (isCaptured(path, size)) return true;
  if (size > LIMIT) return false;
  const names = [`/${path}`, ...(path.startsWith("usr/") ? [path.slice("usr".length)] : [])];
  for (const text of scripts) {
    if (binary.test(path) && size > TEMPLATE_LIMIT / 4 && !changesOwners.test(text)) continue;
    if (names.some((name) => mentions(text, name))) return true;
  }
  return false;
}

/** Whether a text holds a path, and not only as the beginning of a longer one. */
function mentions(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1))
    if (!/[A-Za-z0-9_.+/-]/.test(text[at + path.length] ?? " ")) return true;
  return false;
}

/**
 * Whether an unpacker must keep a regular file's content for `RootView.read`. `path` is where the file really lies,
 * after the merge of `/bin`, `/sbin` and `/lib*` into `/usr`; `size` in bytes.
 */
export function isCaptured(path: string, size: number): boolean {
  if (size > LIMIT) return false;
  if (folders.some((folder) => path.startsWith(folder))) return true;
  if (unit.test(path) || (size <= TEMPLATE_LIMIT && helper.test(path))) return true;
  if (size > TEMPLATE_LIMIT || !path.startsWith("usr/share/") || bulky.test(path)) return false;
  return template.test(path) || templateFolder.test(path);
}
