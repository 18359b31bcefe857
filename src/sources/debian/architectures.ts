import type { Platform } from "../../model/platform.ts";
import { ownArchitecture } from "../own-architecture.ts";

/** Debian's names of machines by OCI's (dpkg's cputable; image-spec, image-index.md, `platform`). */
const names: Readonly<Record<string, string>> = {
  "linux/386": "i386",
  "linux/amd64": "amd64",
  "linux/arm/v5": "armel",
  "linux/arm/v6": "armel",
  "linux/arm/v7": "armhf",
  "linux/arm": "armhf",
  "linux/arm64": "arm64",
  "linux/arm64/v8": "arm64",
  "linux/loong64": "loong64",
  "linux/mips64le": "mips64el",
  "linux/ppc64le": "ppc64el",
  "linux/riscv64": "riscv64",
  "linux/s390x": "s390x",
};

/** @throws NO_PLATFORM when Debian has no such machine */
export function debianArchitecture(platform: Platform): string {
  return ownArchitecture(platform, names, "Debian");
}
