import type { RpmData } from "./rpm-package.ts";

/** Numbers from a seed: the same for the same seed on every machine (xorshift32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  }

  below(count: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state % count;
  }

  /** True about `percent` times of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }
}

export interface Universe {
  readonly packages: readonly RpmData[];
  /** What may be asked for: names, capabilities, files, versions, architectures. */
  readonly wants: readonly string[];
}

const versions: readonly { epoch?: number; version: string; release: string }[] = [
  { version: "1.0", release: "1" },
  { version: "1.0~rc1", release: "1" },
  { version: "1.0^git3", release: "1" },
  { version: "1.0", release: "2" },
  { version: "1.10", release: "1" },
  { version: "1.9", release: "3" },
  { version: "2.0~beta", release: "1" },
  { epoch: 1, version: "0.5", release: "1" },
];

/**
 * Packages that need, offer, refuse, replace and recommend each other in every way that rpm knows, drawn from a seed:
 * `count` names, several of them in several versions, for one machine, for all, or for two.
 */
export function rpmUniverse(count: number, seed: number): Universe {
  const dice = new Dice(seed);
  const names = Array.from({ length: count }, (_, at) => `pkg${String(at).padStart(2, "0")}`);
  const capabilities = Array.from({ length: Math.ceil(count / 3) }, (_, at) => `cap(${at})`);
  const listed = Array.from({ length: Math.ceil(count / 5) }, (_, at) => `usr/bin/tool${at}`);
  const unlisted = Array.from({ length: Math.ceil(count / 5) }, (_, at) => `usr/share/data${at}`);
  const packages: RpmData[] = [];

  const versioned = (name: string) => {
    if (dice.chance(55)) return name;
    const { epoch, version, release } = dice.one(versions);
    const head = epoch === undefined ? "" : `${epoch}:`;
    const text = `${head}${version}${dice.chance(50) ? `-${release}` : ""}`;
    return `${name} ${dice.one(["<", "<=", "=", ">=", ">=", ">="])} ${text}`;
  };
  const simple = (): string => {
    const kind = dice.below(100);
    if (kind < 50) return versioned(dice.one(names));
    if (kind < 75) return versioned(dice.one(capabilities));
    if (kind < 85) return `/${dice.one(listed)}`;
    if (kind < 93) return `/${dice.one(unlisted)}`;
    return `${dice.one(names)}(x86-${dice.chance(70) ? 64 : 32})`;
  };
  /** rpm takes `if` only where all of something is asked for, and `unless` only where one of it is. */
  const rich = (asks: "all" | "one"): string => {
    const word = asks === "all" ? "if" : "unless";
    const other = (side = asks) => (dice.chance(15) ? rich(side) : simple());
    switch (dice.below(7)) {
      case 0:
        return `(${other("all")} and ${other("all")})`;
      case 1:
        return `(${other("one")} or ${other("one")} or ${other("one")})`;
      case 2:
        return `(${other()} ${word} ${other()})`;
      case 3:
        return `(${other()} ${word} ${other()} else ${other()})`;
      case 4:
        return `(${versioned(dice.one(capabilities))} with ${versioned(dice.one(capabilities))})`;
      case 5:
        return `(${versioned(dice.one(capabilities))} without ${dice.one(names)})`;
      default:
        return `(${other("one")} or ${other("one")})`;
    }
  };
  const some = (most: number, percent: number, make: () => string) =>
    Array.from({ length: most }, () => dice.chance(percent)).flatMap((yes) => (yes ? [make()] : []));

  for (const name of names) {
    const kind = dice.below(100);
    const arches =
      kind < 60 ? ["x86_64"] : kind < 78 ? ["noarch"] : kind < 95 ? ["x86_64", "i686"] : ["i686"];
    const own = new Set(Array.from({ length: 1 + dice.below(3) }, () => dice.one(versions)));
    for (const version of own)
      for (const arch of arches)
        packages.push({
          name,
          ...version,
          arch,
          provides: [
            ...some(2, 45, () => dice.one(capabilities)),
            ...some(1, 40, () => `${dice.one(capabilities)} = ${dice.one(versions).version}`),
            ...(arch === "noarch" ? [] : [`${name}(x86-${arch === "x86_64" ? 64 : 32})`]),
          ],
          requires: [...some(3, 40, simple), ...some(1, 18, () => rich("all"))],
          conflicts: [
            ...some(1, 7, () => versioned(dice.one(names.filter((one) => one !== name)))),
            ...some(1, 5, () => rich("one")),
          ],
          obsoletes: some(1, 6, () => versioned(dice.one(names.filter((one) => one !== name)))),
          recommends: [...some(1, 20, simple), ...some(1, 4, () => rich("all"))],
          suggests: some(1, 12, simple),
          supplements: some(1, 6, simple),
          enhances: some(1, 6, simple),
          files: Object.fromEntries([
            ...some(1, 25, () => dice.one(listed)).map((path) => [path, "x"]),
            ...some(1, 25, () => dice.one(unlisted)).map((path) => [path, "x"]),
          ]),
        });
  }
  const exact = packages.map(({ name, version, release, arch }) => [
    `${name}-${version}-${release}`,
    `${name}-${version}-${release}.${arch}`,
    `${name}.${arch}`,
    `${name}-${version}`,
  ]);
  const wants = [
    ...names,
    ...names,
    ...capabilities,
    ...listed.map((path) => `/${path}`),
    ...unlisted.map((path) => `/${path}`),
    ...exact.map((forms) => dice.one(forms)).filter((_, at) => at % 4 === 0),
  ];
  return { packages, wants };
}

/** One to three of a universe's wants. */
export function drawWants({ wants }: Universe, seed: number): string[] {
  const dice = new Dice(seed * 7919);
  return [...new Set(Array.from({ length: 1 + dice.below(3) }, () => dice.one(wants)))];
}
