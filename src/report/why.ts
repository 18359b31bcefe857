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
  /** Its whole condition, where it installs itself beside those (`Package.installIf`). */
  readonly installIf?: readonly string[];
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
  const places = new Set(packages.flatMap((candidate) => candidate.path ?? []));
  // Upward from the package, breadth first, so that the first way found to each is a shortest one.
  const below = new Map<Package, Package | undefined>([[one, undefined]]);
  const chains = new Map<string, readonly string[]>();
  for (const here of below.keys()) {
    if (here.because.length === 0) {
      const chain = chainFrom(here, below);
      chains.set(chain.join(" "), chain);
    }
    for (const name of here.because)
      for (const above of needing(here, byName.get(name) ?? [], places))
        if (!below.has(above)) below.set(above, here);
  }
  const { name, version, path, source, because, installIf } = one;
  return {
    platform,
    name,
    version,
    ...(path !== undefined && { path }),
    source,
    asked: because.length === 0,
    neededBy: [...because].sort(byText),
    ...(installIf !== undefined && { installIf }),
    chains: [...chains.values()],
  };
}

function chainFrom(top: Package, below: ReadonlyMap<Package, Package | undefined>): string[] {
  const chain: string[] = [];
  for (let one: Package | undefined = top; one !== undefined; one = below.get(one)) chain.push(one.name);
  return chain;
}

/** Of several packages of a name, those that would load this very one, where places tell. */
function needing(one: Package, named: readonly Package[], places: ReadonlySet<string>): readonly Package[] {
  const { path } = one;
  if (path === undefined) return named;
  const sure = named.filter((above) => above.path !== undefined && loads(above.path, path, places));
  return sure.length > 0 ? sure : named;
}

/** Whether Node.js finds the package at `wanted` from one at `from`: the nearest `node_modules` upward has it. */
function loads(from: string, wanted: string, places: ReadonlySet<string>): boolean {
  const marker = "node_modules/";
  const name = wanted.slice(wanted.lastIndexOf(marker) + marker.length);
  for (let folder = `${from}/`; ; folder = folder.slice(0, folder.lastIndexOf(marker))) {
    const candidate = `${folder}${marker}${name}`;
    if (places.has(candidate)) return candidate === wanted;
    if (!folder.includes(marker)) return false;
  }
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
    const { name, version, path, source, asked, neededBy, installIf, chains } = JSON.parse(key) as Omit<
      Reasons,
      "platform"
    >;
    const made = source === name ? "" : `, of the source ${source}`;
    const place = path === undefined ? "" : `, at ${path}`;
    lines.push(`${name} ${version}${made}${place} (${platforms.join(", ")})`);
    if (asked) lines.push("  The recipe asks for it.");
    else if (installIf !== undefined)
      lines.push(`  It installs itself beside ${neededBy.join(", ")} (install_if: ${installIf.join(" ")}).`);
    else lines.push(`  ${neededBy.join(", ")} ${neededBy.length === 1 ? "needs" : "need"} it.`);
    for (const chain of asked ? [] : chains.slice(0, shown)) lines.push(`  recipe → ${chain.join(" → ")}`);
    if (!asked && chains.length > shown) lines.push(`  and ${count(chains.length - shown, "more way")}`);
  }
  return `${lines.map(plain).join("\n")}\n`;
}
