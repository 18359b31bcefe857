import type { ElfFacts } from "../../model/rootfs.ts";
import type { LinkerSetup } from "../../rootfs/ldconfig.ts";

/** glibc's cache flags: a type, and bits for the architecture (sysdeps/generic/ldconfig.h). */
const ELF = 0x0001;
const LIBC6 = 0x0003;
const X86_64 = 0x0300;
const S390_64 = 0x0400;
const POWERPC_64 = 0x0500;
const MIPS_N32 = 0x0600;
const MIPS_N64 = 0x0700;
const X32 = 0x0800;
const ARM_HARD_FLOAT = 0x0900;
const AARCH64 = 0x0a00;
const ARM_SOFT_FLOAT = 0x0b00;
const RISCV_SOFT_FLOAT = 0x0f00;
const RISCV_DOUBLE_FLOAT = 0x1000;
const LOONGARCH_SOFT_FLOAT = 0x1100;
const LOONGARCH_DOUBLE_FLOAT = 0x1200;

interface Architecture {
  readonly triplet: string;
  readonly littleEndian: boolean;
  readonly flagsOf: (elf: ElfFacts) => number | undefined;
}

/** `e_machine` values (System V ABI). */
const EM = {
  i386: 3,
  mips: 8,
  powerpc: 20,
  powerpc64: 21,
  s390: 22,
  arm: 40,
  x86_64: 62,
  aarch64: 183,
  riscv: 243,
  loongarch: 258,
};

/** 32-bit architectures that are older than glibc 2 tell by what a library needs whether it belongs to it. */
function byNeed(elf: ElfFacts): number {
  const needsLibc = elf.needed.some((name) => name === "libc.so.6" || name === "libm.so.6");
  return needsLibc || interpreters.has(elf.interpreter ?? "") ? LIBC6 : ELF;
}

const interpreters = new Set(["/lib/ld-linux.so.2", "/lib/ld-linux.so.3", "/lib/ld.so.1"]);

function x86(elf: ElfFacts): number | undefined {
  if (elf.machine === EM.x86_64) return LIBC6 | (elf.bits === 64 ? X86_64 : X32);
  return elf.machine === EM.i386 && elf.bits === 32 ? byNeed(elf) : undefined;
}

/** 32-bit ARM and AArch64 share a kernel, so each one's ldconfig knows the other's libraries. */
function arm(elf: ElfFacts): number | undefined {
  if (elf.machine === EM.aarch64 && elf.bits === 64) return LIBC6 | AARCH64;
  if (elf.machine !== EM.arm || elf.bits !== 32) return undefined;
  // EF_ARM_ABI_FLOAT_HARD and _SOFT say something only in EABI version 5 files.
  if ((elf.flags & 0xff000000) >>> 0 === 0x05000000) {
    if (elf.flags & 0x400) return LIBC6 | ARM_HARD_FLOAT;
    if (elf.flags & 0x200) return LIBC6 | ARM_SOFT_FLOAT;
  }
  return byNeed(elf);
}

function powerpc(elf: ElfFacts): number | undefined {
  if (elf.machine === EM.powerpc64 && elf.bits === 64) return LIBC6 | POWERPC_64;
  return elf.machine === EM.powerpc && elf.bits === 32 ? byNeed(elf) : undefined;
}

function s390(elf: ElfFacts): number | undefined {
  if (elf.machine !== EM.s390) return undefined;
  return elf.bits === 64 ? LIBC6 | S390_64 : byNeed(elf);
}

function riscv(elf: ElfFacts): number | undefined {
  if (elf.machine !== EM.riscv || elf.bits !== 64) return undefined;
  const float = elf.flags & 0x6;
  if (float === 0) return LIBC6 | RISCV_SOFT_FLOAT;
  return float === 4 ? LIBC6 | RISCV_DOUBLE_FLOAT : undefined;
}

function mips(elf: ElfFacts): number | undefined {
  if (elf.machine !== EM.mips) return undefined;
  if (elf.bits === 64) return LIBC6 | MIPS_N64;
  return elf.flags & 0x20 ? LIBC6 | MIPS_N32 : byNeed(elf);
}

function loongarch(elf: ElfFacts): number | undefined {
  if (elf.machine !== EM.loongarch || elf.bits !== 64) return undefined;
  const float = elf.flags & 0x7;
  if (float === 1) return LIBC6 | LOONGARCH_SOFT_FLOAT;
  return float === 3 ? LIBC6 | LOONGARCH_DOUBLE_FLOAT : undefined;
}

/** By dpkg's architecture name. */
const architectures = new Map<string, Architecture>([
  ["amd64", { triplet: "x86_64-linux-gnu", littleEndian: true, flagsOf: x86 }],
  ["arm64", { triplet: "aarch64-linux-gnu", littleEndian: true, flagsOf: arm }],
  ["armel", { triplet: "arm-linux-gnueabi", littleEndian: true, flagsOf: arm }],
  ["armhf", { triplet: "arm-linux-gnueabihf", littleEndian: true, flagsOf: arm }],
  ["i386", { triplet: "i386-linux-gnu", littleEndian: true, flagsOf: x86 }],
  ["loong64", { triplet: "loongarch64-linux-gnu", littleEndian: true, flagsOf: loongarch }],
  ["mips64el", { triplet: "mips64el-linux-gnuabi64", littleEndian: true, flagsOf: mips }],
  ["mipsel", { triplet: "mipsel-linux-gnu", littleEndian: true, flagsOf: mips }],
  ["ppc64el", { triplet: "powerpc64le-linux-gnu", littleEndian: true, flagsOf: powerpc }],
  ["riscv64", { triplet: "riscv64-linux-gnu", littleEndian: true, flagsOf: riscv }],
  ["s390x", { triplet: "s390x-linux-gnu", littleEndian: false, flagsOf: s390 }],
]);

/**
 * How Debian's ldconfig is built for an architecture; undefined for an unknown one. `version` is the package version
 * of libc-bin (or libc6): `2.36-9+deb12u14`, which ldconfig writes into its cache.
 */
export function debianLinker(architecture: string, version: string): LinkerSetup | undefined {
  const known = architectures.get(architecture);
  if (!known) return undefined;
  const { triplet, littleEndian, flagsOf } = known;
  const vendor = version.includes("ubuntu") ? "Ubuntu" : "Debian";
  const upstream = /^[0-9]+\.[0-9]+/.exec(version)?.[0] ?? version;
  return {
    builtin: [`/lib/${triplet}`, `/usr/lib/${triplet}`, "/lib", "/usr/lib"],
    littleEndian,
    // A file of the other byte order is of no use to this root's linker, whatever its machine number.
    flagsOf: (elf) => (elf.littleEndian === littleEndian ? flagsOf(elf) : undefined),
    generator: `ldconfig (${vendor} GLIBC ${version}) stable release version ${upstream}`,
  };
}
