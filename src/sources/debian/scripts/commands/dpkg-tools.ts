import { compareVersions } from "../../../../formats/deb/version.ts";
import { numberOf } from "../../../../scripts/commands/account-files.ts";
import { optionsOf, textsOf } from "../../../../scripts/commands/arguments.ts";
import { modeOf } from "../../../../scripts/commands/files.ts";
import { type Call, type Emulation, type Status, Unsure } from "../../../../scripts/shell/interpret.ts";

/** What dpkg's own tools know beside the files. */
export interface PackageFacts {
  /** dpkg's name of the machine. */
  readonly architecture: string;
  /** Version by name of every package of the image. */
  readonly versions: ReadonlyMap<string, string>;
  /** The package whose script is read. */
  readonly current: string;
  /** Called for each trigger that a script sets off. */
  readonly activate: (trigger: string) => void;
  /** The package that a path came from. */
  readonly ownerOf: (path: string) => string | undefined;
  /** Paths that came from a package, as they lie in the root. */
  readonly pathsOf: (name: string) => readonly string[];
}

export function dpkgTools(facts: PackageFacts): Map<string, Emulation> {
  return new Map<string, Emulation>([
    ["dpkg", (call) => dpkg(call, facts)],
    ["dpkg-divert", (call) => divert(call, facts)],
    ["dpkg-maintscript-helper", maintscriptHelper],
    ["dpkg-query", (call) => query(call, facts)],
    ["dpkg-statoverride", statOverride],
    ["dpkg-trigger", (call) => trigger(call, facts)],
  ]);
}

function dpkg(call: Call, facts: PackageFacts): Status {
  const [action] = call.args;
  if (action === "--compare-versions") return compare(call);
  if (action === "--print-architecture") {
    call.io.out(`${facts.architecture}\n`);
    return 0;
  }
  if (action?.startsWith("--assert-")) return 0;
  return query(call, facts);
}

/** `A OP B`. Without a version, `lt` and its kin count it as the earliest, `lt-nl` and its kin as the latest. */
function compare(call: Call): Status {
  const words = call.args.slice(1).filter((arg) => arg !== "--");
  const [a, operator, b] = words;
  if (a === undefined || operator === undefined || b === undefined) return undefined;
  const latest = operator.endsWith("-nl");
  const plain = operator.replace(/-nl$/, "");
  const order =
    a === b ? 0 : a === "" ? (latest ? 1 : -1) : b === "" ? (latest ? -1 : 1) : compareVersions(a, b);
  const truth = new Map([
    ["lt", order < 0],
    ["<<", order < 0],
    ["<", order <= 0],
    ["le", order <= 0],
    ["<=", order <= 0],
    ["eq", order === 0],
    ["=", order === 0],
    ["ne", order !== 0],
    ["ge", order >= 0],
    [">=", order >= 0],
    [">", order >= 0],
    ["gt", order > 0],
    [">>", order > 0],
  ]).get(plain);
  if (truth === undefined) throw new Unsure(`the comparison ${operator} is not known`);
  return truth ? 0 : 1;
}

