import type { LinkerSetup } from "../../rootfs/ldconfig.ts";
import { debianLinker } from "../debian/glibc.ts";

/** dpkg's names of machines by rpm's: what a cache says of a library is glibc's affair, and the same for both. */
const machines: ReadonlyMap<string, string> = new Map([
  ["aarch64", "arm64"],
  ["armv7hl", "armhf"],
  ["i686", "i386"],
  ["loongarch64", "loong64"],
  ["ppc64le", "ppc64el"],
  ["riscv64", "riscv64"],
  ["s390x", "s390x"],
  ["x86_64", "amd64"],
]);

/**
 * How Fedora's ldconfig is built for a machine; undefined for an unknown one. `version` is that of its glibc package,
 * without the release: `2.40`.
 */
export function fedoraLinker(architecture: string, version: string): LinkerSetup | undefined {
  const machine = machines.get(architecture);
  const setup = machine === undefined ? undefined : debianLinker(machine, version);
  return (
    setup && {
      ...setup,
      builtin: ["/lib", "/lib64", "/usr/lib", "/usr/lib64"],
      generator: `ldconfig (GNU libc) stable release version ${version}`,
    }
  );
}
