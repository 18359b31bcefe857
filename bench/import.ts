/**
 * Making an image of a root file system of 170 MB (files of this machine's /usr, in one tar), beside `docker import`,
 * `podman import`, buildah's `add` and `commit`, and `umoci raw add-layer`.
 *
 * What they do differently: docker unpacks the tar into its storage and keeps no compressed layer; podman does the
 * same, with the driver "vfs"; buildah, too, and commits to an OCI layout without compression. umoci and tare write an
 * OCI layout and unpack nothing. umoci always compresses with gzip, tare does when it is told to, and so both are
 * compared by what their layers weigh, too. tare is the published program, checks every header while it reads, and
 * syncs what it writes to the disk. docker's processor time is its client's only. Needs root, for docker and podman.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDockerd } from "../test/kit/dockerd.ts";
import { measure, type Run, ratio, told } from "./kit/measure.ts";
import { publishedTare } from "./kit/published.ts";

const rounds = Number(process.argv[2] ?? 5);
const wanted = 170_000_000;

/** The first files of /usr that together have the size; in one tar, owners and modes as they are. */
function rootTar(folder: string): string {
  const listing = execFileSync(
    "find",
    ["/usr/bin", "/usr/lib", "-xdev", "-type", "f", "-printf", "%s %P %H\\n"],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const names: string[] = [];
  let size = 0;
  for (const line of listing.split("\n").sort()) {
    const [, bytes, path, top] = /^([0-9]+) (.+) (\/usr\/\w+)$/.exec(line) ?? [];
    if (bytes === undefined || size + Number(bytes) > wanted || Number(bytes) > 20_000_000) continue;
    size += Number(bytes);
    names.push(`${top}/${path}`.slice(1));
  }
  const list = join(folder, "list");
  writeFileSync(list, names.sort().join("\n"));
  const tar = join(folder, "root.tar");
  execFileSync("tar", ["-C", "/", "-cf", tar, "--no-recursion", "-T", list], { stdio: "ignore" });
  execFileSync("sh", ["-c", `gzip -k ${tar}`]);
  return tar;
}

/** With a folder of its own and the tar. */
const buildahScript = `
b="buildah --root $1/root --runroot $1/run --storage-driver vfs"
c=$($b from scratch)
$b add -q $c "$2" /
$b commit -q $c oci:$1/layout:1`;

/** The heaviest file of a layout: its layer. */
function layerSize(layout: string): number {
  const blobs = join(layout, "blobs/sha256");
  return Math.max(...readdirSync(blobs).map((name) => statSync(join(blobs, name)).size));
}

const folder = mkdtempSync(join(tmpdir(), "tare-bench-"));
try {
  const tare = publishedTare(folder);
  const tar = rootTar(folder);
  const work = join(folder, "work");
  mkdirSync(work);
  const names = ["docker", "podman", "buildah", "umoci", "plain", "packed", "gzip", "zstd"] as const;
  const runs = Object.fromEntries(names.map((name) => [name, [] as Run[]])) as Record<
    (typeof names)[number],
    Run[]
  >;
  const sizes: Record<string, number> = {};
  const ours = (name: "plain" | "packed" | "gzip" | "zstd", file: string, ...options: string[]) => {
    const layout = join(work, name);
    for (const path of [layout, join(work, "store")]) rmSync(path, { recursive: true, force: true });
    const command = [...tare, "import", "-q", "--store", join(work, "store"), "--to", `oci:${layout}:1`];
    runs[name].push(measure([...command, ...options, file, "root"], work));
    sizes[name] = layerSize(layout);
  };
  await withDockerd(async (_, socket) => {
    const podman = ["podman", "--root", join(work, "podman"), "--runroot", join(work, "run")];
    const umoci = join(work, "umoci");
    for (let round = 0; round < rounds; round += 1) {
      ours("plain", tar);
      ours("packed", `${tar}.gz`);
      ours("gzip", tar, "--compression", "gzip");
      ours("zstd", tar, "--compression", "zstd");
      rmSync(umoci, { recursive: true, force: true });
      execFileSync("umoci", ["init", "--layout", umoci]);
      execFileSync("umoci", ["new", "--image", `${umoci}:1`]);
      runs.umoci.push(measure(["umoci", "raw", "add-layer", "--image", `${umoci}:1`, tar], work));
      sizes.umoci = layerSize(umoci);
      const built = join(work, "buildah");
      const shell = ["sh", "-ec", buildahScript, "sh", built, tar];
      rmSync(built, { recursive: true, force: true });
      runs.buildah.push(measure(shell, work));
      sizes.buildah = layerSize(join(built, "layout"));
      // Another name each time, and not what was imported before: docker and podman know what they have.
      runs.docker.push(measure(["docker", "--host", socket, "import", tar, `root:${round}`], work));
      execFileSync("docker", ["--host", socket, "rmi", `root:${round}`], { stdio: "ignore" });
      const imported = [...podman, "--storage-driver", "vfs", "import", "-q", tar, `root:${round}`];
      runs.podman.push(measure(imported, work));
      execFileSync("podman", [...podman.slice(1), "--storage-driver", "vfs", "rmi", "--all", "--force"], {
        stdio: "ignore",
      });
    }
  });
  console.log(`${(statSync(tar).size / 1e6).toFixed(0)} MB of tar; ${rounds} rounds`);
  for (const name of names) {
    const size = sizes[name] === undefined ? "" : `; layer ${(sizes[name] / 1e6).toFixed(1)} MB`;
    console.log(`${name.padEnd(7)} ${told(runs[name])}${size}`);
  }
  for (const name of ["plain", "packed", "gzip", "zstd"] as const)
    for (const peer of ["umoci", "docker", "podman", "buildah"] as const)
      console.log(`${peer} takes ${ratio(runs[peer], runs[name])} of tare, ${name}`);
  for (const name of ["gzip", "zstd"] as const) {
    const percent = (100 * (sizes[name] ?? 0)) / (sizes.umoci ?? 0);
    console.log(`${name}'s layer has ${percent.toFixed(1)} % of the bytes of umoci's`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
