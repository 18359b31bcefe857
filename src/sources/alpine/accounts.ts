import {
  addGroup,
  addMember,
  hasAccounts,
  numberOf,
  rowOf,
  used,
} from "../../scripts/commands/account-files.ts";
import { optionsOf } from "../../scripts/commands/arguments.ts";
import {
  type Call,
  type Emulation,
  isTransient,
  type Status,
  Unsure,
} from "../../scripts/shell/interpret.ts";
import type { Workspace } from "../../scripts/workspace.ts";

/** busybox's programs for accounts, as Alpine builds them (busybox, `loginutils/adduser.c`, `addgroup.c`). */
export const accounts: ReadonlyMap<string, Emulation> = new Map([
  ["addgroup", addgroup],
  ["adduser", adduser],
]);

/** Numbers of system accounts, then of persons; a number that is asked for may be any. */
const system = { first: 100, last: 999 };
const person = { first: 1000, last: 60_000 };
const accountName = /^(?=[0-9]*[a-zA-Z_])[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,31}$/;
const inUse = 1;

/** `addgroup [-g NUMBER] [-S] GROUP`, and `addgroup USER GROUP`. */
function addgroup(call: Call): Status {
  const { flags, operands } = optionsOf(call, ["-S", "--system"], ["-g", "--gid"]);
  const workspace = needFiles(call);
  const [name = "", group] = operands;
  if (group !== undefined) return join(call, name, group);
  if (rowOfName(workspace, "group", checked(name))) return inUse;
  const ids = used(workspace, "group");
  const wanted = number(flags.get("-g") ?? flags.get("--gid"));
  if (wanted !== undefined && ids.has(wanted)) return inUse;
  const range = flags.has("-S") || flags.has("--system") ? system : person;
  addGroup(workspace, name, wanted ?? firstFree((id) => ids.has(id), range), "!");
  return note(call, `group ${name}`);
}

/** `adduser [-h HOME] [-g GECOS] [-s SHELL] [-G GROUP] [-u NUMBER] [-S] [-D] [-H] USER`, and `adduser USER GROUP`. */
function adduser(call: Call): Status {
  const { flags, operands } = optionsOf(
    call,
    ["-S", "-D", "-H", "--system", "--disabled-password", "--no-create-home"],
    ["-h", "-g", "-s", "-G", "-u", "-k", "--home", "--gecos", "--shell", "--ingroup", "--uid", "--skel"],
  );
  const workspace = needFiles(call);
  const value = (...names: string[]) =>
    names.map((flag) => flags.get(flag)).find((text) => text !== undefined);
  const [name = "", other] = operands;
  if (flags.size === 0 && other !== undefined) return join(call, name, other);
  const isSystem = value("-S", "--system") !== undefined;
  if (!isSystem && value("-D", "--disabled-password") === undefined)
    throw new Unsure("it asks for a password");
  if (rowOfName(workspace, "user", checked(name))) return inUse;
  const group = value("-G", "--ingroup") ?? (isSystem ? "nogroup" : undefined);
  const gidOfGroup = group === undefined ? undefined : numberOf(workspace, "group", group);
  if (group !== undefined && gidOfGroup === undefined) return inUse;
  const home = value("-h", "--home") ?? `/home/${name}`;
  const comment = value("-g", "--gecos") ?? "Linux User,,,";
  const shell = value("-s", "--shell") ?? (isSystem ? "/sbin/nologin" : rootsShell(workspace));
  if (/[:\n]/.test(home + comment + shell)) throw new Unsure("the account is not known");
  const [uids, gids] = [used(workspace, "user"), used(workspace, "group")];
  const isTaken = (id: number) => uids.has(id) || (gidOfGroup === undefined && gids.has(id));
  const wanted = number(value("-u", "--uid"));
  if (wanted !== undefined && isTaken(wanted)) return inUse;
  if (gidOfGroup === undefined && rowOfName(workspace, "group", name)) return inUse;
  const uid = wanted ?? firstFree(isTaken, isSystem ? system : person);
  const gid = gidOfGroup ?? uid;
  append(workspace, "/etc/passwd", `${name}:x:${uid}:${gid}:${comment}:${home}:${shell}\n`);
  const day = Math.floor(workspace.timestamp / 86_400);
  append(workspace, "/etc/shadow", `${name}:!:${day}:0:99999:7:::\n`);
  if (group === undefined) addGroup(workspace, name, gid, "!");
  else addMember(workspace, name, group);
  if (value("-H", "--no-create-home") === undefined) makeHome(workspace, home, uid, gid, isSystem);
  return note(call, `account ${name}`);
}

function needFiles({ shell, name }: Call): Workspace {
  if (!hasAccounts(shell.workspace)) throw new Unsure(`${name} needs /etc/passwd and /etc/group`);
  return shell.workspace;
}

function checked(name: string): string {
  if (!accountName.test(name)) throw new Unsure("the name of an account is not known");
  return name;
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) throw new Unsure(`the number ${text} is not known`);
  return Number(text);
}

function firstFree(isTaken: (id: number) => boolean, { first, last }: typeof system): number {
  for (let id = first; id <= last; id += 1) if (!isTaken(id)) return id;
  throw new Unsure("no number is free");
}

function note(call: Call, phrase: string): 0 {
  call.shell.findings.handled.add(phrase);
  return 0;
}

function join(call: Call, user: string, group: string): Status {
  const { workspace } = call.shell;
  if (!rowOfName(workspace, "user", user) || !rowOfName(workspace, "group", group)) return 1;
  return addMember(workspace, user, group) ? note(call, `account ${user} in group ${group}`) : 1;
}

/** The line of an account by its name alone. */
function rowOfName(workspace: Workspace, kind: "user" | "group", name: string): boolean {
  return rowOf(workspace, kind, name)?.[0] === name;
}

/** What `adduser` takes where nothing else is said. */
function rootsShell(workspace: Workspace): string {
  return rowOf(workspace, "user", "root")?.[6] || "/bin/sh";
}

/** Nothing where the file is not there: whoever has no /etc/shadow does not want one. */
function append(workspace: Workspace, file: string, line: string): void {
  const text = workspace.text(file);
  if (text === undefined) return;
  workspace.write(file, `${text === "" || text.endsWith("\n") ? text : `${text}\n`}${line}`);
}

function makeHome(workspace: Workspace, home: string, uid: number, gid: number, isSystem: boolean): void {
  if (isTransient(home)) return;
  const there = workspace.resolve(home);
  if (there === undefined && !isSystem && workspace.list("/etc/skel").length > 0)
    throw new Unsure("it makes a home directory from /etc/skel");
  if (there === undefined) workspace.makeDirectory(home, false);
  workspace.change(home, { uid, gid, mode: 0o2755 });
}
