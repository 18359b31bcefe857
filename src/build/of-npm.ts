/** Whether a locked repository, or the one of a locked package, is a registry of npm. */
export function isOfNpm(repository: string): boolean {
  return repository === "npm" || repository.startsWith("npm/");
}
