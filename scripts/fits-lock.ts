/**
 * Exits with 0 when node_modules is what package-lock.json says, else with 1. npm keeps a lock of what it laid out
 * beside the packages; only optional ones, as those for other platforms, may be missing from it.
 */
import { existsSync, readFileSync } from "node:fs";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly optional?: boolean }>
  >;
}

function fits(): boolean {
  const read = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as Lock).packages;
  const wanted = read("package-lock.json");
  const there = read("node_modules/.package-lock.json");
  const fit = Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const one = there[path];
    if (one === undefined) return path === "" || optional === true;
    return one.version === version && one.integrity === integrity && existsSync(path);
  });
  return fit && Object.keys(there).every((path) => path in wanted);
}

try {
  process.exitCode = fits() ? 0 : 1;
} catch {
  process.exitCode = 1;
}
