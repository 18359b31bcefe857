import type { Platform } from "../../model/platform.ts";
import { ownArchitecture } from "../own-architecture.ts";

/** rpm's names of machines by OCI's (rpm's rpmrc, "arch_canon"; image-spec, image-index.md, `platform`). */
const names: Readonly<Record<string, string>> = {
  "linux/386": "i686",
  "linux/amd64": "x86_64",
  "linux/arm/v7": "armv7hl",
  "linux/arm": "armv7hl",
  "linux/arm64": "aarch64",
  "linux/arm64/v8": "aarch64",
  "linux/loong64": "loongarch64",
  "linux/ppc64le": "ppc64le",
  "linux/riscv64": "riscv64",
  "linux/s390x": "s390x",
};

/** @throws NO_PLATFORM when there are no rpms for such a machine */
export function fedoraArchitecture(platform: Platform): string {
  return ownArchitecture(platform, names, "Fedora");
}

const i386 = ["i686", "i586", "i486", "i386"];
const families: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["x86_64", "athlon", ...i386],
  i686: i386,
  armv7hl: ["armv7hl", "armv6hl"],
  s390x: ["s390x", "s390"],
};

/** Architectures whose packages a machine runs, its own first, beside `noarch` (libsolv's poolarch.c has the same). */
export function runsOn(architecture: string): readonly string[] {
  return (Object.hasOwn(families, architecture) ? families[architecture] : undefined) ?? [architecture];
}

/** dnf's `$basearch` for a machine: the name of the folder that holds its packages. */
export function baseArchitecture(architecture: string): string {
  return architecture === "i686" ? "i386" : architecture === "armv7hl" ? "armhfp" : architecture;
}

/**
 * Whether packages of one name and of these architectures exclude each other: those of 64 and of 32 bits stand side by
 * side ("colours"; what both have of 64 bits wins a file).
 */
export function excludeEachOther(one: string, other: string): boolean {
  if (one === other || one === "noarch" || other === "noarch") return true;
  return is64Bit(one) === is64Bit(other);
}

/** Whether a machine's own programs are of 64 bits. */
export function is64Bit(architecture: string): boolean {
  return architecture === "s390x" || architecture.includes("64");
}

/**
 * Which ELF files rpm looks at when it installs on a machine (`%_transaction_color` of its platforms): bits, 1 for those
 * of 32 bits, 2 for those of 64; 0 for no difference.
 */
export function transactionColor(architecture: string): number {
  return is64Bit(architecture) ? 3 : 0;
}
