/**
 * Roots from packages that are each signed by itself, as Fedora's are, by `tare build` and by `dnf --installroot …
 * install`: `small`, 11 packages of next to nothing out of a repository of 60 names, and `real`, 60 packages with files of
 * this machine (see kit/dealt-files.ts; payloads in zstd). Then `primary`, what a large primary.xml takes, unpacking
 * (zstd), checking and the programs' starts included: `tare lock` of a recipe that wants none of its 60,000 packages, and
 * `dnf makecache`.
 *
 * Both read the same folder (`file://`), check every package's signature against the same key, and choose the same
 * packages (test/foreign/dnf.test.ts); there are no scriptlets to run. What they do differently: dnf leaves a folder
 * with a database, tare writes an image with a lock, layers and digests, and syncs every file to the disk. tare is as it
 * is published, Node's start included.
 *
 * "Cold" is no store, no cache and no root. "Warm" is all that either keeps, and nothing changed: dnf's metadata, its
 * packages, its binary caches and the root; then dnf finds that everything is there. "Again" is the same without the
 * image and without the root: what has to be made anew from what is kept.
 *
 * Usage, as root for dnf: `rpm [ROUNDS] [small | real | primary]...`
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";
import { buildRpms, type RpmData } from "../test/kit/rpm-package.ts";
import { rpmRepository } from "../test/kit/rpm-repository.ts";
import { rpmSigner } from "../test/kit/rpm-signer.ts";
import { rpmUniverse } from "../test/kit/rpm-universe.ts";
import { withFolder } from "../test/kit/temporary.ts";
import { dealtFiles, dealtTold } from "./kit/dealt-files.ts";
import { measure, type Run, ratio, told } from "./kit/measure.ts";
import { primaryXml } from "./kit/primary-xml.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 3);
const parts = process.argv.slice(3);
const asked = (part: string) => parts.length === 0 || parts.includes(part);

console.log(`load ${loadavg()[0]?.toFixed(1)}, ${rounds} rounds`);
await withFolder(async (folder) => {
  const program = publishedTare(folder);
  if (asked("small")) {
    const { packages } = rpmUniverse(60, 1);
    // rpm refuses some transactions that dnf chose with conflicts.
    const peaceful = packages.map((each) => ({ ...each, conflicts: [], obsoletes: [] }));
    await image(join(folder, "small"), program, [peaceful], ["pkg52", "pkg54", "pkg44"]);
  }
  if (asked("real")) {
    const dealt = dealtFiles(60);
    console.log(`real: ${dealt.length} packages, ${dealtTold(dealt)}`);
    const packages = dealt.map((files, at) => ({ name: `real${at}`, files }));
    const include = packages.map(({ name }) => name);
    // Each by itself: rpmbuild would take longer for all their files than the kit lets a program run.
    const batches = packages.map((each) => [each]);
    await image(join(folder, "real"), program, batches, include);
  }
  if (asked("primary")) await primary(folder, program);
});

async function primary(folder: string, program: readonly string[]): Promise<void> {
  const count = 60_000;
  const file = join(folder, "primary.xml.zst");
  const hash = createHash("sha256");
  let bytes = 0;
  async function* counted() {
    for (const chunk of primaryXml(count)) {
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  await pipeline(
    counted,
    createZstdCompress(),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  mkdirSync(join(folder, "large/repodata"), { recursive: true });
  const name = "repodata/primary.xml.zst";
  renameSync(file, join(folder, "large", name));
  writeFileSync(
    join(folder, "large/repodata/repomd.xml"),
    `<repomd><data type="primary"><checksum type="sha256">${hash.digest("hex")}</checksum><location href="${name}"/></data></repomd>`,
  );
  const place = join(folder, "large-recipe");
  mkdirSync(place);
  const repositories = [{ name: "large", baseurl: `file://${folder}/large`, "allow-unsigned": true }];
  const packages = [{ from: "dnf", repositories }];
  writeFileSync(join(place, "tare.yaml"), JSON.stringify({ name: "large", packages }));
  const store = join(folder, "large-store");
  const lock = [...program, "lock", "--store", store, "--quiet"];
  const cache = join(folder, "large-cache");
  const conf = join(folder, "large-dnf.conf");
  writeFileSync(
    conf,
    `[main]\nplugins=0\nreposdir=/dev/null\ncachedir=${cache}\nlogdir=${folder}/large-log\nmetadata_expire=-1\n` +
      `[large]\nname=large\nbaseurl=file://${folder}/large\ngpgcheck=0\n`,
  );
  const makecache = ["dnf", "-c", conf, "--releasever=1", "--forcearch=x86_64", "makecache"];
  console.log(`primary.xml of ${count} packages, ${(bytes / 1e6).toFixed(0)} MB`);
  for (const name of ["cold", "again"]) {
    const ours: Run[] = [];
    const theirs: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      if (name === "cold")
        for (const old of [store, join(place, "tare.lock"), cache])
          rmSync(old, { recursive: true, force: true });
      ours.push(measure(lock, place));
      theirs.push(measure(makecache, folder));
    }
    console.log(`primary, ${name}:`);
    console.log(`  tare lock     ${told(ours)}`);
    console.log(`  dnf makecache ${told(theirs)}`);
    console.log(`  dnf takes ${ratio(theirs, ours)}`);
  }
}

async function image(
  folder: string,
  program: readonly string[],
  batches: readonly (readonly RpmData[])[],
  include: readonly string[],
): Promise<void> {
  mkdirSync(folder);
  const repository = join(folder, "repository");
  const signer = await rpmSigner(folder);
  await signer.makeKey("bench", "rsa2048");
  const signed: { fileName: string; bytes: Uint8Array }[] = [];
  for (const batch of batches)
    for (const { fileName, bytes } of await buildRpms(batch))
      signed.push({ fileName, bytes: await signer.sign(bytes, "bench") });
  for (const [path, bytes] of await rpmRepository(signed)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), bytes);
  }
  const key = await signer.keyFile("bench");
  await signer.close();

  const place = join(folder, "recipe");
  mkdirSync(place);
  const recipe = {
    name: "bench",
    packages: [
      {
        from: "dnf",
        repositories: [{ name: "bench", baseurl: `file://${repository}` }],
        keyring: key,
        include,
      },
    ],
    to: ["oci:image"],
  };
  writeFileSync(join(place, "tare.yaml"), JSON.stringify(recipe));
  const store = join(folder, "store");
  const tare = () => measure([...program, "build", "--store", store, "--quiet"], place);

  const root = join(folder, "root");
  const cache = join(folder, "cache");
  const conf = join(folder, "dnf.conf");
  writeFileSync(
    conf,
    `[main]\nplugins=0\nkeepcache=1\ninstall_weak_deps=0\nreposdir=/dev/null\ncachedir=${cache}\nlogdir=${folder}/log\n` +
      `metadata_expire=-1\n[bench]\nname=bench\nbaseurl=file://${repository}\ngpgcheck=1\ngpgkey=file://${key}\n`,
  );
  const dnf = () =>
    measure(
      [
        "dnf",
        "-c",
        conf,
        "--releasever=1",
        "--forcearch=x86_64",
        `--installroot=${root}`,
        "-y",
        "install",
        ...include,
      ],
      folder,
    );

  const remove = (...paths: string[]) => {
    for (const path of paths) rmSync(path, { recursive: true, force: true });
  };
  const image = join(place, "image");
  const before: Record<string, () => void> = {
    cold: () => remove(store, image, join(place, "tare.lock"), root, cache),
    again: () => remove(image, root),
    warm: () => {},
  };
  for (const [name, prepare] of Object.entries(before)) {
    const ours: Run[] = [];
    const theirs: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      prepare();
      ours.push(tare());
      theirs.push(dnf());
    }
    const listed = execFileSync("rpm", ["--root", root, "-qa"], { encoding: "utf8" }).trim().split("\n");
    const found = listed.filter((each) => !each.startsWith("gpg-pubkey")).length;
    const lock = readFileSync(join(place, "tare.lock"), "utf8").match(/"?location"?:/g)?.length;
    console.log(`${basename(folder)}, ${name}: ${found} packages by dnf, ${lock} by tare`);
    console.log(`  tare ${told(ours)}`);
    console.log(`  dnf  ${told(theirs)}`);
    console.log(`  dnf takes ${ratio(theirs, ours)}`);
  }
}
