import { rmSync } from "node:fs";
import { basename } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";

type Outputs = Metafile["outputs"];

/** Source files whose chunks decide: see {@link joinChunks}. */
export interface Joints {
  /** Every command but the smallest loads all of it. */
  readonly start: string;
  readonly library: string;
  /** Loaded before `start`, or without it. */
  readonly before: readonly string[];
}

/**
 * Joins the chunks that `start` always loads, in place: those that `library` always loads, too, into shared.js, and the
 * others into start.js. esbuild makes a chunk of its own for each set of entry points, and each lazy import is one: a
 * command began with 70 files, and finding them took a quarter of what a warm build takes. Nothing gets loaded that was
 * not: what is loaded on demand, or before, stays apart.
 * @param folder where `outputs` lie
 */
export async function joinChunks(folder: string, outputs: Outputs, joints: Joints): Promise<void> {
  const library = alwaysLoaded(outputs, joints.library);
  const before = new Set(joints.before.flatMap((source) => [...alwaysLoaded(outputs, source)]));
  const groupOf = new Map(
    [...alwaysLoaded(outputs, joints.start)]
      .filter((chunk) => !before.has(chunk))
      .map((chunk) => [basename(chunk), library.has(chunk) ? "shared" : "start"] as const),
  );
  const named = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output] as const));
  const root = basename(outputOf(outputs, joints.start));
  const spelled = [...groupOf.keys()].map((chunk, at) => [chunk, `c${at}_`] as const);
  const prefixes = new Map([...spelled, [root, ""]]);
  /** A joined chunk's names, as they are in the joined file, under those that they had. */
  const exportsOf = (chunk: string, swap: boolean) =>
    (named.get(chunk)?.exports ?? [])
      .map((name) => [name, `${prefixes.get(chunk)}${name}`])
      .map(([own, joined]) => (swap ? `${joined} as ${own}` : `${own} as ${joined}`));

  const joining: Plugin = {
    name: "joining",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path, kind, importer, namespace }) => {
        if (kind === "entry-point") return path.startsWith("group:") ? { path, namespace: "group" } : null;
        const chunk = basename(path);
        const target = path.startsWith("./") ? groupOf.get(chunk) : undefined;
        if (target === undefined || namespace === "names") return { path, external: true };
        if (kind === "dynamic-import") {
          if (chunk !== root) throw new Error(`${importer} loads ${chunk} on demand, which is always loaded`);
          return { path: "./start.js", external: true };
        }
        const own = namespace === "group" ? importer.replace("group:", "") : groupOf.get(basename(importer));
        return own === target ? { path: `${folder}/${chunk}` } : { path: chunk, namespace: "names" };
      });
      onLoad({ filter: /./, namespace: "group" }, ({ path }) => ({
        contents: [...groupOf]
          .filter(([, group]) => path === `group:${group}`)
          .map(([chunk]) => `import "./${chunk}"; export { ${exportsOf(chunk, false)} } from "./${chunk}";`)
          .join("\n"),
        resolveDir: folder,
      }));
      onLoad({ filter: /./, namespace: "names" }, ({ path }) => ({
        contents: `export { ${exportsOf(path, true)} } from "./${groupOf.get(path)}.js";`,
        resolveDir: folder,
      }));
    },
  };
  const others = [...named.keys()].filter((chunk) => !groupOf.has(chunk));
  await build({
    entryPoints: Object.fromEntries([
      ...["shared", "start"].map((group) => [group, `group:${group}`]),
      ...others.map((chunk) => [chunk.replace(/\.js$/, ""), `${folder}/${chunk}`]),
    ]),
    outdir: folder,
    allowOverwrite: true,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    legalComments: "none",
    logLevel: "warning",
    plugins: [joining],
  });
  for (const chunk of groupOf.keys()) rmSync(`${folder}/${chunk}`);
}

function outputOf(outputs: Outputs, source: string): string {
  const found = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === source);
  if (found === undefined) throw new Error(`no chunk is made of ${source}`);
  return found;
}

/** A module's output and all that it imports, itself or through others, but for what is imported on demand. */
function alwaysLoaded(outputs: Outputs, source: string): Set<string> {
  const all = new Set([outputOf(outputs, source)]);
  for (const path of all)
    for (const { path: imported, kind, external } of outputs[path]?.imports ?? [])
      if (kind === "import-statement" && external !== true) all.add(imported);
  return all;
}
