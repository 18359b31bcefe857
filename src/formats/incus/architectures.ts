import type { Platform } from "../../model/platform.ts";

/** Names of architectures (incus, shared/osarch): its own first, then others that it reads, and what OCI says. */
const table: readonly (readonly [names: readonly string[], architecture: string, variant?: string])[] = [
  [["x86_64", "amd64"], "amd64"],
  [["i686", "i386", "i586", "386", "x86"], "386"],
  [["aarch64", "arm64"], "arm64"],
  [["armv7l", "armhf", "armv7"], "arm", "v7"],
  [["armv6l", "armel", "arm"], "arm", "v6"],
  [["armv8l"], "arm", "v8"],
  [["ppc64le", "ppc64el"], "ppc64le"],
  [["ppc64", "powerpc64"], "ppc64"],
  [["ppc", "powerpc"], "ppc"],
  [["s390x"], "s390x"],
  [["riscv64"], "riscv64"],
  [["riscv32"], "riscv"],
  [["mips64"], "mips64"],
  [["mips"], "mips"],
  [["loongarch64", "loong64"], "loong64"],
];

/** Incus's word for what an image runs on, or undefined; an arm without a variant is the seventh, as in containerd. */
export function incusArchitecture({ os, architecture, variant }: Platform): string | undefined {
  if (os !== "linux") return undefined;
  const known = table.filter((one) => one[1] === architecture);
  return (known.find((one) => one[2] === variant) ?? known[0])?.[0][0];
}

/** Undefined for a name that incus does not know. */
export function platformOfIncus(name: string): Platform | undefined {
  const found = table.find(([names]) => names.includes(name));
  if (found === undefined) return undefined;
  const [, architecture, variant] = found;
  return { os: "linux", architecture, ...(variant !== undefined && { variant }) };
}
