import type { NpmPlatform } from "../platform.ts";

type Libc = NpmPlatform["libc"];

/** What a prebuilt addon's path says of the systems that it is for. What it does not say is open. */
interface Prebuilt {
  readonly os: string;
  /** Any of these; empty when it says none. */
  readonly cpus: readonly string[];
  readonly libc: Libc | undefined;
  /** A runtime that is not Node.js. */
  readonly isForOtherRuntime: boolean;
}

/** `process.platform` of each name in use, and the C library where the name says that, too. */
const systems = new Map<string, { readonly os: string; readonly libc?: Libc }>([
  ...["aix", "android", "darwin", "freebsd", "ios", "linux", "netbsd", "openbsd", "sunos", "win32"].map(
    (os) => [os, { os }] as const,
  ),
  ["alpine", { os: "linux", libc: "musl" }],
  ["linuxglibc", { os: "linux", libc: "glibc" }],
  ["linuxmusl", { os: "linux", libc: "musl" }],
  ["macos", { os: "darwin" }],
  ["windows", { os: "win32" }],
]);

/** `process.arch` of each name in use; some names stand for either of two. */
const cpus: Readonly<Record<string, readonly string[]>> = {
  aarch64: ["arm64"],
  amd64: ["x64"],
  arm: ["arm"],
  arm64: ["arm64"],
  armhf: ["arm"],
  armv6: ["arm"],
  armv6l: ["arm"],
  armv7: ["arm"],
  armv7l: ["arm"],
  armv8: ["arm", "arm64"],
  ia32: ["ia32"],
  loong64: ["loong64"],
  mips64el: ["mips64el"],
  mipsel: ["mipsel"],
  ppc64: ["ppc64"],
  ppc64le: ["ppc64"],
  riscv64: ["riscv64"],
  s390x: ["s390x"],
  universal: ["arm64", "ia32", "x64"],
  x64: ["x64"],
  x86: ["ia32"],
  x86_64: ["x64"],
};

const libraries = new Map<string, Libc>([
  ["glibc", "glibc"],
  ["gnu", "glibc"],
  ["gnueabihf", "glibc"],
  ["musl", "musl"],
  ["musleabihf", "musl"],
]);

const otherRuntimes = new Set(["electron", "node-webkit"]);

/** Whether a path of a package is a prebuilt addon that the platform's Node.js surely never loads. */
export function isForAnother(path: string, platform: NpmPlatform): boolean {
  const prebuilt = prebuiltFor(path);
  if (prebuilt === undefined) return false;
  const { os, cpus: possible, libc, isForOtherRuntime } = prebuilt;
  return (
    os !== platform.os ||
    (possible.length > 0 && !possible.includes(platform.cpu)) ||
    (libc !== undefined && libc !== platform.libc) ||
    isForOtherRuntime
  );
}

/**
 * What a path says: `prebuilds/OS-CPU[+CPU][-LIBC]/TAG.TAG.node` as node-gyp-build looks for it (its tags may name a
 * runtime or a C library), or the same without a folder, `prebuilds/OS-CPU.node`. Undefined for any other path, and
 * where a word of the system's name is not known.
 */
export function prebuiltFor(path: string): Prebuilt | undefined {
  const [top, second = "", ...below] = path.split("/");
  if (top !== "prebuilds") return undefined;
  const file = below.length > 1 ? "" : (below[0] ?? second);
  const [first = "", ...tags] = below.length > 0 ? ["", ...file.split(".")] : second.split(".");
  const named = systemIn(below.length > 0 ? second : first);
  if (named === undefined) return undefined;
  const told = file.endsWith(".node") ? tags.slice(0, -1) : [];
  const libc = [...named.libc, ...told.flatMap((tag) => libraries.get(tag) ?? [])];
  return {
    os: named.os,
    cpus: named.cpus,
    libc: new Set(libc).size === 1 ? libc[0] : undefined,
    isForOtherRuntime: told.some((tag) => otherRuntimes.has(tag)),
  };
}

/** `linux-x64`, `linuxmusl-x64`, `linux-x64-glibc`, `linux-x64+musl`, `darwin-x64+arm64`. */
function systemIn(name: string) {
  const [first = "", ...words] = name.split(/[-+]/);
  const system = systems.get(first);
  if (system === undefined) return undefined;
  const libc = system.libc ? [system.libc] : [];
  const possible: string[] = [];
  for (const word of words) {
    const library = libraries.get(word);
    if (library !== undefined) libc.push(library);
    else if (Object.hasOwn(cpus, word)) possible.push(...(cpus[word] as readonly string[]));
    else return undefined;
  }
  return { os: system.os, cpus: possible, libc };
}
