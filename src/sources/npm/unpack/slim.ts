import type { NpmPlatform } from "../platform.ts";
import { isForAnother } from "./prebuilds.ts";

/** Raise with every change to what is left out: members of packages are remembered under it. */
export const slimVersion = 3;

/** One kind of file that no program reads. Names are compared as they stand, endings without regard to case. */
export interface SlimRule {
  readonly what: string;
  /** Folders or files right in the package's own folder. */
  readonly names?: readonly string[];
  /** Ends of file names, at any depth. */
  readonly endings?: readonly string[];
}

/**
 * All that `slim` leaves out, beside binaries for other systems in `prebuilds`, where a name says surely whose they are.
 * What {@link isKept} names, what package.json names, and what the package's own code mentions stays.
 */
export const slimRules: readonly SlimRule[] = [
  { what: "tests", names: ["test", "tests", "__tests__"] },
  { what: "documentation", names: ["doc", "docs"], endings: [".md", ".markdown"] },
  { what: "examples", names: ["example", "examples"] },
  { what: "benchmarks", names: ["bench", "benchmark", "benchmarks"] },
  { what: "types", endings: [".d.ts", ".d.mts", ".d.cts", ".js.flow", ".tsbuildinfo"] },
  {
    what: "source maps",
    endings: [".js.map", ".mjs.map", ".cjs.map", ".ts.map", ".mts.map", ".cts.map", ".css.map", ".min.map"],
  },
  {
    what: "settings of continuous integration",
    names: [
      ...[".circleci", ".github", ".gitlab", ".changeset", ".dependabot", ".semaphore"],
      ...[".airtap.yml", ".appveyor.yml", ".codeclimate.yml", ".coveralls.yml", ".drone.yml"],
      ...[".gitlab-ci.yml", ".istanbul.yml", ".travis.yml", ".zuul.yml", ".codecov.yml"],
    ],
  },
  {
    what: "settings of editors, linters and packers",
    names: [
      ...[".idea", ".vscode", ".husky", ".nyc_output", ".DS_Store", ".editorconfig"],
      ...[".eslintignore", ".eslintrc", ".eslintrc.cjs", ".eslintrc.js", ".eslintrc.json", ".eslintrc.yaml"],
      ...[".eslintrc.yml", ".jscsrc", ".jshintignore", ".jshintrc", ".tm_properties"],
      ...[".prettierignore", ".prettierrc", ".prettierrc.cjs", ".prettierrc.js", ".prettierrc.json"],
      ...[".prettierrc.yaml", ".prettierrc.yml", ".gitattributes", ".gitignore", ".gitmodules", ".mailmap"],
      ...[".npmignore", ".yarnrc", ".yarnrc.yml", ".lintstagedrc", ".huskyrc", ".release-it.json"],
      ...[".releaserc", ".mocharc.js", ".mocharc.json", ".mocharc.yml", ".nycrc", ".nycrc.json", ".taprc"],
    ],
  },
  {
    what: "programs for its own tests and builds",
    names: [
      ...["eslint.config.js", "eslint.config.mjs", "eslint.config.cjs", "karma.conf.js"],
      ...["Gruntfile.js", "gruntfile.js", "Gulpfile.js", "gulpfile.js"],
    ],
  },
];

const names = new Set(slimRules.flatMap((rule) => rule.names ?? []));
const endings = slimRules.flatMap((rule) => rule.endings ?? []);
const types = slimRules.find(({ what }) => what === "types")?.endings ?? [];

/** Licences ask to be passed on with what they cover. */
const licence = /^(?:un)?licen[cs]e|^(?:copying|copyright|notice|patents|authors|third[-_ ]?party)/i;
/** What a generator copies, it reads: whatever a template holds is no documentation of its package. */
const template = /(?:template|skeleton|scaffold|boilerplate|starter|generator)/i;

/** Whether a path stays whatever the rules say: it is a licence or a notice, or part of a template. */
export function isKept(path: string): boolean {
  const cut = path.lastIndexOf("/");
  return licence.test(path.slice(cut + 1)) || template.test(path.slice(0, Math.max(0, cut)));
}

