import { createHash } from "node:crypto";
import { chmod, link, mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mustRun } from "./command.ts";
import { withFolder } from "./temporary.ts";

/** One file of a test package, when a text is not enough. */
export interface RpmFile {
  readonly content?: string | Uint8Array;
  /** A symlink's text. */
  readonly link?: string;
  /** The path of another file of the same package that it is a hardlink to. */
  readonly hardlink?: string;
  /** Default 0644, 0755 for a folder. */
  readonly mode?: number;
  /** Default root. */
  readonly user?: string;
  readonly group?: string;
  /** File capabilities as cap_from_text(3) spells them: `cap_net_raw=ep`. */
  readonly caps?: string;
  readonly config?: true | "noreplace";
  /** Only named by the package, not in its payload; its parents need not be there. */
  readonly ghost?: boolean;
  readonly doc?: boolean;
  readonly license?: boolean;
  /** `de`, or several with colons between. */
  readonly lang?: string;
  /** Seconds since the epoch, at most {@link rpmDate}, which is the default. */
  readonly mtime?: number;
}

/** A scriptlet's text for /bin/sh, or with another interpreter (`<lua>`, `/usr/bin/python3`). */
export type RpmScript = string | { readonly interpreter: string; readonly text: string };

export interface RpmTrigger {
  readonly kind:
    | "triggerprein"
    | "triggerin"
    | "triggerun"
    | "triggerpostun"
    | "filetriggerin"
    | "filetriggerun"
    | "filetriggerpostun"
    | "transfiletriggerin"
    | "transfiletriggerun"
    | "transfiletriggerpostun";
  /** Packages (`other > 1`) or path prefixes, joined by commas. */
  readonly on: string;
  readonly script: RpmScript;
  /** Of a file trigger; the higher go first. */
  readonly priority?: number;
}

type Scriptlet = "pre" | "post" | "preun" | "postun" | "pretrans" | "posttrans" | "verifyscript";

/** An RPM package, written as data. Dependencies are spelled as in a spec file, one relation each. */
export interface RpmData {
  readonly name: string;
  readonly epoch?: number;
  /** Default `1.0`. */
  readonly version?: string;
  /** Default `1`. */
  readonly release?: string;
  /** Default `x86_64`. */
  readonly arch?: string;
  readonly requires?: readonly string[];
  /** What its scriptlets need: `Requires(pre)`. */
  readonly preRequires?: readonly string[];
  /** `OrderWithRequires`: after these, where they are there. */
  readonly after?: readonly string[];
  readonly provides?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly obsoletes?: readonly string[];
  readonly recommends?: readonly string[];
  readonly suggests?: readonly string[];
  readonly supplements?: readonly string[];
  readonly enhances?: readonly string[];
  /** Whether rpmbuild looks into ELF files and scripts for more provides and requires. Default no. */
  readonly automatic?: boolean;
  /** Path without a leading slash to its text or more; a path that ends in `/` is a folder. Parents are not packaged. */
  readonly files?: Readonly<Record<string, string | Uint8Array | RpmFile>>;
  readonly scriptlets?: Readonly<Partial<Record<Scriptlet, RpmScript>>>;
  readonly triggers?: readonly RpmTrigger[];
}

