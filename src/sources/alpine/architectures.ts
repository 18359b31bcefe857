import type { Platform } from "../../model/platform.ts";
import { ownArchitecture } from "../own-architecture.ts";

/** apk's names of machines by OCI's (apk-tools, `apk_defines.h`; image-spec, image-index.md, `platform`). */
const names: Readonly<Record<string, string>> = {
  "linux/386": "x86",
  "linux/amd64": "x86_64",
  "linux/arm/v6": "armhf",
  "linux/arm/v7": "armv7",
  "linux/arm": "armv7",
  "linux/arm64": "aarch64",
  "linux/arm64/v8": "aarch64",
  "linux/loong64": "loongarch64",
  "linux/ppc64le": "ppc64le",
  "linux/riscv64": "riscv64",
  "linux/s390x": "s390x",
};

/** @throws NO_PLATFORM when Alpine has no such machine */
export function alpineArchitecture(platform: Platform): string {
  return ownArchitecture(platform, names, "Alpine");
}
