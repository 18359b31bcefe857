import type { Platform } from "./platform.ts";

/** What Go knows (`go tool dist list`), which is what platforms of images are named after (image-spec, image-index.md). */
const systems: ReadonlySet<string> = new Set(
  "aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows".split(
    " ",
  ),
);
const architectures: ReadonlySet<string> = new Set(
  "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x sparc64 wasm".split(
    " ",
  ),
);
/** Of the architectures that are absent, any is taken. */
const variants: ReadonlyMap<string, RegExp> = new Map([
  ["386", /^(?:sse2|softfloat)$/],
  ["amd64", /^v[1-4]$/],
  ["arm", /^v[5-8]$/],
  ["arm64", /^v[89](?:\.[0-9])?$/],
]);

/** What others call them. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["aarch64", "arm64"],
  ["armel", "arm/v6"],
  ["armhf", "arm/v7"],
  ["armv6l", "arm/v6"],
  ["armv7l", "arm/v7"],
  ["armv8", "arm64"],
  ["i386", "386"],
  ["i486", "386"],
  ["i586", "386"],
  ["i686", "386"],
  ["loongarch64", "loong64"],
  ["powerpc64le", "ppc64le"],
  ["ppc64el", "ppc64le"],
  ["x64", "amd64"],
  ["x86", "386"],
  ["x86_64", "amd64"],
]);

/** Why no image runs on a platform, as a sentence without its full stop; undefined for one that there is. */
export function whyUnknownPlatform({ os, architecture, variant }: Platform): string | undefined {
  if (!systems.has(os))
    return `there is no system ${JSON.stringify(os)}; it is linux, or one of Go's other GOOS`;
  if (!architectures.has(architecture)) {
    const meant = otherNames.get(architecture);
    return meant === undefined
      ? `there is no architecture ${JSON.stringify(architecture)}; it is one of ${[...architectures].join(", ")}`
      : `there is no architecture ${JSON.stringify(architecture)}; did you mean ${os}/${meant}?`;
  }
  if (variant === undefined || variants.get(architecture)?.test(variant) !== false) return undefined;
  return `${architecture} has no variant ${JSON.stringify(variant)}`;
}
