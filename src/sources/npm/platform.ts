import type { Platform } from "../../model/platform.ts";

/** A system in npm's words, which are Node's: what `os`, `cpu` and `libc` of a package.json are compared with. */
export interface NpmPlatform {
  /** `process.platform` there: `linux`. */
  readonly os: string;
  /** `process.arch` there: `x64`, `arm64`. */
  readonly cpu: string;
  readonly libc: "glibc" | "musl";
}

const cpus: Readonly<Record<string, string>> = {
  amd64: "x64",
  "386": "ia32",
  ppc64le: "ppc64",
  mips64le: "mips64el",
  mipsle: "mipsel",
};

/** An image's platform in npm's words; names that Go and Node share stay. The C library is that of the distribution. */
export function npmPlatform(
  { os, architecture }: Platform,
  libc: NpmPlatform["libc"] = "glibc",
): NpmPlatform {
  return { os, cpu: cpus[architecture] ?? architecture, libc };
}

/** `e_machine` of each `cpu` (System V ABI, ELF header). */
const machines: Readonly<Record<string, number>> = {
  arm: 40,
  arm64: 183,
  ia32: 3,
  loong64: 258,
  ppc64: 21,
  riscv64: 243,
  s390x: 22,
  x64: 62,
};

/** `linux-x64`, and `linux-x64-musl` where the C library is not the usual one. */
export function platformText({ os, cpu, libc }: NpmPlatform): string {
  return libc === "musl" ? `${os}-${cpu}-musl` : `${os}-${cpu}`;
}

/** Whether an ELF file with this `e_machine` is for the platform's processor. */
export function isOfMachine({ os, cpu }: NpmPlatform, machine: number): boolean {
  return os === "linux" && machines[cpu] === machine;
}
