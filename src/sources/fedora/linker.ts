import type { LinkerSetup } from "../../rootfs/ldconfig.ts";
import type { Workspace } from "../../scripts/workspace.ts";
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

/** Whether a root has an ldconfig, whatever the package is called that brought it. */
export function hasLdconfig(workspace: Workspace): boolean {
  return ["/sbin", "/usr/sbin", "/usr/bin"].some((folder) => workspace.resolve(`${folder}/ldconfig`));
}

/**
 * How Fedora's ldconfig is built for a machine; undefined for an unknown one. `version` is that of its glibc package,
 * without the release: `2.40`; undefined where no package is called that, and the cache does not tell it then.
 */
export function fedoraLinker(architecture: string, version: string | undefined): LinkerSetup | undefined {
  const machine = machines.get(architecture);
  const setup = machine === undefined ? undefined : debianLinker(machine, version ?? "");
  return (
    setup && {
      ...setup,
      builtin: ["/lib", "/lib64", "/usr/lib", "/usr/lib64"],
      generator: `ldconfig (GNU libc)${version === undefined ? "" : ` stable release version ${version}`}`,
    }
  );
}
