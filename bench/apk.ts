/**
 * Packages of a signed repository made into a root: by `tare build` and by `apk add --root … --initdb`, the real one, from
 * Alpine's minirootfs in a chroot. `small` are the packages of that minirootfs, packed and signed again; `real` are 60
 * packages with files of this machine (see kit/dealt-files.ts).
 *
 * Both read the same folder, check its index's signature and every package against it, and end with the same files and
 * database (test/foreign/apk-root.test.ts). What they do differently: apk runs the packages' scripts and leaves a
 * folder; tare writes an image with a lock, layers and digests, and syncs every file to the disk. tare is as it is
 * published, Node's start included.
 *
 * "Cold" is no store and no root. "Warm" is all that either keeps, and nothing changed: apk then finds that everything is
 * there. "Again" is the same without the image and without the root.
 *
 * Usage, as root for chroot: `apk [ROUNDS] [small | real]...`
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, join } from "node:path";
import { readMinirootfs } from "../test/kit/apk-minirootfs.ts";
import { type ApkData, apkSigner } from "../test/kit/apk-package.ts";
import { apkProgram, placeRepository } from "../test/kit/apk-program.ts";
import { apkRepository } from "../test/kit/apk-repository.ts";
import { withFolder } from "../test/kit/temporary.ts";
import { dealtFiles, dealtTold } from "./kit/dealt-files.ts";
import { measure, type Run, ratio, told } from "./kit/measure.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 5);
const parts = process.argv.slice(3);
const asked = (part: string) => parts.length === 0 || parts.includes(part);

await withFolder(async (folder) => {
  const program = publishedTare(folder);
  console.log(`load ${loadavg()[0]?.toFixed(1)}, ${rounds} rounds`);
  if (asked("small")) {
    const { packages, world } = await readMinirootfs();
    await image(join(folder, "small"), program, packages, world);
  }
  if (asked("real")) {
    const dealt = dealtFiles(60);
    console.log(`real: ${dealt.length} packages, ${dealtTold(dealt)}`);
    const packages = dealt.map((files, at) => ({ name: `real${at}`, files }));
    const world = packages.map(({ name }) => name);
    await image(join(folder, "real"), program, packages, world);
  }
});

async function image(
  folder: string,
  program: readonly string[],
  packages: readonly ApkData[],
  world: readonly string[],
): Promise<void> {
  mkdirSync(folder);
  const signer = apkSigner();
  const peer = await apkProgram(folder);
  await placeRepository(peer, "repository", apkRepository(packages, { signer }));
  writeFileSync(join(peer.root, "etc/apk/keys", signer.name), signer.publicPem);
  mkdirSync(join(peer.root, "made/etc/apk/keys"), { recursive: true });

  const place = join(folder, "recipe");
  mkdirSync(place);
  writeFileSync(join(place, signer.name), signer.publicPem);
  const repositories = [{ url: `file://${peer.root}/repository` }];
  const recipe = {
    name: "bench",
    platforms: ["linux/amd64"],
    packages: [{ from: "apk", repositories, keyring: signer.name, include: world }],
    to: ["oci:image"],
  };
  writeFileSync(join(place, "tare.yaml"), JSON.stringify(recipe));
  const store = join(folder, "store");
  const image = join(place, "image");
  const made = join(peer.root, "made");
  const tare = () => measure([...program, "build", "--store", store, "--quiet"], place);
  const from = [
    "--repositories-file",
    "/dev/null",
    "--repository",
    "/repository",
    "--keys-dir",
    "/etc/apk/keys",
  ];
  const add = [
    "chroot",
    peer.root,
    "/sbin/apk",
    "add",
    "--quiet",
    "--root",
    "/made",
    "--initdb",
    ...from,
    ...world,
  ];
  const remove = (...paths: string[]) => {
    for (const path of paths) rmSync(path, { recursive: true, force: true });
  };
  const before: Record<string, () => void> = {
    cold: () => remove(store, image, join(place, "tare.lock"), made),
    again: () => remove(image, made),
    warm: () => {},
  };
  for (const [name, prepare] of Object.entries(before)) {
    const ours: Run[] = [];
    const theirs: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      prepare();
      mkdirSync(made, { recursive: true });
      ours.push(tare());
      theirs.push(measure(add, folder));
    }
    console.log(`${basename(folder)}, ${name}: ${packages.length} packages`);
    console.log(`  tare ${told(ours)}`);
    console.log(`  apk  ${told(theirs)}`);
    console.log(`  apk takes ${ratio(theirs, ours)}`);
  }
}
