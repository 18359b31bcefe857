import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { expect, type TestContext, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { openIndex } from "../../src/sources/debian/index/open.ts";
import { packIndex } from "../../src/sources/debian/index/pack.ts";
import type { PackageIndex } from "../../src/sources/debian/index/record.ts";
import { selectPackages } from "../../src/sources/debian/select.ts";
import type { IndexedRepository, Wants } from "../../src/sources/debian/wants.ts";
import { type AptAnswer, AptPeer } from "../kit/apt.ts";
import { draw } from "../kit/draw.ts";
import { wanting } from "../kit/packages-file.ts";
import { needsPeers } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

/** Fewer are enough while working on something else: `APT_CLOSURES=20 npx vitest run …`. */
const sample = Number(process.env.APT_CLOSURES ?? 300);
const seed = 1;

interface Peers {
  readonly apt: AptPeer;
  readonly repositories: readonly IndexedRepository[];
  /** All names of main, sorted. */
  readonly names: readonly string[];
}

/** The same lists for both. */
function withPeers(context: TestContext, use: (peers: Peers) => Promise<void>): Promise<void> {
  needsPeers(context, "apt-get", "apt-cache", "dpkg");
  return withFolder(async (folder) => {
    const apt = await AptPeer.in(folder);
    const found = apt.indexes();
    const repositories = found.map(({ name, pin, suites, read }): IndexedRepository => {
      const index = openIndex(packIndex(read(), name)) as PackageIndex;
      return { repository: name, index, pin, suites };
    });
    const main = repositories.filter((_, at) => found[at]?.component === "main").map(({ index }) => index);
    const [index] = main.sort((a, b) => b.size - a.size);
    if (index === undefined) context.skip("apt has no package lists here: run apt-get update");
    const names = Array.from({ length: index.size }, (_, number) => index.record(number).name);
    await use({ apt, repositories, names: [...new Set(names)].sort() });
  });
}

test(`of ${sample} packages of main, apt needs the same others as we do`, { timeout: 1_800_000 }, (context) =>
  withPeers(context, async ({ apt, repositories, names }) => {
    const differing: string[] = [];
    const pending = draw(names, sample, seed);
    const work = async () => {
      for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
        const ours = answerOf(repositories, wanting([name], { architecture: apt.architecture }));
        const difference = compare(name, await apt.install([name]), ours);
        if (difference !== undefined) differing.push(difference);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    const explained = explainedDifferences();
    expect(differing.filter((line) => !explained.has(line.split(":")[0] as string)).sort()).toEqual([]);
    // A line of the table that no longer says the truth has to go, too.
    if (sample === 300)
      expect(differing.map((line) => line.split(":")[0]).sort()).toEqual([...explained].sort());
  }),
);

const required = "?or(?essential,?priority(required))";
test.for<[string, readonly string[], Partial<Wants>]>([
  ["a minimal system", [required, "apt"], { variant: "minbase" }],
  ["a web server with what it recommends", ["nginx"], { include: ["nginx"], recommends: true }],
  ["servers together", ["nginx", "postfix", "redis"], { include: ["nginx", "postfix", "redis"] }],
  ["a desktop", ["gnome"], { include: ["gnome"] }],
  ["a desktop with what it recommends", ["gnome"], { include: ["gnome"], recommends: true }],
])("apt and we agree on %s", { timeout: 120_000 }, ([, names, wants], context) =>
  withPeers(context, async ({ apt, repositories }) => {
    const ours = answerOf(repositories, wanting([], { architecture: apt.architecture, ...wants }));
    expect(ours).toEqual(await apt.install(names, wants.recommends));
  }),
);

function answerOf(repositories: readonly IndexedRepository[], wants: Wants): AptAnswer {
  try {
    const { packages } = selectPackages(repositories, wants);
    return { packages: packages.map((each) => `${each.name} ${each.version}`).sort() };
  } catch (error) {
    if (error instanceof TareError && error.code === "UNSATISFIABLE") return { refused: error.message };
    throw error;
  }
}

/** A line that begins with the name and a colon; undefined when both say the same. */
function compare(name: string, apt: AptAnswer, ours: AptAnswer): string | undefined {
  if ("refused" in apt) return "refused" in ours ? undefined : `${name}: only apt refuses: ${apt.refused}`;
  if ("refused" in ours) return `${name}: only we refuse: ${ours.refused}`;
  const onlyApt = apt.packages.filter((each) => !ours.packages.includes(each));
  const onlyOurs = ours.packages.filter((each) => !apt.packages.includes(each));
  if (onlyApt.length + onlyOurs.length === 0) return undefined;
  return `${name}: only apt: ${onlyApt.join(", ")}; only ours: ${onlyOurs.join(", ")}`;
}

/** The first column of the table in docs/apt-differences.md. */
function explainedDifferences(): Set<string> {
  const text = readFileSync(new URL("../../docs/apt-differences.md", import.meta.url), "utf8");
  return new Set(Array.from(text.matchAll(/^\| `([^`]+)` \|/gm), ([, name]) => name as string));
}
