/** What a package may be called: it becomes part of paths. */
export function isPackageName(text: string): boolean {
  return /^[A-Za-z0-9_.][A-Za-z0-9_.+-]{0,254}$/.test(text) && !text.startsWith("..") && text !== ".";
}
