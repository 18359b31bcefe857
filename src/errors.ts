/**
 * Every way in which tare says no: a stable code, its details, one sentence, and an exit code.
 *
 * Exit codes: 1 the answer is no (bad signature, packages that do not go together, broken budget), 2 wrong use (recipe,
 * arguments), 3 the world failed (network, disk, a file that breaks off or is not what it claims to be); a program that
 * is to be run in an image and cannot be: 126, or 127 where it is not there, as shells and docker have it.
 */
export type ExitCode = 1 | 2 | 3 | 126 | 127;

interface Rule<Details> {
  readonly exit: ExitCode;
  readonly say: (details: Details) => string;
}

function rule<Details>(exit: ExitCode, say: (details: Details) => string): Rule<Details> {
  return { exit, say };
}

/** A place in a text file (both from 1) and what is wrong there, as a sentence without its full stop. */
export interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

function atSpot({ file, line, column, why }: Spot): string {
  return `${file}:${line}:${column}: ${why}${why.endsWith("?") ? "" : "."}`;
}

/** Who was tried and what each said, repeated answers once. `what` is named already. */
function saidInTurn(tried: readonly { where: string; why: string }[], what: string): string {
  const lines = new Map<string, number>();
  for (const { where, why } of tried) {
    const line = where === what ? why : `${where}: ${why}`;
    lines.set(line, (lines.get(line) ?? 0) + 1);
  }
  return [...lines].map(([line, times]) => (times > 1 ? `${line} (${times} times)` : line)).join("; ");
}

/** At most five names, and how many more there are. */
function firstFew(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return `${names.slice(0, 5).join(", ")}${more}`;
}

interface Needed {
  readonly library: string;
  readonly neededBy: readonly string[];
  readonly file: string;
}

/** Libraries, each with those who need it and one of their files; of many only some. */
function whoNeedsWhat(needs: readonly Needed[]): string {
  const some = needs.slice(0, 4).map(({ library, neededBy: [first = "", ...others], file }) => {
    const more = others.length > 2 ? [`${others.length} more`] : others;
    const who = more.length === 0 ? `${first} needs` : `${[first, ...more].join(" and ")} need`;
    return `${library}, which ${who}${first === file ? "" : ` (${file})`}`;
  });
  return [...some, ...(needs.length > 4 ? [`${needs.length - 4} more`] : [])].join(", or ");
}

