import type { NpmPlatform } from "../platform.ts";

const systems = new Set([
  "aix",
  "android",
  "darwin",
  "freebsd",
  "ios",
  "linux",
  "netbsd",
  "openbsd",
  "sunos",
  "win32",
]);

const otherRuntimes = new Set(["electron", "node-webkit"]);

/**
 * Whether a path of a package is a prebuilt addon that the platform's Node.js never loads. The layout is that of
 * node-gyp-build: `prebuilds/OS-CPU[+CPU]/TAG.TAG.node`, where a tag may name a runtime or a C library.
 */
export function isForAnother(path: string, platform: NpmPlatform): boolean {
  const prebuilt = prebuiltFor(path);
  if (prebuilt === undefined) return false;
  const { os, cpus, tags } = prebuilt;
  if (os !== platform.os || !cpus.includes(platform.cpu)) return true;
  const libc = tags.find((tag) => tag === "glibc" || tag === "musl");
  return (libc !== undefined && libc !== platform.libc) || tags.some((tag) => otherRuntimes.has(tag));
}

interface Prebuilt {
  readonly os: string;
  readonly cpus: readonly string[];
  readonly tags: readonly string[];
}

/** Undefined for what does not lie in that layout. */
export function prebuiltFor(path: string): Prebuilt | undefined {
  const [top, tuple = "", file] = path.split("/");
  const [os = "", cpus, more] = tuple.split("-");
  if (top !== "prebuilds" || cpus === undefined || more !== undefined || !systems.has(os)) return undefined;
  return { os, cpus: cpus.split("+"), tags: file?.endsWith(".node") ? file.split(".").slice(0, -1) : [] };
}
