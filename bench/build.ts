/**
 * `tare build` beside mmdebstrap and `dpkg-deb -x`, from one local mirror: the whole index of Debian's `main` as this
 * machine's apt has it, signed again, with the real files of the packages. Debian's minbase set, docs kept, and a Node
 * runtime set.
 *
 * What they do differently: tare (built as it is published, Node's start included) checks the signature, packs the
 * index for later, chooses, fetches into its store, unpacks, does by itself what the maintainer scripts would, packs,
 * writes the lock and a docker archive with layers and digests, and syncs every file to the disk; as an ordinary
 * program, without a root directory. `mmdebstrap --variant=extract` checks, chooses and unpacks to a directory and
 * packs that as one tar, without maintainer scripts, digests or syncing; `--variant=minbase` installs, running the
 * maintainer scripts for real; `dpkg-deb -x` only unpacks. "Cold" is an empty store. Seconds are of the clock and,
 * since neighbours disturb those, of the processor; memory is that of the largest single process.
 *
 * Usage: `build [ROUNDS] [cold | warm | changed | node]...`, as root for mmdebstrap's root mode.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { findPeer } from "../test/kit/peers.ts";
import { withFolder } from "../test/kit/temporary.ts";
import { type LocalMirror, localMirror, writeIndex } from "./kit/local-mirror.ts";
import { measure, median, type Run, ratio, told } from "./kit/measure.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 3);
const parts = process.argv.slice(3);
const asked = (part: string) => parts.length === 0 || parts.includes(part);
for (const peer of ["mmdebstrap", "dpkg-deb", "apt-get", "xz", "/usr/bin/time"])
  if (!peer.startsWith("/") && findPeer(peer) === undefined) throw new Error(`not installed here: ${peer}`);

interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly location: string;
}

await withFolder(async (folder) => {
  // apt drops to an account of its own for fetching.
  chmodSync(folder, 0o755);
  const program = publishedTare(folder);
  const mirror = await localMirror(folder);

  const tare = (place: string, ...args: string[]) =>
    measure([...program, ...args, "--store", join(place, "store"), "--quiet"], place);
  const cold = (place: string, ...args: string[]) => {
    for (const left of ["store", "tare.lock", "out"])
      rmSync(join(place, left), { recursive: true, force: true });
    return tare(place, "build", "--to", "docker-archive:out", ...args);
  };
  const mmdebstrap = (variant: string, form: string, ...args: string[]) => {
    const source = `deb [signed-by=${mirror.keyring}] copy://${mirror.folder} bookworm main`;
    const options = [
      "--quiet",
      "--mode=root",
      `--variant=${variant}`,
      `--keyring=${mirror.keyring}`,
      ...args,
    ];
    const out = join(folder, `peer.${form}`);
    const run = measure(["mmdebstrap", ...options, "bookworm", out, source], folder);
    rmSync(out);
    return run;
  };

  async function setUp(name: string, wants: string): Promise<{ place: string; packages: LockedPackage[] }> {
    const place = join(folder, name);
    mkdirSync(place);
    writeRecipe(place, mirror, mirror.folder, wants);
    tare(place, "lock");
    const packages = lockedPackages(place);
    await mirror.add(packages.map((each) => each.name));
    return { place, packages };
  }
  const includeAll = (packages: readonly LockedPackage[]) =>
    `--include=${packages.map((each) => each.name).join(",")}`;
  const everyRound = (contenders: Record<string, () => Run>) => {
    const runs = new Map(Object.keys(contenders).map((name) => [name, [] as Run[]]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, run] of Object.entries(contenders)) runs.get(name)?.push(run());
    for (const [name, all] of runs) console.log(`  ${name.padEnd(28)} ${told(all)}`);
    return (name: string) => runs.get(name) as Run[];
  };
  const load = () => `(load of the machine ${loadavg()[0]?.toFixed(1)})`;

  const minbase = await setUp("minbase", "variant: minbase");
  if (asked("cold")) compareMinbase();
  if (asked("warm")) warm(program, minbase.place, tare, load());
  if (asked("changed")) await oneChanged(minbase.place, mirror, folder, tare, cold);
  if (asked("node")) await compareNode();

  function compareMinbase(): void {
    const { place, packages } = minbase;
    console.log(`minbase, ${packages.length} packages, docs kept, cold; ${rounds} rounds ${load()}`);
    const unpackTo = join(folder, "unpacked");
    const all = includeAll(packages);
    const hook = "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr";
    const run = everyRound({
      "tare gzip": () => cold(place, "--threads", "2"),
      "tare gzip:6": () => cold(place, "--threads", "2", "--compression", "gzip:6"),
      "tare zstd": () => cold(place, "--threads", "2", "--compression", "zstd"),
      "tare none": () => cold(place, "--threads", "2", "--compression", "none"),
      "mmdebstrap extract .tar.gz": () => mmdebstrap("extract", "tar.gz", all),
      "mmdebstrap extract .tar": () => mmdebstrap("extract", "tar", all),
      "mmdebstrap minbase .tar.gz": () => mmdebstrap("minbase", "tar.gz", "--include=usr-is-merged", hook),
      "dpkg-deb -x": () => {
        rmSync(unpackTo, { recursive: true, force: true });
        const script = 'to=$1; shift; for deb; do dpkg-deb -x "$deb" "$to"; done';
        const files = packages.map(({ location }) => join(mirror.folder, location));
        return measure(["sh", "-c", script, "sh", unpackTo, ...files], folder);
      },
    });
    const ours = run("tare gzip");
    console.log(`extract .tar.gz / tare gzip (goal 3): ${ratio(run("mmdebstrap extract .tar.gz"), ours)}`);
    console.log(`extract .tar / tare none: ${ratio(run("mmdebstrap extract .tar"), run("tare none"))}`);
    console.log(`minbase .tar.gz / tare gzip (goal 4): ${ratio(run("mmdebstrap minbase .tar.gz"), ours)}`);
    console.log(`dpkg-deb -x / tare none: ${ratio(run("dpkg-deb -x"), run("tare none"))}`);
    console.log(`tare gzip / tare zstd (goal 2): ${ratio(ours, run("tare zstd"))}`);
  }

  async function compareNode(): Promise<void> {
    const node = await setUp("node", "variant: none\n    include: [nodejs]");
    console.log(`nodejs and what it needs, ${node.packages.length} packages, docs kept, cold ${load()}`);
    const nodeRun = everyRound({
      "tare gzip": () => cold(node.place),
      "mmdebstrap extract .tar.gz": () => mmdebstrap("extract", "tar.gz", includeAll(node.packages)),
    });
    console.log(
      `extract .tar.gz / tare gzip (goal 1): ${ratio(nodeRun("mmdebstrap extract .tar.gz"), nodeRun("tare gzip"))}`,
    );
  }
});

function writeRecipe(place: string, { keyring }: LocalMirror, mirror: string, wants: string): void {
  const name = place.replace(/^.*\//, "");
  writeFileSync(
    join(place, "tare.yaml"),
    `name: ${name}
packages:
  - from: debian
    suite: bookworm
    updates: false
    security: false
    mirror: file://${mirror}
    keyring: ${keyring}
    ${wants}
excludes: none
`,
  );
}

function lockedPackages(place: string): LockedPackage[] {
  const lock = parse(readFileSync(join(place, "tare.lock"), "utf8"));
  return (Object.values(lock.platforms) as LockedPackage[][]).flat();
}

/** The same lock, nothing changed, all in the store: what it takes beyond the start of Node. */
function warm(
  program: readonly string[],
  place: string,
  tare: (place: string, ...args: string[]) => Run,
  load: string,
): void {
  const repeat = 15;
  const node = program[0] as string;
  tare(place, "build", "--to", "oci:layout", "--to", "docker-archive:out");
  const starts: number[] = [];
  const present: number[] = [];
  const written: number[] = [];
  for (let round = 0; round < repeat; round += 1) {
    starts.push(measure([node, "-e", "0"], place).wall * 1000);
    present.push(tare(place, "build", "--locked", "--to", "oci:layout").wall * 1000);
    rmSync(join(place, "out"));
    written.push(tare(place, "build", "--locked", "--to", "docker-archive:out").wall * 1000);
  }
  const start = median(starts);
  const beyond = (times: readonly number[]) =>
    `${(median(times) - start).toFixed(0)} ms (best ${(Math.min(...times) - Math.min(...starts)).toFixed(0)})`;
  console.log(
    `warm, median of ${repeat}, beyond \`node -e 0\` (${start.toFixed(0)} ms, best ${Math.min(...starts).toFixed(0)}) ${load}`,
  );
  console.log(`  output there and unchanged, oci: (goal 80): ${beyond(present)}`);
  console.log(`  docker archive written again (goal 150): ${beyond(written)}`);
}

