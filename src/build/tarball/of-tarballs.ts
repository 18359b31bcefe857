/** Whether the repository of a locked package says that it is a tarball or a folder of the recipe's own. */
export function isOfTarballs(repository: string): boolean {
  return repository === "tarball" || repository === "directory";
}
