/**
 * examples/shout by `tare build`, and by what one would use otherwise: `npm ci` and `tar | gzip`, and buildah on what
 * npm left. All fetch from one loopback copy of this machine's npm registry, and tare its Debian packages from one
 * local mirror.
 *
 * What they do differently: tare (as it is published, Node's start included) checks Debian's signature, resolves what
 * its recipe asks for, fetches the application, the Node.js binary and the libraries that this needs, writes a lock
 * and an image with layers and digests, and syncs each file to the disk. `npm ci --omit=dev --ignore-scripts` installs
 * from a lock that is there; tar and gzip then pack node_modules and the Node.js that runs this bench, which nobody
 * had to fetch, without a library, a digest or an image. buildah makes an image FROM scratch of those two, and writes
 * it as an OCI layout.
 *
 * "Cold" is an empty store, an empty npm cache and an empty image storage. "Warm" is all of them filled and nothing
 * changed; npm lays node_modules out again all the same. "Change" is one line more in a file of the application's own,
 * and everything else as it was.
 *
 * Usage: `npm [ROUNDS] [cold | warm | change]...`, as root for buildah.
 */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { findPeer } from "../test/kit/peers.ts";
import { withFolder } from "../test/kit/temporary.ts";
import { type LocalMirror, localMirror } from "./kit/local-mirror.ts";
import { measure, median, type Run, ratio, told } from "./kit/measure.ts";
import { withNpmMirror } from "./kit/npm-mirror.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 3);
const parts = process.argv.slice(3);
const asked = (part: string) => parts.length === 0 || parts.includes(part);
const example = join(import.meta.dirname, "../examples/shout");
const withBuildah = process.getuid?.() === 0 && findPeer("buildah") !== undefined;
if (!withBuildah) console.log("no buildah here, or not root: without it");

await withFolder(async (folder) => {
  // apt drops to an account of its own for fetching.
  chmodSync(folder, 0o755);
  const place = join(folder, "app");
  mkdirSync(join(place, "src"), { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) {
    copyFileSync(join(example, file), join(place, file));
    chmodSync(join(place, file), 0o644);
  }
  const own = join(place, "src/own.js");
  writeFileSync(own, "// what a developer changes\n".repeat(400));
  copyFileSync(process.execPath, join(place, "node"));
  writeFileSync(
    join(place, "Dockerfile"),
    "FROM scratch\nCOPY node /usr/local/bin/node\nCOPY node_modules /app/node_modules\nCOPY src /app/src\n",
  );

  const program = publishedTare(folder);
  const tare = (...args: string[]) =>
    measure([...program, ...args, "--store", join(folder, "store"), "--quiet"], place);
  const shell = (line: string) => measure(["sh", "-c", line], place);
  const ci = "npm ci --omit=dev --ignore-scripts --no-audit --no-fund";
  const buildah = `buildah --root ${folder}/buildah --runroot ${folder}/buildah-run`;
  const image = `${buildah} build --isolation chroot --layers --quiet --tag app .`;
  const layout = `${buildah} push --quiet app oci:peer`;
  const everything: Record<string, () => Run> = {
    "tare, OCI layout": () => tare("build", "--to", "oci:layout"),
    "tare, docker archive": () => tare("build", "--to", "docker-archive:archive.tar"),
    "tare zstd, OCI layout": () => tare("build", "--to", "oci:layout", "--compression", "zstd"),
    "npm ci, tar | gzip": () => shell(`${ci} && tar -cf - node src node_modules | gzip >packed.tar.gz`),
    ...(withBuildah && { "npm ci, buildah": () => shell(`${ci} && ${image} && ${layout}`) }),
  };
  const forget = () => {
    for (const each of ["tare.lock", "node_modules", "layout", "archive.tar", "packed.tar.gz", "peer"])
      rmSync(join(place, each), { recursive: true, force: true });
    for (const each of ["store", "npm-cache", "buildah"])
      rmSync(join(folder, each), { recursive: true, force: true });
  };

  const mirror = await localMirror(folder);
  await withNpmMirror(join(folder, "registry"), async (registry) => {
    process.env.npm_config_registry = registry;
    process.env.npm_config_cache = join(folder, "npm-cache");
    await bringLibraries(mirror, place, tare);
    // Whatever they will ask the registry for is on this machine before anything is measured.
    for (const run of Object.values(everything)) run();

    if (asked("cold")) compare("cold", everything, forget, rounds);
    for (const run of Object.values(everything)) run();
    if (asked("warm")) compare("warm", everything, () => {}, rounds);
    if (asked("change")) {
      const ours = Object.entries(everything).filter(([name]) => name.startsWith("tare"));
      const contenders = {
        ...Object.fromEntries(ours),
        ...(withBuildah && {
          "buildah, its storage only": () => shell(image),
          buildah: () => shell(`${image} && ${layout}`),
        }),
      };
      const runs = compare(
        "one line changed",
        contenders,
        () => appendFileSync(own, "// changed\n"),
        3 * rounds,
      );
      const times = (runs.get("tare, OCI layout") as Run[]).map(({ wall }) => wall * 1000);
      console.log(`  tare, OCI layout (goal 300): ${median(times).toFixed(0)} ms`);
    }
  });
});

/** Each contender once a round, in turn, and how long the others take beside the first. */
function compare(
  name: string,
  contenders: Record<string, () => Run>,
  before: () => void,
  times: number,
): ReadonlyMap<string, readonly Run[]> {
  console.log(`${name}; ${times} rounds (load of the machine ${loadavg()[0]?.toFixed(1)})`);
  const runs = new Map(Object.keys(contenders).map((contender) => [contender, [] as Run[]]));
  for (let round = 0; round < times; round += 1)
    for (const [contender, run] of Object.entries(contenders)) {
      before();
      runs.get(contender)?.push(run());
    }
  const [[first, ours] = ["", []]] = runs;
  for (const [contender, all] of runs) console.log(`  ${contender.padEnd(26)} ${told(all)}`);
  for (const [contender, all] of runs)
    if (!contender.startsWith("tare")) console.log(`  ${contender} / ${first}: ${ratio(all, ours)}`);
  return runs;
}

/** Locks what Node.js needs of Debian, brings those packages' files to the mirror, and leaves the whole recipe. */
async function bringLibraries(
  mirror: LocalMirror,
  place: string,
  tare: (...args: string[]) => Run,
): Promise<void> {
  const debian = `  - from: debian
    suite: bookworm
    updates: false
    security: false
    mirror: file://${mirror.folder}
    keyring: ${mirror.keyring}
    include: [libstdc++6]
`;
  const recipe = join(place, "tare.yaml");
  writeFileSync(recipe, `name: shout\npackages:\n${debian}`);
  tare("lock");
  const lock = parse(readFileSync(join(place, "tare.lock"), "utf8"));
  const packages = Object.values<{ name: string }[]>(lock.platforms).flat();
  await mirror.add(packages.map(({ name }) => name));
  const files = "files:\n  - { to: /app/src, from: src }\n";
  writeFileSync(recipe, `name: shout\npackages:\n${debian}  - { from: npm, project: . }\n${files}`);
}
