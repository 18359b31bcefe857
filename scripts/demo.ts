/**
 * `npm run demo`: builds examples/debian-small from this machine's own mirror, shows how the image was made and that
 * its digests are what ordinary tools compute, and runs it with whatever is here. Leaves out/debian-small.tar.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type BuildResult, type BuiltImage, type Lock, parseLock } from "../src/index.ts";
import { humanSize, humanTime } from "../src/report/size.ts";
import { runtimes, type Shipped } from "./runtimes.ts";

const root = join(import.meta.dirname, "..");
const example = join(root, "examples/debian-small");
const archive = join(root, "out/debian-small.tar");

let step = 0;
mkdirSync(join(root, "out"), { recursive: true });
const workshop = mkdtempSync(join(tmpdir(), "tare-demo-"));
try {
  process.exitCode = demo();
} finally {
  // An image may hold folders that nobody may write to, not even to remove what is in them.
  spawnSync("chmod", ["-R", "u+rwX", workshop], { stdio: "ignore" });
  rmSync(workshop, { recursive: true, force: true });
}

function demo(): number {
  copyFileSync(join(example, "tare.yaml"), join(workshop, "tare.yaml"));
  const layout = join(workshop, "oci");
  const tarball = join(workshop, "root.tar");

  title("The recipe", "examples/debian-small/tare.yaml");
  const recipe = readFileSync(join(example, "tare.yaml"), "utf8");
  show(...recipe.split("\n").filter((line) => line !== "" && !line.startsWith("#")));

  title("The build", "tare build --to docker-archive:out/debian-small.tar");
  const to = ["--to", `docker-archive:${archive}`, "--to", `oci:${layout}`, "--to", `tar:${tarball}`];
  const first = build(to);
  if (first.result === undefined) return first.status;
  const again = build(["--quiet", ...to]);
  show(
    `${humanTime(first.took)} this time, ${humanTime(again.took)} once more with nothing changed; no daemon, no root.`,
  );
  const [image] = first.result.images;
  if (image === undefined) throw new Error("the build made no image");
  const lock = parseLock(readFileSync(join(workshop, "tare.lock"), "utf8"), { file: "tare.lock" });

  trustStep(lock);
  packagesStep(lock, image);
  layersStep(image, layout);
  imageStep(image, layout);
  sizeStep(first.result, image, lock);
  return runStep(image, layout, tarball);
}

function build(to: readonly string[]): { status: number; took: number; result?: BuildResult } {
  const start = performance.now();
  const tare = [join(root, "src/cli/main.ts"), "build", workshop, "--json", ...to];
  const { status, stdout } = spawnSync(process.execPath, tare, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 << 20,
  });
  const took = performance.now() - start;
  return status === 0 ? { status, took, result: JSON.parse(stdout) } : { status: status ?? 3, took };
}

function trustStep(lock: Lock): void {
  title("Who vouches for it", "tare.lock");
  for (const { id, date, keys, index } of lock.repositories)
    show(`${id}, made ${date}`, `  release file ${index}`, ...keys.map((key) => `  signed by    ${key}`));
  show("Each release file names its package lists by digest, and those name each package.");
}

function packagesStep(lock: Lock, image: BuiltImage): void {
  const packages = lock.platforms.find(({ platform }) => platform === image.platform)?.packages ?? [];
  title("What went in", "tare why PACKAGE");
  for (const { name, version, size, because } of packages)
    show(
      `${name.padEnd(22)} ${version.padEnd(26)} ${humanSize(size).padStart(9)}  ${because.join(", ") || "asked for"}`,
    );
}

function layersStep(image: BuiltImage, layout: string): void {
  title("The tarballs inside", "tar -tzf blobs/sha256/DIGEST");
  for (const layer of image.layers) {
    const file = blob(layout, layer.digest);
    show(`${layer.digest}  ${humanSize(layer.size)}: ${layer.holds.join(", ")}`);
    const paths = shell(`tar -tzf "${file}"`).split("\n");
    const files = paths.filter((path) => !path.endsWith("/"));
    show(`  ${paths.length} entries: ${files.slice(0, 3).join(", ")}${files.length > 3 ? ", …" : ""}`);
    const stored = shell(`sha256sum <"${file}"`).slice(0, 64);
    const plain = shell(`gzip -dc "${file}" | sha256sum`).slice(0, 64);
    const agree = layer.digest === `sha256:${stored}` && layer.diffId === `sha256:${plain}`;
    show(`  sha256sum ${agree ? "agrees" : "DOES NOT AGREE"}, packed (the digest) and unpacked (the diffID)`);
    if (!agree) throw new Error(`the digests of ${layer.digest} are wrong`);
  }
}

function imageStep(image: BuiltImage, layout: string): void {
  title("A little JSON", "blobs/sha256/CONFIGURATION");
  const { rootfs, history, ...config } = JSON.parse(readFileSync(blob(layout, image.configuration), "utf8"));
  show(...JSON.stringify(config, undefined, 2).split("\n"));
  show(`configuration ${image.configuration}`, `manifest      ${image.digest}`);
}

function sizeStep(result: BuildResult, image: BuiltImage, lock: Lock): void {
  const sum = (sizes: readonly { readonly size: number }[]) =>
    humanSize(sizes.reduce((all, { size }) => all + size, 0));
  const packages = lock.platforms.flatMap((platform) => platform.packages);
  const count = (verdict: string) => image.coverage.filter((one) => one.verdict === verdict).length;
  title("What it weighs", "tare build");
  const plain = humanSize(image.layers.reduce((all, layer) => all + layer.uncompressedSize, 0));
  show(
    `${packages.length} packages, ${sum(packages)} as shipped`,
    `${image.layers.length} layers, ${sum(image.layers)} compressed, ${plain} unpacked`,
    `maintainer scripts: ${count("handled")} handled by tare, ${count("harmless")} harmless, ${count("needs-you")} left to you`,
    ...result.warnings,
  );
}

function runStep(image: BuiltImage, layout: string, tarball: string): number {
  title("And it runs", "docker run --rm debian-small");
  const unpacked = join(workshop, "root");
  mkdirSync(unpacked);
  shell(`tar -xf "${tarball}" -C "${unpacked}"`);
  const { config } = JSON.parse(readFileSync(blob(layout, image.configuration), "utf8"));
  const command: string[] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  for (const runtime of runtimes) {
    const scratch = mkdtempSync(join(workshop, "run-"));
    const shipped: Shipped = { archive, reference: "debian-small:latest", root: unpacked, command, scratch };
    try {
      const output = runtime.run(shipped);
      show(
        `${runtime.name}: ${command.join(" ")}`,
        ...output
          .trimEnd()
          .split("\n")
          .map((line) => `  ${line}`),
      );
      show("", `The image is out/debian-small.tar.`);
      return 0;
    } catch (error) {
      show(`${runtime.name}: no, ${(error as Error).message}`);
    }
  }
  show("", "Nothing here can run it. The image is out/debian-small.tar: docker, podman and skopeo read it.");
  return 0;
}

function title(text: string, how: string): void {
  step++;
  console.log(`\n${step}. ${text}${" ".repeat(Math.max(2, 28 - text.length))}${how}`);
}

function show(...lines: readonly string[]): void {
  for (const line of lines) console.log(`   ${line}`.trimEnd());
}

function blob(layout: string, digest: string): string {
  return join(layout, "blobs", digest.replace(":", "/"));
}

function shell(line: string): string {
  const { status, stdout } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`it failed: ${line}`);
  return stdout.trimEnd();
}
