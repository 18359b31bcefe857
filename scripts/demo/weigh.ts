import type { BuiltImage, LockedPlatform } from "../../src/index.ts";
import { humanSize } from "../../src/report/size.ts";
import { bar, show } from "./print.ts";

/** What the talk measured, in bytes. */
const talk = { source: 592e3, base: 639.7e6, image: 833.1e6 };

/** The image beside the talk's. */
export function showWeight({ layers }: BuiltImage): void {
  const unpacked = sum(layers.map(({ uncompressedSize }) => uncompressedSize));
  show(
    `the talk   ${humanSize(talk.image)}, of which ${humanSize(talk.base)} came with FROM node; the source has ${humanSize(talk.source)}`,
    `tare       ${humanSize(unpacked)}, ${(talk.image / unpacked).toFixed(1)} times less; ${humanSize(sum(layers.map(({ size }) => size)))} compressed with gzip`,
  );
}

/** A bar for each kind of thing in the image. */
export function showShares({ layers }: BuiltImage, { packages }: LockedPlatform): void {
  const kinds = new Map(packages.map(({ name, repository, path }) => [name, kindOf(repository, path)]));
  const groups = Map.groupBy(layers, ({ holds }) => kinds.get(holds[0] ?? "") ?? "made here");
  const whole = sum(layers.map(({ uncompressedSize }) => uncompressedSize));
  for (const [kind, some] of groups) {
    const unpacked = sum(some.map(({ uncompressedSize }) => uncompressedSize));
    const stored = humanSize(sum(some.map(({ size }) => size)));
    const how = packages.filter(({ name }) => kinds.get(name) === kind).length;
    show(
      `${kind.padEnd(22)} ${humanSize(unpacked).padStart(8)}  ${stored.padStart(8)} gzip  ${String(how || "").padStart(3)}  ${bar(unpacked, whole)}`,
    );
  }
}

function kindOf(repository: string, path: string | undefined): string {
  if (!/^npm(?:\/|$)/.test(repository)) return "Debian's libraries";
  return path === undefined ? "Node.js" : "application packages";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