/** A lock in which one small package has another version; everything else is in the store. */
async function oneChanged(
  place: string,
  mirror: LocalMirror,
  folder: string,
  tare: (place: string, ...args: string[]) => Run,
  cold: (place: string, ...args: string[]) => Run,
): Promise<void> {
  const packages = lockedPackages(place);
  const changed = mirror.find("hostname");
  const next = join(folder, "next");
  mkdirSync(next);
  symlinkSync(join(mirror.folder, "pool"), join(next, "pool"));
  cold(place);
  const runs: Run[] = [];
  for (let round = 1; round <= 2 * rounds + 1; round += 1) {
    const version = `${changed.version}+${round}`;
    const location = changed.location.replace(/_[^_]*_/, `_${version}_`);
    const tree = join(folder, "tree");
    const deb = join(mirror.folder, location);
    execFileSync("dpkg-deb", ["--raw-extract", join(mirror.folder, changed.location), tree]);
    const control = join(tree, "DEBIAN/control");
    const text = readFileSync(control, "utf8");
    writeFileSync(control, text.replace(/^Version: .*$/m, `Version: ${version}`));
    execFileSync("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", tree, deb], { stdio: "ignore" });
    rmSync(tree, { recursive: true });
    const [sum = ""] = execFileSync("sha256sum", [deb], { encoding: "utf8" }).split(" ");
    const stanzas = packages.map(({ name }) => {
      const { stanza } = mirror.find(name);
      if (name !== changed.name) return stanza;
      const facts = new Map([
        ["Version", version],
        ["Filename", location],
        ["Size", String(readFileSync(deb).byteLength)],
        ["SHA256", sum],
      ]);
      return stanza.replace(/^(\w+): .*$/gm, (line, field) =>
        facts.has(field) ? `${field}: ${facts.get(field)}` : line,
      );
    });
    await writeIndex(next, mirror.architecture, Buffer.from(`${stanzas.join("\n\n")}\n`));
    writeRecipe(place, mirror, next, "variant: minbase");
    tare(place, "lock", "--update");
    rmSync(join(place, "out"));
    runs.push(tare(place, "build", "--locked", "--to", "docker-archive:out"));
  }
  console.log(`one package of ${packages.length} changed, Node's start included (goal 0.3 s): ${told(runs)}`);
}
