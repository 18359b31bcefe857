import { byText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { Package } from "../model/package.ts";
import { count } from "./size.ts";
import { plain } from "./table.ts";

/** Why one package is in the image for one platform. */
export interface Reasons {
  readonly platform: string;
  readonly name: string;
  readonly version: string;
  /** Below the application, for a package of npm: there may be several of one name. */
  readonly path?: string;
  readonly source: string;
  /** Whether the recipe asks for it by name. */
  readonly asked: boolean;
  /** The packages that need it, sorted. */
  readonly neededBy: readonly string[];
  /** The shortest way from each package that was asked for down to this one, shortest first. */
  readonly chains: readonly (readonly string[])[];
}

interface PlatformPackages {
  readonly platform: string;
  readonly packages: readonly Package[];
}

/** @throws NOT_IN_LOCK when no platform has it; `file` names the lock */
export function reasonsFor(
  platforms: readonly PlatformPackages[],
  name: string,
  file: string,
): readonly Reasons[] {
  const found = platforms.flatMap(({ platform, packages }) =>
    packages.filter((candidate) => candidate.name === name).map((one) => reasonsOn(platform, packages, one)),
  );
  if (found.length > 0) return found;
  const names = new Set(platforms.flatMap(({ packages }) => packages.map((one) => one.name)));
  const isRuntime = name === "node" || name === "nodejs";
  const close = [...names]
    .filter((one) => (isRuntime ? one.startsWith("node-linux-") : one.includes(name) || name.includes(one)))
    .sort(byText)
    .slice(0, 5);
  throw new TareError({ code: "NOT_IN_LOCK", package: name, file, close });
}

function reasonsOn(platform: string, packages: readonly Package[], one: Package): Reasons {
  const byName = Map.groupBy(packages, (candidate) => candidate.name);
  // Upward from the package, breadth first, so that the first way found to each is a shortest one.
  const below = new Map<string, string | undefined>([[one.name, undefined]]);
  const chains: string[][] = [];
  for (const name of below.keys()) {
    const named = name === one.name ? [one] : (byName.get(name) ?? []);
    if (named.some(({ because }) => because.length === 0)) chains.push(chainFrom(name, below));
    for (const reason of named.flatMap(({ because }) => because))
      if (!below.has(reason)) below.set(reason, name);
  }
  const { name, version, path, source, because } = one;
  return {
    platform,
    name,
    version,
    ...(path !== undefined && { path }),
    source,
    asked: because.length === 0,
    neededBy: [...because].sort(byText),
    chains,
  };
}

function chainFrom(top: string, below: ReadonlyMap<string, string | undefined>): string[] {
  const chain: string[] = [];
  for (let name: string | undefined = top; name !== undefined; name = below.get(name)) chain.push(name);
  return chain;
}

const shown = 5;

/** For a terminal; platforms that have the same to say are told together. */
export function reasonsText(all: readonly Reasons[]): string {
  const told = new Map<string, string[]>();
  for (const { platform, ...reasons } of all) {
    const key = JSON.stringify(reasons);
    told.set(key, [...(told.get(key) ?? []), platform]);
  }
  const lines: string[] = [];
  for (const [key, platforms] of told) {
    const { name, version, path, source, asked, neededBy, chains } = JSON.parse(key) as Omit<
      Reasons,
      "platform"
    >;
    const made = source === name ? "" : `, of the source ${source}`;
    const place = path === undefined ? "" : `, at ${path}`;
    lines.push(`${name} ${version}${made}${place} (${platforms.join(", ")})`);
    if (asked) lines.push("  The recipe asks for it.");
    else lines.push(`  ${neededBy.join(", ")} ${neededBy.length === 1 ? "needs" : "need"} it.`);
    for (const chain of asked ? [] : chains.slice(0, shown)) lines.push(`  recipe → ${chain.join(" → ")}`);
    if (!asked && chains.length > shown) lines.push(`  and ${count(chains.length - shown, "more way")}`);
  }
  return `${lines.map(plain).join("\n")}\n`;
}
