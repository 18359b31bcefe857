/** Larger contents are never kept in memory. */
const limit = 1024 * 1024;

/** Whom the accounts are looked up in, and where the linker looks for libraries. */
const read = /^etc\/(?:passwd|group|shadow|gshadow|ld\.so\.conf|ld\.so\.conf\.d\/[^/]+)$/;

/** Whether a root's accounts or libraries are read from a file; `path` is where it lies in the root, `size` in bytes. */
export function isCaptured(path: string, size: number): boolean {
  return size <= limit && read.test(path);
}
