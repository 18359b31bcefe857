import { byText } from "../../bytes/text.ts";
import { textsOf } from "../../scripts/commands/arguments.ts";
import { type Call, type Status, Unsure } from "../../scripts/shell/interpret.ts";
import type { Workspace } from "../../scripts/workspace.ts";
import {
  type AlternativesCommand,
  type LinkSet,
  parseAlternativesArguments,
} from "./alternatives-arguments.ts";
import {
  type AlternativesState,
  type Candidate,
  formatAlternatives,
  parseAlternatives,
} from "./alternatives-state.ts";

const stateFolder = "/var/lib/alternatives";
const linkFolder = "/etc/alternatives";

/** What chkconfig's `alternatives`, also called `update-alternatives`, would leave behind. */
export function alternatives(call: Call): Status {
  const command = parseAlternativesArguments(textsOf(call));
  if (command.action === "list") {
    call.io.out(undefined);
    return 0;
  }
  if (command.action === "install") return install(call, command);
  const { workspace } = call.shell;
  const { name } = command;
  const present = read(workspace, name);
  if (command.action === "display") {
    call.io.out(undefined);
    return present === undefined || !hasLink(workspace, name) ? 2 : 0;
  }
  if (present === undefined || !hasLink(workspace, name)) return 2;
  const at =
    "path" in command ? present.candidates.findIndex((one) => same(workspace, one.path, command.path)) : -1;
  switch (command.action) {
    case "auto":
      return write(call, name, { ...present, automatic: true }, undefined);
    case "set": {
      const family = present.candidates.filter((one) => one.family === command.path);
      const chosen = at < 0 ? best(family) : present.candidates[at];
      return chosen ? write(call, name, { ...present, automatic: false }, chosen) : 2;
    }
    case "remove-all":
      return forget(call, name, present);
    case "remove":
      if (at < 0) return 2;
      return present.candidates.length === 1
        ? forget(call, name, present)
        : removeOne(call, name, present, at);
    case "add-follower":
    case "remove-follower": {
      const old = present.candidates[at];
      if (old === undefined) return 2;
      const own = new Map(old.followers);
      const links = new Map(present.followers);
      if (command.action === "add-follower") {
        add(workspace, links, [command.follower]);
        own.set(command.follower.name, command.follower.path);
      } else if (!links.has(command.follower)) return 2;
      else own.delete(command.follower);
      const candidates = present.candidates.with(at, { ...old, followers: own });
      const followers = command.action === "remove-follower" ? used(workspace, links, candidates) : links;
      const state = { ...present, followers: inOrder(followers), candidates };
      return write(call, name, state, current(workspace, name, state));
    }
  }
}

function install(call: Call, command: AlternativesCommand & { action: "install" }): Status {
  const { workspace } = call.shell;
  const { leader, priority, followers, family, initscript } = command;
  const present = read(workspace, leader.name);
  if (
    present !== undefined &&
    !(hasLink(workspace, leader.name) && same(workspace, present.link, leader.link))
  )
    return 2;
  const added: Candidate = {
    path: leader.path,
    priority,
    ...(family !== undefined && { family }),
    ...(initscript !== undefined && { initscript }),
    followers: new Map(followers.map(({ name, path }) => [name, path])),
  };
  if (present === undefined) {
    const links = new Map(followers.map(({ name, link }) => [name, link]));
    const state = { automatic: true, link: leader.link, followers: links, candidates: [added] };
    return write(call, leader.name, state, undefined);
  }
  const links = new Map(present.followers);
  add(workspace, links, followers);
  const at = present.candidates.findIndex((one) => same(workspace, one.path, added.path));
  const candidates = at < 0 ? [...present.candidates, added] : present.candidates.with(at, added);
  const state = {
    ...present,
    followers: inOrder(at < 0 ? links : used(workspace, links, candidates)),
    candidates,
  };
  return write(
    call,
    leader.name,
    state,
    at < 0 && !state.automatic ? "as it is" : current(workspace, leader.name, state),
  );
}

/** Others take the place of one; the last of the list takes its place in the list. */
function removeOne(call: Call, name: string, present: AlternativesState, at: number): Status {
  const { workspace } = call.shell;
  const held = current(workspace, name, present);
  const gone = present.candidates[at];
  const candidates = present.candidates.slice(0, -1);
  if (at < candidates.length) candidates[at] = present.candidates.at(-1) as Candidate;
  const state = { ...present, candidates };
  if (present.automatic || held !== gone) return write(call, name, state, "as it is");
  const family = candidates.filter((one) => held?.family !== undefined && one.family === held.family);
  return family.length > 0
    ? write(call, name, state, best(family))
    : write(call, name, { ...state, automatic: true }, undefined);
}