/** All codes, in alphabetical order. A sentence says what is wrong, where, and what to do. */
const rules = {
  ACI_UNTRUSTED: rule<{ what: string; why: string; looked: readonly string[] }>(
    1,
    (d) =>
      `The signature of ${d.what} cannot be trusted: ${d.why} (looked in ${d.looked.join(", ")}); nothing of it was used.`,
  ),
  BAD_ACCOUNT: rule<{ kind: string; name: string; id: number; taken: string }>(
    2,
    (d) =>
      `The ${d.kind} ${d.name} (${d.id}) cannot be made: ${d.taken} is there already; choose another name or number.`,
  ),
  /** Without a `format`: its entries are sound, and make no file system together. */
  BAD_ARCHIVE: rule<{ format?: string; where: string; why: string }>(3, (d) =>
    d.format === undefined
      ? `${d.where} cannot be unpacked: ${d.why}.`
      : `${d.where} is not a sound ${d.format}: ${d.why}.`,
  ),
  BAD_CHANGE: rule<{ change: string; why: string }>(
    2,
    (d) => `--change ${JSON.stringify(d.change)}: ${d.why}${d.why.endsWith("?") ? "" : "."}`,
  ),
  BAD_DOCKERFILE: rule<Omit<Spot, "column">>(
    2,
    ({ file, line, why }) => `${file}:${line}: ${why}${why.endsWith("?") ? "" : "."}`,
  ),
  BAD_ENVIRONMENT: rule<{ variable: string; why: string }>(
    2,
    (d) => `The environment variable ${d.variable} cannot be used: ${d.why}.`,
  ),
  BAD_FILE: rule<{ file: string; why: string }>(2, (d) => `${d.file} cannot go into the image: ${d.why}.`),
  BAD_LOCATION: rule<{ text: string; why: string }>(
    2,
    (d) =>
      `${JSON.stringify(d.text)} is no location that can be used here: ${d.why}${d.why.endsWith("?") ? "" : "."}`,
  ),
  BAD_LOCK: rule<{ problems: readonly Spot[] }>(2, (d) => d.problems.map(atSpot).join("\n")),
  BAD_NPM_CONFIG: rule<{ why: string }>(2, (d) => `npm's configuration cannot be used: ${d.why}.`),
  BAD_PROJECT: rule<{ where: string; why: string }>(2, (d) => `${d.where} cannot be used: ${d.why}.`),
  BAD_RECIPE: rule<{ problems: readonly Spot[] }>(2, (d) => d.problems.map(atSpot).join("\n")),
  BAD_RELATION: rule<{ where: string; text: string; why: string }>(
    3,
    (d) => `${d.where} has a relation that cannot be read, "${d.text}": ${d.why}.`,
  ),
  BAD_REPOSITORY: rule<{ id: string; why: string }>(
    2,
    (d) => `The repository ${d.id} cannot be used: ${d.why}.`,
  ),
  BAD_REPO_FILE: rule<{ file: string; why: string }>(
    2,
    (d) => `${d.file}, which the recipe names under "repo-files", brings no repository: ${d.why}.`,
  ),
  BAD_URL: rule<{ text: string; why: string }>(2, (d) => `"${d.text}" is no usable address: ${d.why}.`),
  BAD_USAGE: rule<{ why: string; help: string }>(
    2,
    (d) => `${d.why}${d.why.endsWith("?") ? " See" : "; see"} \`${d.help}\`.`,
  ),
  BAD_VERSION: rule<{ text: string; why: string }>(
    3,
    (d) => `"${d.text}" is not a Debian version: ${d.why}.`,
  ),
  BAD_WANT: rule<{ want: string; why: string }>(
    2,
    (d) => `"${d.want}" does not say which package is wanted: ${d.why}.`,
  ),
  CANNOT_RUN: rule<{ where: string; why: string }>(2, (d) => `${d.where} cannot be started: ${d.why}.`),
  CANNOT_WRITE: rule<{ file: string; why: string }>(3, (d) => `${d.file} cannot be written: ${d.why}.`),
  COMMAND_NOT_EXECUTABLE: rule<{ command: string; where: string; why: string }>(
    126,
    (d) => `${d.command} cannot be executed in ${d.where}: ${d.why}.`,
  ),
  COMMAND_NOT_FOUND: rule<{ command: string; where: string; why: string }>(
    127,
    (d) => `${d.command} cannot be found in ${d.where}: ${d.why}.`,
  ),
  /** `what`: what it does not do. `why`: in its own words. */
  DAEMON_REFUSED: rule<{ where: string; what: string; why: string }>(
    3,
    (d) => `The docker daemon at ${d.where} ${d.what}: ${d.why}.`,
  ),
  DAEMON_UNREACHABLE: rule<{ where: string; why: string; todo: string }>(
    3,
    (d) => `The docker daemon at ${d.where} cannot be reached: ${d.why}; ${d.todo}.`,
  ),
  /** `path`: which package needs which, from what was asked for to the one that it is about. */
  DEPENDENCY_REFUSED: rule<{ path: readonly string[]; why: string; todo: string }>(
    2,
    (d) => `${d.path.join(" > ")} cannot be installed: ${d.why}; ${d.todo}.`,
  ),
  DEPENDENCY_UNREACHABLE: rule<{ path: readonly string[]; why: string; todo: string }>(
    3,
    (d) => `${d.path.join(" > ")} cannot be had: ${d.why}; ${d.todo}.`,
  ),
  DIGEST_MISMATCH: rule<{ what: string; want: string; got: string; size: number }>(
    1,
    (d) =>
      `${d.what} has the digest ${d.got} (${d.size} bytes), but ${d.want} was expected; it was not used.`,
  ),
  DISK_FULL: rule<{ where: string }>(
    3,
    (d) =>
      `There is no room left on the disk under ${d.where}; nothing was half-written. Free some, or choose another folder.`,
  ),
  /** `absent`: that address answered that it has no such file. */
  DOWNLOAD_FAILED: rule<{
    what: string;
    tried: readonly { where: string; why: string; absent?: true }[];
  }>(3, (d) =>
    d.tried.length === 0
      ? `${d.what} could not be fetched: there is no address for it.`
      : `${d.what} could not be fetched: ${saidInTurn(d.tried, d.what)}.`,
  ),
  /** Like packages that cannot be chosen together, found out only once they are unpacked. */
  FILE_CONFLICT: rule<{ path: string; first: string; second: string }>(1, (d) =>
    d.first === d.second
      ? `${d.first} brings /${d.path} twice; exclude that path.`
      : `${d.first} and ${d.second} both bring /${d.path}, and neither replaces the other; exclude one of the packages or that path.`,
  ),
  FILE_EXISTS: rule<{ file: string }>(
    2,
    (d) => `${d.file} is there already and was left as it is; move it away or name another file.`,
  ),
  /** `again`: asking the same server once more may help. */
  FOREIGN_LOCK: rule<{ file: string; program: string }>(
    2,
    (d) =>
      `${d.file} is a lock of ${d.program}, which tare does not read: run \`npm install --package-lock-only\` beside it, and keep the package-lock.json that this makes.`,
  ),
  HTTP_FAILED: rule<{ where: string; why: string; again: boolean }>(3, (d) => `${d.where}: ${d.why}.`),
  INDEX_MISSING: rule<{
    id: string;
    component: string;
    architecture: string;
    components: readonly string[];
    architectures: readonly string[];
  }>(
    2,
    (d) =>
      `${d.id} has no packages of component ${d.component} for ${d.architecture}; it has the components ${d.components.join(", ")} for ${d.architectures.join(", ")}.`,
  ),
  INTEGRITY_MISMATCH: rule<{ what: string; want: string; got: string }>(
    1,
    (d) => `${d.what} has the integrity ${d.got}, but ${d.want} was expected; it was not used.`,
  ),
  KEYRING_MISSING: rule<{ what: string; looked: readonly string[] }>(
    2,
    (d) =>
      `There is no keyring to check ${d.what} with (looked for ${d.looked.join(", ")}); name one with "keyring" in the recipe.`,
  ),
  KEYS_NEEDED: rule<{ what: string; offered: readonly string[] }>(
    2,
    (d) =>
      `${d.what} comes from the network, and there are no keys to check it with: name a file of them with --keyring${d.offered.length > 0 ? ` (its publisher offers ${d.offered.join(", ")}; compare the fingerprints with what you know)` : ""}.`,
  ),
  KEY_NOT_PINNED: rule<{ what: string; missing: readonly string[]; signers: readonly string[] }>(
    1,
    (d) =>
      `${d.what} is signed by ${d.signers.join(", ")}, but not by ${d.missing.join(", ")}, which "keys" asks for.`,
  ),
  KEY_UNKNOWN: rule<{ what: string; missing: readonly string[]; looked: readonly string[] }>(
    2,
    (d) =>
      `"keys" of ${d.what} names ${d.missing.join(", ")}, which ${d.looked.join(", ")} ${d.looked.length === 1 ? "does" : "do"} not have: look at the fingerprint, or name the file that has it with "keyring".`,
  ),
  LOCK_OUT_OF_STEP: rule<{ file: string; by: string; wants: string; has: string | undefined }>(
    2,
    (d) =>
      `${d.file} is out of step: ${d.by} wants ${d.wants}, and the lock has ${d.has ?? "none"}; run \`npm install --package-lock-only\`.`,
  ),
  MIRROR_UNKNOWN: rule<{ what: string; field: string; variable: string }>(
    2,
    (d) => `No mirror is known for ${d.what}: name one with "${d.field}" in the recipe or in ${d.variable}.`,
  ),
  NEEDS_IMAGES: rule<{ where: string; images: readonly string[] }>(
    2,
    (d) =>
      `${d.where} is only a part of an image: it lies upon ${d.images.join(", ")}; give one that has everything in it.`,
  ),
  NOT_IN_LOCK: rule<{ package: string; file: string; close: readonly string[] }>(
    1,
    (d) =>
      `${d.package} is not in ${d.file}${d.close.length > 0 ? `, but there is ${d.close.join(", ")}` : ": nothing needs it"}.`,
  ),
  NOT_THE_BASE: rule<{ where: string; base: string; why: string }>(
    2,
    (d) => `${d.where} is not built upon ${d.base}: ${d.why}; name the base that it was built upon.`,
  ),
  NOT_THE_IMAGE: rule<{ where: string; want: string | undefined; have: readonly string[] }>(
    2,
    (d) =>
      `${d.where} ${d.want === undefined ? "holds several images" : `holds no image named ${d.want}`}: ${d.have.length > 0 ? `name one of ${firstFew(d.have)}` : "none of them has a name"}.`,
  ),
  NO_ACCOUNT: rule<{ kind: string; name: string; where: string; todo: string }>(
    2,
    (d) => `${d.where} names the ${d.kind} ${d.name}, which the image does not have; ${d.todo}.`,
  ),
  /** `kind`: what it was meant for, where its name alone does not say so. */
  NO_FILE: rule<{ file: string; kind?: "file" | "folder"; todo: string }>(
    2,
    (d) => `There is no ${d.kind === undefined ? "" : `${d.kind} `}${d.file}: ${d.todo}.`,
  ),
  NO_LIBRARY: rule<{
    missing: readonly Needed[];
    suites: readonly string[];
    architecture: string;
  }>(
    1,
    (d) =>
      `No package of ${d.suites.join(", ")} for ${d.architecture} has ${whoNeedsWhat(d.missing)}; name a repository that has it, or list it under host-libraries if the host brings it.`,
  ),
  NO_NODE: rule<{ wanted: string; platform: string; why: string }>(
    2,
    (d) =>
      `There is no Node.js ${d.wanted} for ${d.platform}: ${d.why}; "node: debian" takes the distribution's own.`,
  ),
  NO_PLATFORM: rule<{ platform: string; source: string; known: readonly string[] }>(
    2,
    (d) => `${d.source} has no packages for ${d.platform}; it has ${d.known.join(", ")}.`,
  ),
  NO_RUNTIME: rule<{ where: string; reasons: readonly { runtime: string; why: string }[] }>(3, (d) =>
    d.reasons.length === 1
      ? `${d.where} cannot be started with ${d.reasons.map(({ runtime, why }) => `${runtime}: ${why}`)}.`
      : `Nothing on this machine can start ${d.where}: ${d.reasons.map(({ runtime, why }) => `${runtime}: ${why}`).join("; ")}.`,
  ),
  OFFLINE_LOCK: rule<{ file: string; stale: boolean }>(
    3,
    (d) =>
      `${d.file} ${d.stale ? "no longer fits the recipe" : "is not there"}, and choosing packages needs the network, which --offline forbids; run \`tare lock\` first.`,
  ),
  OFFLINE: rule<{ what: string }>(
    3,
    (d) =>
      `${d.what} is not in the store, and --offline keeps it from being fetched; build once without --offline.`,
  ),
  /** `asked`: the addresses that do not have it; none when no mirror is known. */
  PACKAGE_GONE: rule<{ package: string; repository: string; asked: readonly string[] }>(3, (d) =>
    d.asked.length === 0
      ? `${d.package} is not in the store, and no mirror of ${d.repository} is known; name one in the recipe, or run \`tare lock\`.`
      : `${d.package} is not in the store, and there is none any more at ${d.asked.join(" or ")}; \`tare lock\` takes what ${d.repository} has now, and TARE_CAS_MIRRORS can name a place that keeps what was.`,
  ),
  PLATFORM_MISSING: rule<{ where: string; platform: string; known: readonly string[] }>(
    2,
    (d) => `${d.where} has no image for ${d.platform}; it has ${d.known.join(", ")}.`,
  ),
  PROGRAM_FAILED: rule<{ program: string; what: string; why: string }>(
    3,
    (d) => `${d.program} could not write ${d.what}: ${d.why}.`,
  ),
  PROGRAM_MISSING: rule<{ program: string; package: string; what: string }>(
    3,
    (d) => `${d.what} needs ${d.program}, which is not on this machine: install the package ${d.package}.`,
  ),
  RELEASE_EXPIRED: rule<{ what: string; until: string }>(
    1,
    (d) =>
      `${d.what} was valid until ${d.until} and is not any more: the mirror is out of date, or somebody replays an old state; ask another mirror.`,
  ),
  RELEASE_FROM_FUTURE: rule<{ what: string; date: string }>(
    1,
    (d) => `${d.what} is dated ${d.date}, which is in the future: look at this machine's clock.`,
  ),
  RELEASE_MISMATCH: rule<{ what: string; got: string; want: string }>(
    1,
    (d) => `${d.what} is ${d.got}, but ${d.want} was asked for; nothing of it was used.`,
  ),
  REPOSITORY_CHANGED: rule<{ id: string; date: string; why: string; top?: "repomd.xml" }>(
    3,
    (d) =>
      `The indexes of ${d.id} do not fit its ${d.top ?? "Release"} of ${d.date} (the mirror is being updated, or is broken; try again later, or ask another mirror): ${d.why}`,
  ),
  REPOSITORY_MISSING: rule<{ id: string; where: readonly string[] }>(
    2,
    (d) => `There is no repository ${d.id} at ${d.where.join(" or ")}.`,
  ),
  SEVERAL_PLATFORMS: rule<{ where: string; platforms: readonly string[] }>(
    2,
    (d) =>
      `${d.where} holds one platform only, and this image has ${d.platforms.join(", ")}: write an oci: or oci-archive:, or choose one platform.`,
  ),
  SIGNATURE_MISSING: rule<{ what: string; todo?: string }>(
    1,
    (d) => `${d.what} is not signed; ${d.todo ?? 'only "allow-unsigned: true" in the recipe accepts that'}.`,
  ),
  SIGNATURE_REFUSED: rule<{
    what: string;
    /** `unknown`: the key is not in the keyring. */
    signatures: readonly { key: string; why: string; unknown?: true }[];
    looked: readonly string[];
  }>(
    1,
    (d) =>
      `No signature of ${d.what} can be trusted: ${d.signatures.map(({ key, why }) => `key ${key}: ${why}`).join("; ")}${d.signatures.some(({ unknown }) => unknown) ? ` (looked in ${d.looked.join(", ")}; "keyring" in the recipe names another)` : "; nothing of it was used"}.`,
  ),
  STALE_LOCK: rule<{ file: string; reasons: readonly string[] }>(
    1,
    (d) => `${d.file} is stale: ${d.reasons.join("; ")}; run \`tare lock\` and look at what changed.`,
  ),
  STORE_BUSY: rule<{ folder: string; who: string; todo: string }>(
    3,
    (d) => `The store ${d.folder} is in use by ${d.who}; ${d.todo}.`,
  ),
  STORE_DAMAGED: rule<{ digest: string }>(
    3,
    (d) =>
      `The store has lost or damaged ${d.digest} while it was in use; run \`tare store verify\` and build again.`,
  ),
  SUITE_UNKNOWN: rule<{ suite: string; where: readonly string[]; known: readonly string[] }>(
    2,
    (d) =>
      `There is no suite "${d.suite}" at ${d.where.join(" or ")}${d.known.length > 0 ? `; it has ${d.known.join(", ")}` : ""}.`,
  ),
  /** `promised`: the limit is the size that it was said to have. */
  TOO_LARGE: rule<{ what: string; limit: number; promised?: true }>(3, (d) =>
    d.promised
      ? `${d.what} goes on after the ${d.limit} bytes that it should have, so it is damaged or another file; it was not read further.`
      : `${d.what} is larger than the limit of ${d.limit} bytes; it was not read further.`,
  ),
  TOO_MANY_FILES: rule<{ where: string; limit: number }>(
    2,
    (d) =>
      `${d.where} brings more than ${d.limit} files; name a smaller folder, or leave some out with ignore.`,
  ),
  TOO_MANY_SIGNATURES: rule<{ what: string; count: number; limit: number }>(
    1,
    (d) =>
      `${d.what} has ${d.count} signatures, and nobody needs more than ${d.limit}; none was looked at, and nothing of it was used.`,
  ),
  TRUNCATED: rule<{ what: string; want: number; got: number }>(
    3,
    (d) => `${d.what} ends after ${d.got} bytes, but ${d.want} were expected.`,
  ),
  UNREADABLE: rule<{ file: string; why: string }>(3, (d) => `${d.file} cannot be read: ${d.why}.`),
  UNSATISFIABLE: rule<{ want: string; because: readonly string[] }>(
    1,
    (d) => `${d.want} cannot be had:${d.because.map((line) => `\n  ${line}`).join("")}`,
  ),
  UNSIGNED_TEXT: rule<{ what: string; why: string }>(
    1,
    (d) => `${d.what} is not a cleanly signed text: ${d.why}; nothing of it was used.`,
  ),
  UNSOUND_PACKAGE: rule<{ package: string; repository: string; why: string }>(
    3,
    (d) => `${d.package} of ${d.repository} cannot be used: ${d.why}.`,
  ),
  USR_NOT_MERGED: rule<{ what: string; path: string }>(
    1,
    (d) =>
      `${d.what} makes /${d.path} a folder of its own: a distribution whose /usr is not merged, as openSUSE Leap 15, is not made here; take a newer release of it.`,
  ),
} as const;

type Rules = typeof rules;
export type ErrorCode = keyof Rules;
type DetailsOf<Code extends ErrorCode> = Rules[Code] extends Rule<infer Details> ? Details : never;
export type Problem = { [Code in ErrorCode]: { readonly code: Code } & Readonly<DetailsOf<Code>> }[ErrorCode];

/** The one error that the library throws on purpose. Match on `problem.code`, never on the message. */
export class TareError extends Error {
  readonly problem: Problem;
  /** What asked for it, as `Dockerfile:3`: each line of the message begins with it. */
  readonly at: string | undefined;

  constructor(problem: Problem, { at, ...options }: ErrorOptions & { readonly at?: string } = {}) {
    super(
      at === undefined ? sentenceOf(problem) : sentenceOf(problem).replace(/^/gm, () => `${at}: `),
      options,
    );
    this.name = "TareError";
    this.problem = problem;
    this.at = at;
  }

  get code(): ErrorCode {
    return this.problem.code;
  }

  get exitCode(): ExitCode {
    return rules[this.problem.code].exit;
  }
}

function sentenceOf(problem: Problem): string {
  const say = rules[problem.code].say as (details: Problem) => string;
  return say(problem);
}
