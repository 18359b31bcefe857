/**
 * Whether a path that an index names can only lead into its repository: relative, without `..`, even once percent signs
 * are decoded, and with nothing in it that means something else in a URL or on a disk.
 */
export function isInsideRepository(path: string): boolean {
  if (!/^[!-~]+$/.test(path) || /^\/|[\\?#]|^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return false;
  try {
    return !decodeURIComponent(path).split("/").includes("..");
  } catch {
    return false;
  }
}
