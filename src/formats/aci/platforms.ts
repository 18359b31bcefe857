import type { Platform } from "../../model/platform.ts";
import { type NamedValue, valueNamed } from "./manifest.ts";

/**
 * Architectures that go by another name in the labels `os` and `arch` (the specification's library, `ValidOSArch`) than
 * in OCI. An arm without a variant is the sixth, as it is there. All others keep their name.
 */
const linux: readonly (readonly [arch: string, architecture: string, variant?: string])[] = [
  ["i386", "386"],
  ["aarch64", "arm64"],
  ["aarch64_be", "arm64be"],
  ["armv6l", "arm", "v6"],
  ["armv7l", "arm", "v7"],
  ["armv7b", "armbe", "v7"],
];
const elsewhere: typeof linux = [["i386", "386"]];
const tables: Readonly<Record<string, typeof linux>> = {
  linux,
  darwin: [...elsewhere, ["x86_64", "amd64"]],
};

function tableOf(os: string): typeof linux {
  return Object.hasOwn(tables, os) ? (tables[os] as typeof linux) : elsewhere;
}

/** The labels `arch` and `os`, in the order of their names. */
export function platformLabels({ os, architecture, variant }: Platform): readonly NamedValue[] {
  const named = tableOf(os).filter((one) => one[1] === architecture);
  const [arch] = named.find((one) => one[2] === variant) ?? named[0] ?? [architecture];
  return [
    { name: "arch", value: arch },
    { name: "os", value: os },
  ];
}

/**
 * The platform that labels say. An image without these labels runs anywhere (scripts, data); OCI has no word for that,
 * so it is called linux/amd64.
 */
export function platformOfLabels(labels: readonly NamedValue[]): Platform {
  const os = valueNamed(labels, "os") || "linux";
  const arch = valueNamed(labels, "arch") || "amd64";
  const [, architecture = arch, variant] = tableOf(os).find((one) => one[0] === arch) ?? [];
  return { os, architecture, ...(variant !== undefined && { variant }) };
}