/** The packages of TypeScript itself: since its version 7 the types of the language lie beside each system's program. */
const compiler = /^(?:typescript$|@typescript\/)/;

/** What of a package speaks for its files. */
export interface SlimSubject {
  readonly name: string;
  /** `Manifest.entryPoints` */
  readonly entryPoints: readonly string[];
  /** What {@link mentionsIn} finds in its code. */
  readonly mentions: ReadonlySet<string>;
}

export interface SlimOptions {
  readonly platform: NpmPlatform;
  /** Whether a compiler of TypeScript is at hand, which reads types when the program runs. */
  readonly readsTypes: boolean;
}

/** Whether a path of a package (relative to the package's folder) is one that no program reads. */
export function noiseOf(subject: SlimSubject, options: SlimOptions): (path: string) => boolean {
  const { entryPoints, mentions } = subject;
  const named = new Set(entryPoints.flatMap(filesFor));
  const folders = new Set(entryPoints.map((entry) => entry.split("/")[0] as string));
  const typed = options.readsTypes || compiler.test(subject.name);
  const dropped = endings.filter((ending) => !(typed && types.includes(ending)));
  return (path) => {
    if (isKept(path) || named.has(path)) return false;
    if (isForAnother(path, options.platform)) return true;
    const [top = ""] = path.split("/", 1);
    if (names.has(top)) return !folders.has(top) && !mentions.has(top) && !mentions.has(stemOf(top));
    const file = path.slice(path.lastIndexOf("/") + 1);
    const small = file.toLowerCase();
    return dropped.some((ending) => small.endsWith(ending)) && !mentions.has(file);
  };
}

/** How Node.js finds a file by a path that leaves its end open. */
function filesFor(entry: string): string[] {
  if (/\.d\.[cm]?ts$/.test(entry)) return [];
  const suffixes = ["", ".js", ".cjs", ".mjs", ".json", ".node"];
  return suffixes.flatMap((suffix) => [entry + suffix, `${entry}/index${suffix}`]);
}

/** Without the ending that `require` does without. */
function stemOf(name: string): string {
  return name.replace(/\.[cm]?js$/, "");
}

const namesInCode = slimRules
  .flatMap((rule) => (rule.what.startsWith("settings") ? [] : (rule.names ?? [])))
  .flatMap((name) => [...new Set([name, stemOf(name)])]);
const plural = (list: readonly string[]) => list.join("|").replaceAll(".", "\\.");

/**
 * In code: `"./docs/`, `"../docs"`, `"/docs/` behind an expression, and the bare name, as `join(folder, "docs")` has
 * it. `test` is also the name of an environment, so that it counts only as an argument.
 */
const mentioned = new RegExp(
  [
    `["'\`.}]/(${plural(namesInCode)})(?=["'\`/])`,
    `["'\`](${plural(namesInCode.filter((name) => name !== "test"))})(?=["'\`/])`,
    `[,(+[]\\s{0,8}["'\`](test)(?=["'\`/])`,
    `["'\`/]([\\w.-]{1,80}(?:${plural(endings)}))(?=["'\`])`,
  ].join("|"),
  "gi",
);

/** Names of folders and files that the rules would leave out, and that a piece of code spells in a text of its own. */
export function mentionsIn(code: string): Set<string> {
  const found = new Set<string>();
  for (const match of code.matchAll(mentioned)) {
    const name = match.slice(1).find((group) => group !== undefined);
    if (name !== undefined) found.add(name);
  }
  return found;
}

/** Whether a file is code, by its name: a command often has no ending. */
export function isCode(path: string): boolean {
  return /(?:\.[cm]?js|(?:^|\/)[^./]+)$/i.test(path);
}

/** Whether a path lies in a folder that the rules name, or is such a file: what is mentioned there counts for nothing. */
export function isInNamedFolder(path: string): boolean {
  return names.has(path.split("/", 1)[0] as string);
}
