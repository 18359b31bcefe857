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
  /\.(?:conf|cfg|cnf|ini|default|defaults|dist|in|tmpl|tpl|template|sample|md5sum|md5sums|ucf)$/;
const templateFolder = /\/(?:conf|config|configs|default|defaults|skel|template|templates|ucf)\//;
const bulky = /^usr\/share\/(?:doc|icons|info|locale|man|mime|zoneinfo|fonts|themes|perl|perl5|python3)\//;

/**
 * Whether an unpacker must keep a regular file's content for `RootView.read`. `path` is where the file really lies,
 * after the merge of `/bin`, `/sbin` and `/lib*` into `/usr`; `size` in bytes.
 */
export function isCaptured(path: string, size: number): boolean {
  if (size > LIMIT) return false;
  if (folders.some((folder) => path.startsWith(folder))) return true;
  if (size > TEMPLATE_LIMIT || !path.startsWith("usr/share/") || bulky.test(path)) return false;
  return template.test(path) || templateFolder.test(path);
}
