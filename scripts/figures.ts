/**
 * Builds every folder of examples/ that this machine is set up for, for linux/amd64, and
 * writes what each image weighs to the README, between its two markers.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { BuildResult, BuiltImage, BuiltLayer } from "../src/model/result.ts";
import { humanSize } from "../src/report/size.ts";

/** What others made of the same, and what was hoped for. */
const besides: Readonly<Record<string, (gzip: BuiltImage, zstd: BuiltImage) => string>> = {
  shout(gzip, zstd) {
    const isNode = ({ holds }: BuiltLayer) => holds[0]?.startsWith("node-linux-");
    const plain = gzip.layers.filter(isNode);
    const sizes = [
      sum(plain, "uncompressedSize"),
      sum(plain, "size"),
      sum(zstd.layers.filter(isNode), "size"),
    ];
    return `833.1 MB in the talk, on \`FROM node\`; wanted were 130, 48 and 36 MB, of which Node.js, stripped, takes ${sizes.join(", ")}`;
  },
  taskd: () => "12.25 MB in the talk, with Buildroot",
};

const root = join(import.meta.dirname, "..");
const readme = join(root, "README.md");
const [begin, end] = ["<!-- figures -->", "<!-- /figures -->"];

const text = readFileSync(readme, "utf8");
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined) throw new Error(`README.md has no ${begin} … ${end}`);
writeFileSync(readme, `${before}${begin}\n${figures()}\n${end}${after}`);

function figures(): string {
  const names = readdirSync(join(root, "examples"))
    .filter((name) => existsSync(join(root, "examples", name, "tare.yaml")))
    // Their mirror and their keys are whoever builds them to name.
    .filter((name) => !["alpine-httpd", "fedora-httpd"].includes(name))
    .sort();
  return [
    `| example | packages | layers | unpacked | gzip | zstd:19 | for comparison |`,
    `| --- | ---: | ---: | ---: | ---: | ---: | --- |`,
    ...names.map(row),
    "",
    `Layers alone, for linux/amd64; written by \`node scripts/figures.ts\` on ${new Date().toISOString().slice(0, 10)}.`,
  ].join("\n");
}

function row(name: string): string {
  console.log(name);
  const folder = mkdtempSync(join(tmpdir(), "tare-figures-"));
  try {
    const copy = join(folder, name);
    cpSync(join(root, "examples", name), copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => basename(path) !== "node_modules",
    });
    const gzip = build(copy, "gzip");
    const zstd = build(copy, "zstd:19");
    const cells = [
      `[${name}](examples/${name})`,
      gzip.packages.length,
      gzip.layers.length,
      sum(gzip.layers, "uncompressedSize"),
      sum(gzip.layers, "size"),
      sum(zstd.layers, "size"),
      besides[name]?.(gzip, zstd) ?? "",
    ];
    return `| ${cells.join(" | ")} |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sum(layers: readonly BuiltLayer[], field: "size" | "uncompressedSize"): string {
  return humanSize(layers.reduce((all, layer) => all + layer[field], 0));
}

function build(folder: string, compression: string): BuiltImage {
  const main = join(root, "src/cli/main.js");
  const how = ["--quiet", "--json", "--platform", "linux/amd64", "--compression", compression];
  const { status, stdout } = spawnSync(
    process.execPath,
    [main, "build", folder, ...how, "--to", `oci:${join(folder, "figures")}`],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 64 << 20 },
  );
  if (status !== 0) throw new Error(`${folder} does not build`);
  const [image] = (JSON.parse(stdout) as BuildResult).images;
  if (image === undefined) throw new Error(`${folder} made no image`);
  return image;
}
