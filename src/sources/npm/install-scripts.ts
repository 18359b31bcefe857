import type { ScriptCoverage } from "../../model/rootfs.ts";
import { whyHarmless } from "./harmless-scripts.ts";
import { modulesFolderOf, type PlacedPackage } from "./placed.ts";
import { isOfMachine, type NpmPlatform, platformText } from "./platform.ts";
import { isForAnother, prebuiltFor } from "./unpack/prebuilds.ts";

/** Programs that make a native addon, or look for one that fits. */
const builders =
  /\b(?:node-gyp(?:-build)?(?:-optional-packages)?|node-pre-gyp|cmake-js|prebuild(?:-install|ify)?|napi(?:-postinstall)?|pkg-prebuilds\S{0,40}|neon|cargo|make|node-waf)\b/;
/** A program of the package's own, which may do anything; where the binaries are there, it is how they are checked. */
const ownProgram = /^(?:node|npx|npm run)\s/;

/** What became of the scripts that npm would run on installing: none of them runs. In the order of the packages. */
export function installCoverage(
  packages: readonly PlacedPackage[],
  to: string,
  platform: NpmPlatform,
): ScriptCoverage[] {
  const byPath = new Map(packages.map((one) => [one.path, one]));
  const told = new Map<string, ScriptCoverage>();
  for (const one of packages) {
    if (one.inner.scripts.length === 0) continue;
    const binaries = addonOf(one, to, platform) ?? platformPackageOf(one, byPath);
    for (const [script, line] of one.inner.scripts) {
      const coverage = { package: one.id, script, ...judge(one, line, binaries, platform) };
      told.set(JSON.stringify(coverage), coverage);
    }
  }
  return [...told.values()];
}

function judge(
  { inner: { name } }: PlacedPackage,
  line: string,
  binaries: string | undefined,
  platform: NpmPlatform,
): Pick<ScriptCoverage, "verdict" | "notes"> {
  const builds = builders.test(line);
  if (binaries !== undefined && (builds || ownProgram.test(line)))
    return { verdict: "handled", notes: [`${binaries} is there for ${platformText(platform)}`] };
  const why = whyHarmless(name, line);
  if (why !== undefined) return { verdict: "harmless", notes: [why] };
  const shown = shortened(line);
  const bring = "bring what it makes under files";
  return builds
    ? {
        verdict: "needs-you",
        notes: [
          `\`${shown}\` downloads or compiles an addon for ${platformText(platform)}, which the package does not bring`,
          `choose a version or a package that brings it, or ${bring}`,
        ],
      }
    : { verdict: "needs-you", notes: [`\`${shown}\` was not run`, `if the program needs it, ${bring}`] };
}

/** An addon of the package's own that the platform loads. */
function addonOf({ path, entries }: PlacedPackage, to: string, platform: NpmPlatform): string | undefined {
  const folder = `${to === "" ? "" : `${to}/`}${path}/`;
  for (const entry of entries) {
    if (!entry.path.endsWith(".node") || !entry.path.startsWith(folder)) continue;
    const inside = entry.path.slice(folder.length);
    if (prebuiltFor(inside) !== undefined ? isForAnother(inside, platform) : !fits(entry, platform)) continue;
    return inside;
  }
  return undefined;
}

function fits({ elf }: PlacedPackage["entries"][number], platform: NpmPlatform): boolean {
  return elf !== undefined && isOfMachine(platform, elf.machine);
}

/** An optional dependency with binaries that was chosen for the platform, found as Node.js finds it. */
function platformPackageOf(
  { path, inner }: PlacedPackage,
  byPath: ReadonlyMap<string, PlacedPackage>,
): string | undefined {
  for (const name of inner.optional)
    for (const folder of modulesFoldersFrom(path)) {
      const found = byPath.get(`${folder}/${name}`);
      if (found === undefined) continue;
      if (found.inner.forOnePlatform) return found.id;
      break;
    }
  return undefined;
}

/** Where a package's dependencies are looked for: its own `node_modules`, then those around it. */
function* modulesFoldersFrom(path: string): Generator<string> {
  yield `${path}/node_modules`;
  for (let around = path; around.includes("node_modules/"); ) {
    const folder = modulesFolderOf(around);
    yield folder;
    around = folder.slice(0, -"/node_modules".length);
  }
}

const lineLimit = 120;

/** A line of somebody else's making, fit for a terminal. */
function shortened(line: string): string {
  const plain = line.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  return plain.length > lineLimit ? `${plain.slice(0, lineLimit)}…` : plain;
}