/** Nothing stands for the name any more. */
function forget(call: Call, name: string, { link, followers }: AlternativesState): Status {
  const { workspace } = call.shell;
  unlink(workspace, name, link);
  for (const [follower, place] of followers) unlink(workspace, follower, place);
  workspace.remove(`${stateFolder}/${name}`);
  call.shell.findings.handled.add(`alternative ${name}`);
  return 0;
}

/** Writes the state, and the links: to the best of all where the mode is automatic, else to `chosen` or the first. */
function write(
  call: Call,
  name: string,
  state: AlternativesState,
  chosen: Candidate | "as it is" | undefined,
): Status {
  const { workspace, findings } = call.shell;
  workspace.makeDirectory(stateFolder, true);
  workspace.makeDirectory(linkFolder, true);
  workspace.write(`${stateFolder}/${name}`, formatAlternatives(state));
  findings.handled.add(`alternative ${name}`);
  if (state.candidates.some(({ initscript }) => initscript !== undefined))
    findings.harmless.add("services are neither enabled nor started in an image");
  const stands = state.automatic ? best(state.candidates) : (chosen ?? state.candidates[0]);
  if (stands === "as it is" || stands === undefined) return 0;
  let done = point(workspace, { name, link: state.link, path: stands.path });
  for (const [follower, link] of state.followers) {
    const path = stands.followers.get(follower);
    if (path === undefined) unlink(workspace, follower, link);
    else done = point(workspace, { name: follower, link, path }) && done;
  }
  return done ? 0 : 2;
}

/**
 * `link -> /etc/alternatives/name -> path`, the first of them first; what is no link stays in the way of it. False where
 * the link cannot be made, as there is no folder for it: then the name gets no link either.
 */
function point(workspace: Workspace, { name, link, path }: LinkSet): boolean {
  const own = `${linkFolder}/${name}`;
  const present = workspace.lookup(link);
  const free = present === undefined || present.type === "symlink";
  return (!free || relink(workspace, link, own)) && relink(workspace, own, path);
}

function relink(workspace: Workspace, place: string, text: string): boolean {
  const present = workspace.lookup(place);
  if (present?.link === text) return true;
  if (present?.type === "directory") return false;
  workspace.remove(place);
  return workspace.symlink(place, text);
}

function unlink(workspace: Workspace, name: string, link: string): void {
  for (const place of [`${linkFolder}/${name}`, link])
    if (workspace.lookup(place)?.type === "symlink") workspace.remove(place);
}

/** New followers come at the end; one of a link that is known stays what it was. */
function add(workspace: Workspace, links: Map<string, string>, followers: readonly LinkSet[]): void {
  for (const { name, link } of followers) {
    if ([...links.values()].some((known) => same(workspace, known, link))) continue;
    if (links.has(name)) throw new Unsure(`the follower ${name} has two links`);
    links.set(name, link);
  }
}

/** Without the followers that no candidate has any more; their links are gone. */
function used(
  workspace: Workspace,
  links: ReadonlyMap<string, string>,
  candidates: readonly Candidate[],
): ReadonlyMap<string, string> {
  const names = new Set(candidates.flatMap(({ followers }) => [...followers.keys()]));
  for (const [name, link] of links) if (!names.has(name)) unlink(workspace, name, link);
  return new Map([...links].filter(([name]) => names.has(name)));
}

/** The order of their links. */
function inOrder(links: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...links].sort(([, a], [, b]) => byText(a, b)));
}

/** The first of the highest priority. */
function best(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>(
    (found, one) => (found === undefined || one.priority > found.priority ? one : found),
    undefined,
  );
}

function current(
  workspace: Workspace,
  name: string,
  { candidates }: AlternativesState,
): Candidate | undefined {
  const link = workspace.lookup(`${linkFolder}/${name}`)?.link;
  return link === undefined ? undefined : candidates.find(({ path }) => same(workspace, path, link));
}

/** Where there is a state but no link, chkconfig fails, whatever it should do. */
function hasLink(workspace: Workspace, name: string): boolean {
  return workspace.lookup(`${linkFolder}/${name}`)?.type === "symlink";
}

/** A state whose link leads elsewhere than it should counts as set by hand. @throws Unsure when it is none */
function read(workspace: Workspace, name: string): AlternativesState | undefined {
  const path = `${stateFolder}/${name}`;
  if (workspace.resolve(path) === undefined) return undefined;
  const state = parseAlternatives(workspace.text(path) ?? "");
  if (state === undefined) throw new Unsure(`${path} cannot be read`);
  const automatic = state.automatic && current(workspace, name, state) === best(state.candidates);
  return { ...state, automatic };
}

/** Where `/usr/sbin` is a link to `bin`, their programs are the same. */
function same(workspace: Workspace, one: string, other: string): boolean {
  if (one === other) return true;
  if (workspace.lookup("/usr/sbin")?.type !== "symlink") return false;
  const plain = (path: string) => path.replace(/^(?:\/usr)?\/s?bin\//, "/usr/bin/");
  return plain(one) === plain(other);
}
