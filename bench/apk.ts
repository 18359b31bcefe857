/**
 * The packages of Alpine's minirootfs, packed and signed again into a repository, made into a root: by `tare build` and
 * by `apk add --root … --initdb`, the real one, from the minirootfs in a chroot.
 *
 * Both read the same folder, check its index's signature and every package against it, and end with the same files and
 * database (test/foreign/apk-root.test.ts). What they do differently: apk runs the packages' scripts and leaves a
 * folder; tare writes an image with a lock, layers and digests, and syncs every file to the disk. tare is as it is
 * published, Node's start included.
 *
 * "Cold" is no store and no root. "Warm" is all that either keeps, and nothing changed: apk then finds that everything is
 * there. "Again" is the same without the image and without the root.
 *
 * Usage, as root for chroot: `apk [ROUNDS]`
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { readMinirootfs } from "../test/kit/apk-minirootfs.ts";
import { apkSigner } from "../test/kit/apk-package.ts";
import { apkProgram, placeRepository } from "../test/kit/apk-program.ts";
import { apkRepository } from "../test/kit/apk-repository.ts";
import { withFolder } from "../test/kit/temporary.ts";
import { measure, type Run, ratio, told } from "./kit/measure.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 5);

await withFolder(async (folder) => {
  const program = publishedTare(folder);
  const { packages, world } = await readMinirootfs();
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
  console.log(`load ${loadavg()[0]?.toFixed(1)}, ${rounds} rounds, ${packages.length} packages`);
  for (const [name, prepare] of Object.entries(before)) {
    const ours: Run[] = [];
    const theirs: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      prepare();
      mkdirSync(made, { recursive: true });
      ours.push(tare());
      theirs.push(measure(add, folder));
    }
    console.log(`${name}: tare ${told(ours)}`);
    console.log(`${name}: apk  ${told(theirs)}`);
    console.log(`${name}: apk takes ${ratio(theirs, ours)}`);
  }
});
