import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { parseApkIndex } from "../../src/formats/apk/index-record.ts";
import { selectPackages } from "../../src/sources/alpine/select.ts";
import type { IndexedRepository } from "../../src/sources/alpine/wants.ts";
import { manyApks, requestOf, seeded } from "../kit/apk-generated.ts";
import { type ApkData, apkIndexOf, builtApk } from "../kit/apk-package.ts";
import { type ApkProgram, apkProgram, placeRepository } from "../kit/apk-program.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

async function chosenByApk(peer: ApkProgram, request: readonly string[]): Promise<string[] | undefined> {
  const { code, text } = await peer.run(
    "add",
    "--root=/target",
    "--simulate",
    "--arch=x86_64",
    "--allow-untrusted",
    "--no-network",
    "--repositories-file=/repositories",
    ...request,
  );
  if (code !== 0) return undefined;
  const lines = text.matchAll(/Installing ([^\s@]+)(?:@edge)? \((\S+)\)/g);
  return [...lines].map(([, name, version]) => `${name} ${version}`).sort();
}

describe("packages chosen as apk chooses them", () => {
  test.for([1, 2, 3, 4, 5, 6, 7, 8])(
    "the same set, over repositories of generated packages (seed %i)",
    { timeout: 120_000 },
    async (seed, context) => {
      needsRoot(context);
      needsPeers(context, "chroot");
      await withFolder(async (folder) => {
        const peer = await apkProgram(folder);
        const repositories = await placed(peer, manyApks(seed));
        const next = seeded(seed * 7919);
        const differences: string[] = [];
        let solved = 0;
        for (let turn = 0; turn < 80; turn += 1) {
          const request = requestOf(next);
          const want = await chosenByApk(peer, request);
          // Where apk gives up, another way may still be found.
          if (want === undefined) continue;
          solved += 1;
          const got = chosenByTare(repositories, request);
          if (want.join() !== got.join())
            differences.push(`${request.join(" ")}:\n  apk  ${want.join(", ")}\n  tare ${got.join(", ")}`);
        }
        expect(differences).toEqual([]);
        expect(solved).toBeGreaterThan(5);
      });
    },
  );

  test("where apk's own way ends and another is found, apk adds nothing to what was chosen", async (context) => {
    needsRoot(context);
    needsPeers(context, "chroot");
    let found = 0;
    for (const seed of [7, 22, 29])
      await withFolder(async (folder) => {
        const peer = await apkProgram(folder);
        const repositories = await placed(peer, manyApks(seed));
        const next = seeded(seed * 104_729);
        for (let turn = 0; turn < 80; turn += 1) {
          const request = requestOf(next);
          if ((await chosenByApk(peer, request)) !== undefined) continue;
          const got = chosenByTare(repositories, request);
          if (!/^p\d+ [\d.]+(?:_rc\d)?-r\d$/.test(got[0] ?? "")) continue;
          const exactly = got.map((one) => one.replace(" 3.0-r0", "@edge 3.0-r0").replace(" ", "="));
          const want = await chosenByApk(peer, exactly);
          // Where something is set off that cannot come, apk gives up even so.
          if (want === undefined) continue;
          found += 1;
          expect(got, request.join(" ")).toEqual(want);
        }
      });
    expect(found).toBeGreaterThan(20);
  }, 300_000);

  test("nothing of a tagged repository, unless for what is wanted with its tag", async (context) => {
    needsRoot(context);
    needsPeers(context, "chroot");
    await withFolder(async (folder) => {
      const peer = await apkProgram(folder);
      const main: ApkData[] = [{ name: "base" }];
      const edge: ApkData[] = [
        { name: "tool", depends: ["base", "lib"] },
        { name: "lib" },
        { name: "baselayout" },
        { name: "iff", installIf: ["tool"] },
      ];
      const repositories = await placed(peer, { main, edge });
      for (const request of [["tool@edge"], ["tool@edge", "lib"], ["tool@edge", "baselayout@edge"]]) {
        const want = await chosenByApk(peer, request);
        expect(want).toContain("iff 1.0-r0");
        expect(chosenByTare(repositories, request)).toEqual(want);
      }
      for (const request of [["baselayout"], ["tool@edge", "baselayout"], ["lib@edge", "tool"]]) {
        expect(await chosenByApk(peer, request)).toBeUndefined();
        expect(chosenByTare(repositories, request).join()).toContain("is in a tagged repository");
      }
    });
  });

  test("nor for what a want with its tag might have led to, and did not", async (context) => {
    needsRoot(context);
    needsPeers(context, "chroot");
    await withFolder(async (folder) => {
      const peer = await apkProgram(folder);
      const main: ApkData[] = [{ name: "a", provides: ["v=1"], providerPriority: 100 }];
      const edge: ApkData[] = [
        { name: "tool", depends: ["v"] },
        { name: "b", provides: ["v=1"], providerPriority: 10, depends: ["baselayout"] },
        { name: "baselayout" },
      ];
      const repositories = await placed(peer, { main, edge });
      const request = ["tool@edge", "baselayout"];
      expect(await chosenByApk(peer, request)).toBeUndefined();
      expect(chosenByTare(repositories, request).join()).toContain("is in a tagged repository");
      expect(chosenByTare(repositories, ["tool@edge"])).toEqual(await chosenByApk(peer, ["tool@edge"]));
    });
  });
});

/** Two repositories, where the real apk reads them and as tare has them. */
async function placed(
  peer: ApkProgram,
  { main, edge }: { readonly main: readonly ApkData[]; readonly edge: readonly ApkData[] },
): Promise<IndexedRepository[]> {
  const stanzas = { main: stanzasOf(main), edge: stanzasOf(edge) };
  await mkdir(join(peer.root, "target"));
  await peer.run("add", "--root=/target", "--initdb", "--arch=x86_64", "--no-network");
  await writeFile(join(peer.root, "repositories"), "/main\n@edge /edge\n");
  for (const name of ["main", "edge"] as const)
    await placeRepository(peer, name, new Map([["x86_64/APKINDEX.tar.gz", apkIndexOf(stanzas[name])]]));
  return [
    { repository: "main", records: parseApkIndex(`${stanzas.main.join("\n")}\n`, "main") },
    { repository: "edge", records: parseApkIndex(`${stanzas.edge.join("\n")}\n`, "edge"), tag: "edge" },
  ];
}

function stanzasOf(packages: readonly ApkData[]): string[] {
  return packages.map((data) => builtApk(data).stanza);
}

function chosenByTare(repositories: readonly IndexedRepository[], include: readonly string[]): string[] {
  try {
    return selectPackages(repositories, { include, exclude: [], architecture: "x86_64" })
      .map(({ candidate: { record } }) => `${record.name} ${record.version}`)
      .sort();
  } catch (error) {
    if (error instanceof TareError) return [error.message];
    throw error;
  }
}
