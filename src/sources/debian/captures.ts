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

/** A path in a text, as a script would spell it. */
const spelled = /\/[A-Za-z0-9_.+/@~%-]+/g;

/**
 * Tells which files an unpacker must keep for a package: those of {@link isCaptured}, and those that its own scripts
 * name, since they may be copied, read, or given another owner. `scripts` are their texts.
 */
export function capturesFor(scripts: Iterable<string>): (path: string, size: number) => boolean {
  /** Every path that is named, and whether a script that names it changes owners. */
  const named = new Map<string, boolean>();
  for (const text of scripts) {
    const changes = changesOwners.test(text);
    for (const [path] of text.matchAll(spelled)) named.set(path, changes || named.get(path) === true);
  }
  return (path, size) => {
    if (isCaptured(path, size)) return true;
    if (size > LIMIT) return false;
    const absolute = `/${path}`;
    const names = path.startsWith("usr/") ? [absolute, path.slice("usr".length)] : [absolute];
    const program = binary.test(path) && size > TEMPLATE_LIMIT / 4;
    return names.some((name) => (program ? named.get(name) === true : named.has(name)));
  };
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