/** Whether packages are there is known, their versions and their files; what else is printed is not followed. */
function query(call: Call, facts: PackageFacts): Status {
  const asked = askedOf(call);
  if (asked !== undefined && facts.versions.has(asked.name)) {
    const { action, name } = asked;
    call.io.out(action === "version" ? facts.versions.get(name) : listing(facts.pathsOf(name)));
    return 0;
  }
  call.io.out(undefined);
  const names = call.args.filter((arg) => !arg?.startsWith("-"));
  const lists = call.args.some((arg) => arg === "-S" || arg === "--search" || arg === undefined);
  if (lists || names.length !== 1) return undefined;
  const name = (names[0] as string).replace(/:.*/, "");
  return facts.versions.has(name) || /[*?[]/.test(name) ? undefined : 1;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in, not we
const versionFormat = "${Version}";

/** `-W -f '${Version}' NAME` and `-L NAME`, the options in any order. */
function askedOf({ args }: Call): { action: "version" | "list"; name: string } | undefined {
  const words = args.map((arg) => arg ?? "");
  const names = words.filter((word) => /^[a-z0-9][a-z0-9.+-]*$/.test(word));
  const [name] = names;
  if (name === undefined || names.length > 1) return undefined;
  const options = new Set(words.filter((word) => word !== name));
  const only = (...wanted: string[]) =>
    options.size === wanted.length && wanted.every((one) => options.has(one));
  if (only("-W", "-f", versionFormat) || only("--show", "-f", versionFormat))
    return { action: "version", name };
  return only("-L") || only("--listfiles") ? { action: "list", name } : undefined;
}

/** Both names of what lies below a merged directory: scripts ask for either. */
function listing(paths: readonly string[]): string {
  const short = paths.flatMap((path) =>
    /^usr\/(?:s?bin|lib[^/]*)\//.test(path) ? [path.slice("usr/".length)] : [],
  );
  return [...paths, ...short].map((path) => `/${path}\n`).join("");
}

/** Moves and removes what older versions left: on a first installation there is none. */
function maintscriptHelper(call: Call): Status {
  call.shell.findings.harmless.add("nothing of an older version to clean up");
  return 0;
}

function trigger(call: Call, facts: PackageFacts): Status {
  const { flags, operands } = optionsOf(
    call,
    ["--no-await", "--await", "--check-supported"],
    ["--by-package"],
  );
  if (!flags.has("--check-supported") && operands[0] !== undefined) facts.activate(operands[0]);
  return 0;
}

const diversions = "/var/lib/dpkg/diversions";

interface Diversion {
  readonly from: string;
  readonly to: string;
  /** `:` for a local one. */
  readonly owner: string;
}

function divert(call: Call, facts: PackageFacts): Status {
  const { flags, operands } = optionsOf(
    call,
    ["--add", "--remove", "--rename", "--no-rename", "--local", "--quiet", "--list", "--test"],
    ["--package", "--divert", "--listpackage", "--truename"],
  );
  const { workspace } = call.shell;
  const lines = (workspace.text(diversions) ?? "").split("\n");
  const present: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3)
    present.push({ from: lines[at] as string, to: lines[at + 1] as string, owner: lines[at + 2] as string });
  const find = (path: string) => present.find(({ from }) => from === path);
  const asked = flags.get("--listpackage") ?? flags.get("--truename");
  if (asked !== undefined) {
    const found = find(asked);
    if (flags.has("--truename")) call.io.out(`${found?.to ?? asked}\n`);
    else if (found) call.io.out(`${found.owner === ":" ? "LOCAL" : found.owner}\n`);
    return 0;
  }
  if (flags.has("--list")) {
    call.io.out(
      present.length === 0 || operands.every((path) => !/[*?[]/.test(path) && !find(path)) ? "" : undefined,
    );
    return 0;
  }
  const [from] = operands;
  if (from === undefined || !from.startsWith("/") || from.includes("\n"))
    throw new Unsure("what it diverts is not known");
  const owner = flags.has("--local") ? ":" : (flags.get("--package") ?? facts.current);
  const found = find(from);
  const save = (all: readonly Diversion[]) => {
    workspace.makeDirectory("/var/lib/dpkg", true);
    workspace.write(diversions, all.map((one) => `${one.from}\n${one.to}\n${one.owner}\n`).join(""));
    call.shell.findings.handled.add(`diversion of ${from}`);
  };
  if (flags.has("--remove")) {
    if (!found) return 0;
    if (flags.has("--rename") && workspace.lookup(found.to)) throw new Unsure("it takes a diversion back");
    save(present.filter((one) => one !== found));
    return 0;
  }
  const to = flags.get("--divert") ?? `${from}.distrib`;
  if (found) return found.to === to && found.owner === owner ? 0 : 2;
  if (flags.has("--rename")) {
    const real = workspace.real(from, false);
    const holder = real === undefined ? undefined : facts.ownerOf(real);
    if (workspace.lookup(from) && holder !== owner) throw new Unsure(`it moves ${from} out of the way`);
  }
  save([{ from, to, owner }, ...present]);
  return 0;
}

const overrides = "/var/lib/dpkg/statoverride";

function statOverride(call: Call): Status {
  const { flags, operands } = optionsOf(call, [
    "--add",
    "--remove",
    "--list",
    "--update",
    "--quiet",
    "--force",
    "--force-all",
  ]);
  const { workspace } = call.shell;
  const lines = (workspace.text(overrides) ?? "").split("\n").filter((line) => line !== "");
  const pathOf = (line: string) => line.split(" ").slice(3).join(" ");
  if (flags.has("--list")) {
    const found = operands.length === 0 ? lines : lines.filter((line) => operands.includes(pathOf(line)));
    call.io.out(found.map((line) => `${line}\n`).join(""));
    return found.length > 0 ? 0 : 1;
  }
  const path = operands.at(-1) ?? "";
  if (!path.startsWith("/") || path.includes("\n")) throw new Unsure("what it overrides is not known");
  const others = lines.filter((line) => pathOf(line) !== path);
  if (flags.has("--remove")) {
    if (others.length === lines.length) return flags.has("--force") ? 0 : 2;
    workspace.write(overrides, others.map((line) => `${line}\n`).join(""));
    return 0;
  }
  const [user = "", group = "", modeText = ""] = textsOf({ ...call, args: operands });
  if (others.length < lines.length && !flags.has("--force")) return 2;
  const mode = modeOf(modeText, 0, false);
  const uid = numberOf(workspace, "user", user.replace(/^#/, ""));
  const gid = numberOf(workspace, "group", group.replace(/^#/, ""));
  if (uid === undefined || gid === undefined) throw new Unsure(`the owner ${user}:${group} is not known`);
  if (flags.has("--update")) {
    const node = workspace.resolve(path);
    const differs = node && (node.mode !== mode || node.uid !== uid || node.gid !== gid);
    if (differs && node.type === "file" && node.content === undefined)
      throw new Unsure(`${path} would change, and its content is not at hand`);
    if (differs) workspace.change(path, { mode, uid, gid });
  }
  workspace.makeDirectory("/var/lib/dpkg", true);
  const line = `${user} ${group} ${mode.toString(8)} ${path}`;
  workspace.write(overrides, [...others, line].map((one) => `${one}\n`).join(""));
  call.shell.findings.handled.add(`override of ${path}`);
  return 0;
}
