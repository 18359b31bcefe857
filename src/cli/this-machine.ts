import type { Platform } from "../model/platform.ts";

/** Linux on the processor that tare runs on; images have their own names for Node's. */
export function thisMachine(): Platform {
  if (process.arch === "arm") return { os: "linux", architecture: "arm", variant: "v7" };
  const names: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };
  return { os: "linux", architecture: names[process.arch] ?? process.arch };
}
