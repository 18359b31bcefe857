import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { planRepositories } from "../../src/sources/fedora/plan.ts";
import type { FedoraRequest } from "../../src/sources/fedora/request.ts";
import { resolveFedora } from "../../src/sources/fedora/resolve.ts";
import { type DnfAnswer, DnfPeer } from "../kit/dnf.ts";
import { memoryStore } from "../kit/memory-store.ts";
import { needsPeers } from "../kit/peers.ts";
import { buildRpms } from "../kit/rpm-package.ts";
import { rpmRepository } from "../kit/rpm-repository.ts";
import { drawWants, rpmUniverse, type Universe } from "../kit/rpm-universe.ts";
import { fetchFrom } from "../kit/serve.ts";
import { withFolder } from "../kit/temporary.ts";

/** More for a closer look, from another place: `DNF_REQUESTS=300 DNF_UNIVERSE=7 npx vitest run …`. */
const sample = Number(process.env.DNF_REQUESTS ?? 40);
const seed = Number(process.env.DNF_UNIVERSE ?? 1);
const names = 60;

interface Peers {
  readonly universe: Universe;
  readonly dnf: (wants: readonly string[], recommends: boolean) => Promise<DnfAnswer>;
  readonly ours: (wants: readonly string[], recommends: boolean) => Promise<DnfAnswer>;
}

/** One repository of real packages for both. */
function withPeers(context: TestContext, use: (peers: Peers) => Promise<void>): Promise<void> {
  needsPeers(context, "dnf", "rpmbuild", "createrepo_c");
  return withFolder(async (folder) => {
    const universe = rpmUniverse(names, seed);
    const files = await rpmRepository(await buildRpms(universe.packages));
    const repository = join(folder, "repository");
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(repository, path)), { recursive: true });
      await writeFile(join(repository, path), bytes);
    }
    const dnf = await DnfPeer.in(join(folder, "dnf"), repository);
    const store = memoryStore();
    const fetch = fetchFrom("http://mirror.example/test", files);
    await use({
      universe,
      dnf: (wants, recommends) => dnf.install(wants, { recommends }),
      ours: async (include, recommends) => {
        const request = { ...anything, include, recommends };
        const host = { readHostFile: async () => undefined, listHostFolder: async () => [] };
        const readKeyFile = () => Promise.reject(new Error("no keys are needed"));
        const readRepoFile = () => Promise.reject(new Error("no .repo file is named"));
        const machine = { host, readKeyFile, readRepoFile };
        const { repositories } = await planRepositories(request, { environment: {}, ...machine });
        const seams = { store, fetch, now: () => new Date("2026-01-01") };
        try {
          const { packages } = await resolveFedora(request, repositories, ["x86_64"], () => [], seams);
          return {
            packages: packages
              .flat()
              .map(({ name, version, architecture }) => `${name} ${version} ${architecture}`)
              .sort(),
          };
        } catch (error) {
          if (error instanceof TareError && error.code === "UNSATISFIABLE") return { refused: error.message };
          throw error;
        }
      },
    });
  });
}

const anything: FedoraRequest = {
  from: "dnf",
  repositories: [
    {
      name: "test",
      baseurl: ["http://mirror.example/test"],
      allowUnsigned: true,
      signedIndex: false,
      exclude: [],
    },
  ],
  repoFiles: [],
  keyring: [],
  keys: [],
  allowUnsigned: true,
  include: [],
  exclude: [],
  recommends: false,
};

test.for([
  ["without weak dependencies", false, sample],
  ["with weak dependencies", true, Math.ceil(sample / 4)],
] as const)(
  "%s, dnf chooses the same packages as we do",
  { timeout: 1_800_000 },
  ([, recommends, count], context) =>
    withPeers(context, async ({ universe, dnf, ours }) => {
      const differing: string[] = [];
      const refused: string[][] = [];
      for (let at = 0; at < count; at += 1) {
        const wants = drawWants(universe, seed * 1_000 + at);
        const [theirs, own] = [await dnf(wants, recommends), await ours(wants, recommends)];
        if ("refused" in theirs) refused.push(wants);
        const difference = compare(wants, theirs, own);
        if (difference !== undefined) differing.push(difference);
      }
      expect(differing).toEqual([]);
      // Neither of the two answers is the only one.
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(count / 2);
    }),
);

/** Undefined when both say the same. */
function compare(wants: readonly string[], dnf: DnfAnswer, ours: DnfAnswer): string | undefined {
  const what = wants.join(" ");
  if ("refused" in dnf) return "refused" in ours ? undefined : `${what}: only dnf refuses: ${dnf.refused}`;
  if ("refused" in ours) return `${what}: only we refuse: ${ours.refused}`;
  const onlyDnf = dnf.packages.filter((each) => !ours.packages.includes(each));
  const onlyOurs = ours.packages.filter((each) => !dnf.packages.includes(each));
  if (onlyDnf.length + onlyOurs.length === 0) return undefined;
  return `${what}: only dnf: ${onlyDnf.join(", ")}; only ours: ${onlyOurs.join(", ")}`;
}
