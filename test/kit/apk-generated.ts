import type { ApkData } from "./apk-package.ts";

/** Numerical Recipes' generator: the same requests on every machine. */
export function seeded(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Packages that use everything that apk's solver knows. */
export function manyApks(seed: number): { main: ApkData[]; edge: ApkData[] } {
  const next = seeded(seed);
  const pick = <Item>(items: readonly Item[]) => items[next(items.length)] as Item;
  const names = Array.from({ length: 40 }, (_, at) => `p${at}`);
  const versions = ["1.0-r0", "1.0-r1", "1.1_rc1-r0", "1.2-r0", "2.0-r0"];
  const dependency = (at: number): string => {
    const name = `p${Math.min(at + 1 + next(12), 39)}`;
    const kind = next(24);
    if (kind === 0) return `so:lib${next(8)}.so.1`;
    if (kind === 1) return `virtual${next(4)}`;
    if (kind === 2) return `cmd:c${next(8)}`;
    if (kind === 3) return `${name}>=1.0`;
    if (kind === 4) return `${name}<2.0`;
    if (kind === 5) return `${name}~1`;
    if (kind === 6 && next(3) === 0) return `!p${next(40)}`;
    return name;
  };
  const make = (name: string, version: string, at: number): ApkData => ({
    name,
    version,
    depends: [...new Set(Array.from({ length: at === 39 ? 0 : next(4) }, () => dependency(at)))],
    provides: [
      ...(next(4) === 0 ? [`so:lib${at % 8}.so.1=1.${next(3)}`] : []),
      ...(next(4) === 0 ? [`cmd:c${next(8)}=${version}`] : []),
      ...(next(5) === 0 ? [`virtual${next(4)}`] : []),
      ...(next(9) === 0 ? [`p${next(40)}=${version}`] : []),
    ],
    ...(next(4) === 0 && { providerPriority: 10 * (1 + next(4)) }),
    ...(next(7) === 0 && { installIf: [`p${next(40)}=${pick(versions)}`, `p${next(40)}`] }),
  });
  const main = names.flatMap((name, at) => {
    const first = next(versions.length);
    const also = next(3) === 0 ? [versions[(first + 1) % versions.length] as string] : [];
    return [versions[first] as string, ...also].map((version) => make(name, version, at));
  });
  const edge = names.filter(() => next(4) === 0).map((name) => make(name, "3.0-r0", names.indexOf(name)));
  return { main, edge };
}

/** What somebody may ask of them: each name once. */
export function requestOf(next: (below: number) => number): string[] {
  const names = new Set(Array.from({ length: 1 + next(4) }, () => `p${next(40)}`));
  const ends = ["", "", "", "", "", "", "", "", "@edge", ">1.0", "~1", "=1.0-r0"];
  const other = `p${next(40)}`;
  const extra = [`so:lib${next(8)}.so.1`, names.has(other) ? other : `!${other}`, `cmd:c${next(8)}`];
  const wanted = [...names].map((name) => `${name}${ends[next(ends.length)]}`);
  const also = next(4) === 0 ? [extra[next(3)] as string] : [];
  return [...wanted, ...also.filter((one) => !names.has(one))];
}