export interface BuiltRpm {
  readonly data: RpmData;
  /** `name-version-release.arch.rpm`. */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

export interface RpmBuildOptions {
  /** rpm's word for the payload's compression: `w6.gzdio`, `w6.xzdio`, `w3.zstdio`, `w.ufdio`. Default zstd. */
  readonly payload?: string;
  /** Further macros of the build: `{ _source_payload: "w9.bzdio" }`. */
  readonly macros?: Readonly<Record<string, string>>;
}

/** 2024-01-01: when every package of the kit was built, and its files were made. */
export const rpmDate = 1_704_067_200;

const built = new Map<string, Promise<BuiltRpm>>();

/**
 * Real `.rpm` files, made by rpmbuild, in the order of `packages`; unsigned. Packages go into one build as subpackages
 * as far as they can (it takes 0.3 s each), and one that was built before in this test file is not built again.
 * Other kits make whole repositories of these with createrepo_c.
 */
export async function buildRpms(
  packages: readonly RpmData[],
  options: RpmBuildOptions = {},
): Promise<readonly BuiltRpm[]> {
  const keyOf = (data: RpmData) => JSON.stringify([data, options], jsonBytes);
  const missing = packages.filter((data, at) => {
    const key = keyOf(data);
    return !built.has(key) && packages.findIndex((other) => keyOf(other) === key) === at;
  });
  for (const batch of batchesOf(missing)) {
    const results = buildBatch(batch, options);
    for (const [at, data] of batch.entries()) {
      const one = results.then((all) => all[at] as BuiltRpm);
      one.catch(() => undefined);
      built.set(keyOf(data), one);
    }
    await results;
  }
  return await Promise.all(packages.map((data) => built.get(keyOf(data)) as Promise<BuiltRpm>));
}

/** One package: see {@link buildRpms}. */
export async function buildRpm(data: RpmData, options: RpmBuildOptions = {}): Promise<BuiltRpm> {
  const [only] = await buildRpms([data], options);
  return only as BuiltRpm;
}

function jsonBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

/** In one build a name stands once, all are of one machine (or none), and a path has one content. */
function batchesOf(packages: readonly RpmData[]): RpmData[][] {
  const batches: { arch: string; names: Set<string>; paths: Map<string, string>; members: RpmData[] }[] = [];
  for (const data of packages) {
    const arch = data.arch ?? "x86_64";
    const paths = Object.entries(data.files ?? {}).map(
      ([path, file]) => [path.replace(/\/$/, ""), JSON.stringify(file, jsonBytes)] as const,
    );
    let batch = batches.find(
      (one) =>
        (one.arch === arch || arch === "noarch") &&
        !one.names.has(data.name) &&
        paths.every(([path, file]) => (one.paths.get(path) ?? file) === file) &&
        !Object.values(data.files ?? {}).some(isHardlink),
    );
    if (batch === undefined) {
      batch = { arch: arch === "noarch" ? "x86_64" : arch, names: new Set(), paths: new Map(), members: [] };
      batches.push(batch);
    }
    batch.names.add(data.name);
    for (const [path, file] of paths) batch.paths.set(path, file);
    batch.members.push(data);
  }
  return batches.map(({ members }) => members);
}

function isHardlink(file: string | Uint8Array | RpmFile): boolean {
  return fileOf(file).hardlink !== undefined;
}

function fileOf(file: string | Uint8Array | RpmFile): RpmFile {
  return typeof file === "string" || file instanceof Uint8Array ? { content: file } : file;
}

async function buildBatch(packages: readonly RpmData[], options: RpmBuildOptions): Promise<BuiltRpm[]> {
  return await withFolder(async (folder) => {
    const stage = join(folder, "stage");
    await mkdir(stage);
    for (const data of packages) await layOut(stage, data);
    const spec = join(folder, "kit.spec");
    await writeFile(spec, specOf(packages, stage, options));
    const arch = packages.find(({ arch }) => arch !== "noarch")?.arch ?? "x86_64";
    const args = ["-bb", "--nodeps", "--quiet", "--target", arch, "--define", `_topdir ${folder}/top`];
    await mustRun("rpmbuild", [...args, spec], {
      env: { SOURCE_DATE_EPOCH: String(rpmDate), LC_ALL: "C.UTF-8", HOME: folder },
    });
    const made = join(folder, "top", "RPMS");
    const files = await readdir(made, { recursive: true });
    return await Promise.all(
      packages.map(async (data) => {
        const { name, version = "1.0", release = "1", arch: own = "x86_64" } = data;
        const fileName = `${name}-${version}-${release}.${own}.rpm`;
        const file = files.find((path) => path.endsWith(`/${fileName}`));
        if (file === undefined) throw new Error(`rpmbuild made no ${fileName}, but ${files.join(", ")}`);
        return { data, fileName, bytes: await readFile(join(made, file)) };
      }),
    );
  });
}

async function layOut(stage: string, data: RpmData): Promise<void> {
  const hardlinks: [string, string][] = [];
  for (const [path, value] of Object.entries(data.files ?? {})) {
    const file = fileOf(value);
    const at = join(stage, path);
    if (path.endsWith("/")) {
      await mkdir(at, { recursive: true });
      continue;
    }
    await mkdir(dirname(at), { recursive: true });
    if (file.hardlink !== undefined) hardlinks.push([join(stage, file.hardlink), at]);
    else if (file.link !== undefined) await symlink(file.link, at).catch(unlessThere);
    else {
      await writeFile(at, file.content ?? "");
      await chmod(at, 0o644);
      await utimes(at, file.mtime ?? rpmDate, file.mtime ?? rpmDate);
    }
  }
  for (const [first, at] of hardlinks) await link(first, at);
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

function specOf(packages: readonly RpmData[], stage: string, options: RpmBuildOptions): string {
  const macros = {
    debug_package: "%{nil}",
    __os_install_post: "%{nil}",
    _build_id_links: "none",
    _unpackaged_files_terminate_build: "0",
    _buildhost: "build.example",
    use_source_date_epoch_as_buildtime: "1",
    clamp_mtime_to_source_date_epoch: "1",
    _binary_payload: options.payload ?? "w3.zstdio",
    ...options.macros,
  };
  const source = createHash("sha256")
    .update(packages.map(({ name }) => name).join())
    .digest("hex")
    .slice(0, 8);
  return [
    ...Object.entries(macros).map(([name, body]) => `%global ${name} ${body}`),
    ...[`Name: kit-${source}`, "Version: 1", "Release: 1", "Summary: A kit", "License: MIT", ""],
    ...["%description", "A kit.", "", "%install", `cp -a ${stage}/. %{buildroot}/`, ""],
    ...packages.flatMap(sectionsOf),
    "",
  ].join("\n");
}

function sectionsOf(data: RpmData): string[] {
  const { name, epoch, version = "1.0", release = "1", arch, files = {} } = data;
  const relations = (
    [
      ["Requires", data.requires],
      ["Requires(pre)", data.preRequires],
      ["OrderWithRequires", data.after],
      ["Provides", data.provides],
      ["Conflicts", data.conflicts],
      ["Obsoletes", data.obsoletes],
      ["Recommends", data.recommends],
      ["Suggests", data.suggests],
      ["Supplements", data.supplements],
      ["Enhances", data.enhances],
    ] as const
  ).flatMap(([tag, list = []]) => list.map((relation) => `${tag}: ${escaped(relation)}`));
  return [
    `%package -n ${name}`,
    `Summary: The package ${name}`,
    ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
    ...[`Version: ${version}`, `Release: ${release}`],
    ...(arch === "noarch" ? ["BuildArch: noarch"] : []),
    ...(data.automatic ? [] : ["AutoReqProv: no"]),
    ...relations,
    ...["", `%description -n ${name}`, `The package ${name} of a test.`, ""],
    ...Object.entries(data.scriptlets ?? {}).flatMap(([kind, script]) =>
      scriptOf(`%${kind} -n ${name}`, script),
    ),
    ...(data.triggers ?? []).flatMap(({ kind, on, script, priority }) =>
      scriptOf(
        `%${kind} -n ${name}${priority === undefined ? "" : ` -P ${priority}`}`,
        script,
        ` -- ${escaped(on)}`,
      ),
    ),
    `%files -n ${name}`,
    ...Object.entries(files).map(([path, file]) => fileLine(path, fileOf(file))),
    "",
  ];
}

function scriptOf(head: string, script: RpmScript, tail = ""): string[] {
  const { interpreter, text } =
    typeof script === "string" ? { interpreter: undefined, text: script } : script;
  return [`${head}${interpreter === undefined ? "" : ` -p ${interpreter}`}${tail}`, escaped(text), ""];
}

/** rpm expands macros even in scripts. */
function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}

function fileLine(path: string, file: RpmFile): string {
  const folder = path.endsWith("/");
  const mode = file.link !== undefined ? "-" : (file.mode ?? (folder ? 0o755 : 0o644)).toString(8);
  return [
    `%attr(${mode}, ${file.user ?? "root"}, ${file.group ?? "root"})`,
    ...(folder ? ["%dir"] : []),
    ...(file.config === undefined ? [] : [file.config === true ? "%config" : "%config(noreplace)"]),
    ...(file.ghost ? ["%ghost"] : []),
    ...(file.doc ? ["%doc"] : []),
    ...(file.license ? ["%license"] : []),
    ...(file.lang === undefined ? [] : file.lang.split(":").map((lang) => `%lang(${lang})`)),
    ...(file.caps === undefined ? [] : [`%caps(${file.caps})`]),
    `"/${escaped(path.replace(/\/$/, ""))}"`,
  ].join(" ");
}
