import { byText } from "../../../../bytes/text.ts";
import { textsOf } from "../../../../scripts/commands/arguments.ts";
import { type Call, type Emulation, type Status, Unsure } from "../../../../scripts/shell/interpret.ts";
import type { Workspace } from "../../../../scripts/workspace.ts";

const adminFolder = "/var/lib/dpkg/alternatives";
const linkFolder = "/etc/alternatives";

interface Choice {
  readonly path: string;
  readonly priority: number;
  /** By the slave's name. */
  readonly slaves: ReadonlyMap<string, string>;
}

/** One name and who may stand for it (update-alternatives(1)). */
interface Alternative {
  readonly name: string;
  readonly link: string;
  /** Names of slaves to their links. */
  readonly slaves: ReadonlyMap<string, string>;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly manual: string | undefined;
}

export const alternatives = new Map<string, Emulation>([["update-alternatives", updateAlternatives]]);

function updateAlternatives(call: Call): Status {
  const args = textsOf(call).filter((arg) => !["--quiet", "--verbose", "--force"].includes(arg));
  const { workspace } = call.shell;
  switch (args[0]) {
    case "--install":
      return install(call, args.slice(1));
    case "--remove":
    case "--remove-all":
    case "--auto": {
      const present = sound.test(args[1] ?? "") ? read(workspace, args[1] as string) : undefined;
      if (!present) return args[0] === "--auto" ? 2 : 0;
      const choices = new Map(present.choices);
      if (args[0] === "--remove") choices.delete(args[2] ?? "");
      if (args[0] === "--remove-all") choices.clear();
      if (args[0] !== "--auto" && choices.size === present.choices.size) return 0;
      if (choices.size === 0) throw new Unsure("it takes an alternative away");
      return write(call, { ...present, choices, manual: undefined });
    }
    case "--set": {
      const present = read(workspace, args[1] ?? "");
      if (!present?.choices.has(args[2] ?? "")) return 2;
      return write(call, { ...present, manual: args[2] });
    }
    case "--query":
    case "--list":
    case "--display":
    case "--get-selections":
      call.io.out(undefined);
      return read(workspace, args[1] ?? "") ? 0 : 2;
    default:
      throw new Unsure(`update-alternatives ${args[0] ?? ""} is not known`);
  }
}

const sound = /^[A-Za-z0-9_+.@:~-][A-Za-z0-9_+.@:~ -]*$/;
const absolute = /^\/[^\n]+$/;

function install(call: Call, args: readonly string[]): Status {
  const [link = "", name = "", path = "", priorityText = "", ...rest] = args;
  if (
    !absolute.test(link) ||
    !absolute.test(path) ||
    !sound.test(name) ||
    !/^-?[0-9]{1,9}$/.test(priorityText)
  )
    throw new Unsure("the alternative is not known");
  const slaves = new Map<string, { link: string; path: string }>();
  for (let at = 0; at < rest.length; at += 4) {
    const [flag, slaveLink = "", slaveName = "", slavePath = ""] = rest.slice(at, at + 4);
    if (
      flag !== "--slave" ||
      !absolute.test(slaveLink) ||
      !sound.test(slaveName) ||
      !absolute.test(slavePath)
    )
      throw new Unsure("a slave of the alternative is not known");
    slaves.set(slaveName, { link: slaveLink, path: slavePath });
  }
  const { workspace } = call.shell;
  if (!workspace.resolve(path)) return 2;
  const present = read(workspace, name);
  const choice: Choice = {
    path,
    priority: Number(priorityText),
    slaves: new Map([...slaves].map(([slave, one]) => [slave, one.path])),
  };
  return write(call, {
    name,
    link,
    slaves: new Map([
      ...(present?.slaves ?? []),
      ...[...slaves].map(([slave, one]) => [slave, one.link] as const),
    ]),
    choices: new Map([...(present?.choices ?? []), [path, choice]]),
    manual: present?.manual,
  });
}

function write(call: Call, alternative: Alternative): Status {
  const { workspace } = call.shell;
  const { name, link } = alternative;
  const slaves = [...alternative.slaves].sort(([a], [b]) => byText(a, b));
  const choices = [...alternative.choices.values()].sort((a, b) => byText(a.path, b.path));
  const lines = [alternative.manual === undefined ? "auto" : "manual", link];
  for (const [slave, slaveLink] of slaves) lines.push(slave, slaveLink);
  lines.push("");
  for (const choice of choices) {
    lines.push(choice.path, String(choice.priority));
    for (const [slave] of slaves) lines.push(choice.slaves.get(slave) ?? "");
  }
  lines.push("");
  workspace.makeDirectory(adminFolder, true);
  workspace.makeDirectory(linkFolder, true);
  workspace.write(`${adminFolder}/${name}`, lines.map((line) => `${line}\n`).join(""));
  const highest = Math.max(...choices.map((choice) => choice.priority));
  const best =
    choices.find((choice) => choice.path === alternative.manual) ??
    choices.find((choice) => choice.priority === highest);
  if (!best) return 2;
  point(workspace, name, link, best.path);
  for (const [slave, slaveLink] of slaves) {
    const path = best.slaves.get(slave);
    if (path !== undefined && workspace.resolve(path)) point(workspace, slave, slaveLink, path);
    else
      for (const old of [slaveLink, `${linkFolder}/${slave}`])
        if (isOurs(workspace, old)) workspace.remove(old);
  }
  call.shell.findings.handled.add(`alternative ${name}`);
  return 0;
}

/** `link -> /etc/alternatives/name -> path`; a file that stands in the way stays. Links take their target's time. */
function point(workspace: Workspace, name: string, link: string, path: string): void {
  const mtime = workspace.lookup(path)?.mtime ?? workspace.timestamp;
  for (const [place, text] of [
    [`${linkFolder}/${name}`, path],
    [link, `${linkFolder}/${name}`],
  ] as const) {
    const present = workspace.lookup(place);
    if (present?.type === "symlink" && present.link === text && present.mtime === mtime) continue;
    if (present && present.type !== "symlink") continue;
    workspace.remove(place);
    workspace.symlink(place, text, mtime);
  }
}

function isOurs(workspace: Workspace, path: string): boolean {
  const node = workspace.lookup(path);
  return (
    node?.type === "symlink" &&
    (path.startsWith(`${linkFolder}/`) || node.link?.startsWith(`${linkFolder}/`) === true)
  );
}

function read(workspace: Workspace, name: string): Alternative | undefined {
  if (!sound.test(name)) throw new Unsure("the alternative is not known");
  const text = workspace.text(`${adminFolder}/${name}`);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const slaves = new Map<string, string>();
  let at = 2;
  for (; lines[at]; at += 2) slaves.set(lines[at] as string, lines[at + 1] ?? "");
  at += 1;
  const choices = new Map<string, Choice>();
  while (lines[at]) {
    const path = lines[at] as string;
    const own = new Map<string, string>();
    [...slaves.keys()].forEach((slave, index) => {
      const value = lines[at + 2 + index];
      if (value) own.set(slave, value);
    });
    choices.set(path, { path, priority: Number(lines[at + 1]), slaves: own });
    at += 2 + slaves.size;
  }
  const manual = lines[0] === "manual" ? workspace.lookup(`${linkFolder}/${name}`)?.link : undefined;
  return { name, link: lines[1] ?? "", slaves, choices, manual };
}
