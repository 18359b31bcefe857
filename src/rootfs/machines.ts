import { type Platform, platformName } from "../model/platform.ts";
import type { ElfFacts } from "../model/rootfs.ts";

/** What the dynamic linker of glibc knows of one machine (ld.so(8); the machine's System V ABI supplement). */
export interface Machine {
  /** Where programs of this machine look for their linker. */
  readonly interpreter: string;
  /** Folders that are searched last, absolute, in order. */
  readonly folders: readonly string[];
  /** What `$LIB` and `$PLATFORM` stand for in a search path. */
  readonly tokens: { readonly LIB: string; readonly PLATFORM: string };
  /** Whether a file is for this machine, this byte order and this calling convention, and for Linux. */
  runs(elf: ElfFacts): boolean;
}

interface Kind {
  readonly triplet: string;
  readonly interpreter: string;
  /** `e_machine`. */
  readonly number: number;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** AT_PLATFORM, as Linux gives it to programs. */
  readonly platform: string;
  /** Whether `e_flags` mean this calling convention, where a machine has several. */
  readonly abi?: (flags: number) => boolean;
}

const little = { littleEndian: true };
/** EF_ARM_ABI_FLOAT_HARD and EF_ARM_ABI_FLOAT_SOFT: a file that says neither fits both. */
const hardFloat = (flags: number) => (flags & 0x200) === 0;
const softFloat = (flags: number) => (flags & 0x400) === 0;

const arm = { number: 40, bits: 32, ...little } as const;
const armel: Kind = {
  ...arm,
  triplet: "arm-linux-gnueabi",
  interpreter: "/lib/ld-linux.so.3",
  platform: "v5l",
  abi: softFloat,
};
const armhf: Kind = {
  ...arm,
  triplet: "arm-linux-gnueabihf",
  interpreter: "/lib/ld-linux-armhf.so.3",
  platform: "v7l",
  abi: hardFloat,
};
const arm64: Kind = {
  triplet: "aarch64-linux-gnu",
  interpreter: "/lib/ld-linux-aarch64.so.1",
  number: 183,
  bits: 64,
  ...little,
  platform: "aarch64",
};

/** By OCI's platform name. Triplets are those of Debian's multiarch folders; other distributions do not have them. */
const kinds: Readonly<Record<string, Kind>> = {
  "linux/386": {
    triplet: "i386-linux-gnu",
    interpreter: "/lib/ld-linux.so.2",
    number: 3,
    bits: 32,
    ...little,
    platform: "i686",
  },
  "linux/amd64": {
    triplet: "x86_64-linux-gnu",
    interpreter: "/lib64/ld-linux-x86-64.so.2",
    number: 62,
    bits: 64,
    ...little,
    platform: "x86_64",
  },
  "linux/arm": armhf,
  "linux/arm/v5": armel,
  "linux/arm/v6": armel,
  "linux/arm/v7": armhf,
  "linux/arm64": arm64,
  "linux/arm64/v8": arm64,
  "linux/loong64": {
    triplet: "loongarch64-linux-gnu",
    interpreter: "/lib64/ld-linux-loongarch-lp64d.so.1",
    number: 258,
    bits: 64,
    ...little,
    platform: "loongarch",
    abi: (flags) => (flags & 0x7) === 3,
  },
  "linux/mips64le": {
    triplet: "mips64el-linux-gnuabi64",
    interpreter: "/lib64/ld.so.1",
    number: 8,
    bits: 64,
    ...little,
    platform: "mips64",
  },
  "linux/ppc64le": {
    triplet: "powerpc64le-linux-gnu",
    interpreter: "/lib64/ld64.so.2",
    number: 21,
    bits: 64,
    ...little,
    platform: "power8",
  },
  "linux/riscv64": {
    triplet: "riscv64-linux-gnu",
    interpreter: "/lib/ld-linux-riscv64-lp64d.so.1",
    number: 243,
    bits: 64,
    ...little,
    platform: "riscv64",
    abi: (flags) => (flags & 0x6) === 4,
  },
  "linux/s390x": {
    triplet: "s390x-linux-gnu",
    interpreter: "/lib/ld64.so.1",
    number: 22,
    bits: 64,
    littleEndian: false,
    platform: "z13",
  },
};

/** EI_OSABI: none said, or GNU/Linux. */
const linuxAbis = [0, 3];
/** `e_type`: programs, and shared objects, which most programs are today. */
const loadable = [2, 3];

/** Undefined for a platform that none of our sources has packages for. */
export function machineOf(platform: Platform): Machine | undefined {
  const name = platformName(platform);
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) return undefined;
  const { triplet, interpreter, number, bits, littleEndian, abi } = kind;
  return {
    interpreter,
    folders: [`/lib/${triplet}`, `/usr/lib/${triplet}`, "/lib64", "/usr/lib64", "/lib", "/usr/lib"],
    tokens: { LIB: `lib/${triplet}`, PLATFORM: kind.platform },
    runs: (elf) =>
      elf.machine === number &&
      elf.bits === bits &&
      elf.littleEndian === littleEndian &&
      linuxAbis.includes(elf.osabi) &&
      loadable.includes(elf.type) &&
      (abi?.(elf.flags) ?? true),
  };
}
