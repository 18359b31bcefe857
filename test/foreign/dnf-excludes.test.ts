import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { packagesNamed } from "../../src/sources/fedora/named-packages.ts";
import { DnfPeer } from "../kit/dnf.ts";
import { needsPeers } from "../kit/peers.ts";
import { rpmIndex } from "../kit/rpm-index.ts";
import { buildRpms, type RpmData } from "../kit/rpm-package.ts";
import { rpmRepository } from "../kit/rpm-repository.ts";
import { withFolder } from "../kit/temporary.ts";

const packages: readonly RpmData[] = [
  { name: "app", version: "1.0" },
  { name: "app", version: "2.0", release: "3", provides: ["program"], files: { "usr/bin/app": "" } },
  { name: "app", version: "2.0", release: "3", arch: "i686" },
  { name: "app-extra" },
  { name: "lib", version: "1.0" },
  { name: "lib", version: "2.0", epoch: 1 },
  { name: "x-1.0", version: "2" },
  { name: "x", version: "1.0" },
  { name: "data", arch: "noarch" },
];
const words = [
  ...["app", "app-2.0", "app-2.0-3", "app-2.0-3.x86_64", "app.i686", "app-0:2.0-3.x86_64", "app-2.0.x86_64"],
  ...["lib-1:2.0", "lib-0:2.0", "lib-1:2.0-1.x86_64", "lib-2.0", "x-1.0", "APP", "program", "/usr/bin/app"],
  ...[
    "app*",
    "ap?",
    "[ab]pp",
    "l[!x]b",
    "l[z-a]b",
    "l[i",
    "app-[23].0",
    "*.noarch",
    "*-2.0-*",
    "*2.0*",
    "*-1",
  ],
  ...["lib-*:2.0", "lib*:*", "*:1.0-1", "lib-2.0*x86_64", "app-0:2.0*x86_64", "lib-?.0", "*1.x86_64", "*.*"],
];

test("a word of exclude means what it means under dnf's excludepkgs", { timeout: 120_000 }, (context) => {
  needsPeers(context, "dnf", "rpmbuild", "createrepo_c");
  return withFolder(async (folder) => {
    const files = await rpmRepository(await buildRpms(packages));
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, "repository", path)), { recursive: true });
      await writeFile(join(folder, "repository", path), bytes);
    }
    const dnf = await DnfPeer.in(join(folder, "dnf"), join(folder, "repository"));
    const index = rpmIndex(
      packages.map(({ name, version = "1.0", release = "1", epoch = 0, arch = "x86_64" }) => ({
        ...{ name, version, release, epoch: String(epoch), architecture: arch },
      })),
    );
    for (const word of words) {
      const fits = packagesNamed(word, [index]);
      const left = [...index.records()].filter((record) => !fits?.(record));
      const names = left.map(
        (one) => `${one.name}-${one.epoch}:${one.version}-${one.release}.${one.architecture}`,
      );
      expect([word, ...names.sort()]).toEqual([word, ...(await dnf.without(word))]);
    }
  });
});
