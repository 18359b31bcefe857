import { type Call, type Emulation, isTransient, type Status, Unsure } from "../shell/interpret.ts";
import type { Workspace } from "../workspace.ts";
import {
  addGroup,
  addMember,
  addUser,
  hasAccounts,
  numberOf,
  rowOf,
  shadowAccounts,
  used,
} from "./account-files.ts";
import { optionsOf, textsOf } from "./arguments.ts";

/** Programs that make system accounts (adduser(8), useradd(8), groupadd(8), usermod(8)). */
export const accounts = new Map<string, Emulation>([
  ["adduser", adduser],
  ["addgroup", addgroup],
  ["useradd", useradd],
  ["groupadd", groupadd],
  ["usermod", usermod],
  ["gpasswd", gpasswd],
  ["pwck", () => 0],
  ["grpck", () => 0],
  ["pwconv", shadowed],
  ["grpconv", shadowed],
  ["shadowconfig", shadowconfig],
  ["update-passwd", updatePasswd],
]);

/** Debian Policy 9.2.2: numbers that packages may take dynamically. */
const FIRST_SYSTEM = 100;
const LAST_SYSTEM = 999;
const FIRST_NORMAL = 1000;
const LAST_NORMAL = 59_999;
const accountName = /^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}\$?$/;
const noLogin = "/usr/sbin/nologin";

function needFiles({ shell, name }: Call): Workspace {
  if (!hasAccounts(shell.workspace)) throw new Unsure(`${name} needs /etc/passwd and /etc/group`);
  return shell.workspace;
}

function checked(name: string | undefined): string {
  if (name === undefined || !accountName.test(name)) throw new Unsure("the name of an account is not known");
  return name;
}

function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) throw new Unsure(`the number ${text} is not known`);
  return Number(text);
}

function firstFree(taken: (id: number) => boolean, from: number, to: number): number {
  const step = from <= to ? 1 : -1;
  for (let id = from; id !== to + step; id += step) if (!taken(id)) return id;
  throw new Unsure("no number is free");
}

function note(call: Call, phrase: string): 0 {
  call.shell.findings.handled.add(phrase);
  return 0;
}

function adduser(call: Call): Status {
  const plain = [
    "--system",
    "--group",
    "--no-create-home",
    "--quiet",
    "--disabled-login",
    "--disabled-password",
  ];
  const { flags, operands } = optionsOf(
    call,
    [
      ...plain,
      "-q",
      "--force-badname",
      "--allow-badname",
      "--allow-bad-names",
      "--allow-all-names",
      "--debug",
    ],
    ["--home", "--shell", "--gecos", "--comment", "--uid", "--gid", "--ingroup", "--firstuid", "--lastuid"],
  );
  const workspace = needFiles(call);
  if (operands.length === 2) return joins(call, operands);
  if (!flags.has("--system")) throw new Unsure("it makes an account for a person");
  const name = checked(operands[0]);
  if (rowOf(workspace, "user", name)) return 0;
  const fixed = number(flags.get("--uid"));
  const ownGroup = flags.has("--group");
  const ingroup = flags.get("--ingroup") ?? flags.get("--gid");
  const [uids, gids] = [used(workspace, "user"), used(workspace, "group")];
  const existing = rowOf(workspace, "group", name);
  const alsoGroup = ownGroup && !existing;
  const first = number(flags.get("--firstuid")) ?? FIRST_SYSTEM;
  const last = number(flags.get("--lastuid")) ?? LAST_SYSTEM;
  const uid = fixed ?? firstFree((id) => uids.has(id), first, last);
  if (uids.has(uid)) return 1;
  let gid = numberOf(workspace, "group", "nogroup") ?? 65_534;
  if (ingroup !== undefined) {
    const found = rowOf(workspace, "group", ingroup);
    if (!found) return 1;
    gid = Number(found[2]);
  } else if (alsoGroup) {
    // The first free number of each kind, which need not be the same; a number that was asked for counts for both.
    gid = fixed ?? firstFree((id) => gids.has(id), first, last);
    if (gids.has(gid)) return 1;
    addGroup(workspace, name, gid, "!");
  } else if (ownGroup) gid = Number(existing?.[2]);
  const home = flags.get("--home") ?? "/nonexistent";
  const shell = flags.get("--shell") ?? noLogin;
  addUser(workspace, { name, uid, gid, comment: gecos(flags), home, shell }, "!");
  if (flags.has("--home") && !flags.has("--no-create-home") && home !== "/nonexistent")
    makeHome(workspace, home, uid, gid);
  return note(call, `account ${name}`);
}

/** adduser hands the comment to chfn, which keeps four fields. */
function gecos(flags: ReadonlyMap<string, string>): string {
  const text = flags.get("--gecos") ?? flags.get("--comment") ?? "";
  if (text === "") return "";
  if (/[:\n]/.test(text)) throw new Unsure("the comment of an account is not known");
  const parts = text.split(",");
  return [...parts, ...Array<string>(Math.max(0, 4 - parts.length)).fill("")].join(",");
}

function makeHome(workspace: Workspace, home: string, uid: number, gid: number): void {
  if (isTransient(home) || workspace.resolve(home)) return;
  workspace.makeDirectory(home, true, { uid, gid, mode: 0o755 });
}

function joins(call: Call, [user = "", group = ""]: readonly string[]): Status {
  return addMember(call.shell.workspace, user, group) ? note(call, `account ${user} in group ${group}`) : 1;
}

function addgroup(call: Call): Status {
  const { flags, operands } = optionsOf(
    call,
    ["--system", "--quiet", "-q", "--force-badname", "--allow-badname", "--allow-bad-names", "--group"],
    ["--gid", "--firstgid", "--lastgid"],
  );
  const workspace = needFiles(call);
  if (operands.length === 2) return joins(call, operands);
  const name = checked(operands[0]);
  const system = flags.has("--system");
  if (rowOf(workspace, "group", name)) return system ? 0 : 1;
  const [first, last] = system ? [FIRST_SYSTEM, LAST_SYSTEM] : [FIRST_NORMAL, LAST_NORMAL];
  const taken = used(workspace, "group");
  const gid = number(flags.get("--gid")) ?? firstFree((id) => taken.has(id), first, last);
  if (taken.has(gid)) return 1;
  addGroup(workspace, name, gid, "!");
  return note(call, `group ${name}`);
}

function groupadd(call: Call): Status {
  const { flags, operands } = optionsOf(
    call,
    ["-r", "-f", "-o", "--system", "--force", "--non-unique"],
    ["-g", "--gid"],
  );
  const workspace = needFiles(call);
  const name = checked(operands[0]);
  if (rowOf(workspace, "group", name)) return flags.has("-f") || flags.has("--force") ? 0 : 9;
  const taken = used(workspace, "group");
  const system = flags.has("-r") || flags.has("--system");
  const [from, to] = system ? [LAST_SYSTEM, FIRST_SYSTEM] : [FIRST_NORMAL, LAST_NORMAL];
  const gid = number(flags.get("-g") ?? flags.get("--gid")) ?? firstFree((id) => taken.has(id), from, to);
  if (taken.has(gid) && !flags.has("-o")) return 4;
  addGroup(workspace, name, gid, "!");
  return note(call, `group ${name}`);
}

function useradd(call: Call): Status {
  const { flags, operands } = optionsOf(
    call,
    [
      "-r",
      "-M",
      "-m",
      "-N",
      "-U",
      "-o",
      "--system",
      "--no-create-home",
      "--create-home",
      "--no-user-group",
      "--user-group",
    ],
    [
      "-d",
      "-g",
      "-s",
      "-c",
      "-u",
      "-G",
      "-K",
      "--home-dir",
      "--home",
      "--gid",
      "--shell",
      "--comment",
      "--uid",
      "--groups",
    ],
  );
  const workspace = needFiles(call);
  const name = checked(operands[0]);
  if (rowOf(workspace, "user", name)) return 9;
  if (!flags.has("-r") && !flags.has("--system")) throw new Unsure("it makes an account for a person");
  const either = (...names: string[]) =>
    names.map((flag) => flags.get(flag)).find((value) => value !== undefined);
  const home = either("-d", "--home-dir", "--home") ?? `/home/${name}`;
  const comment = either("-c", "--comment") ?? "";
  if (/[:\n]/.test(comment + home)) throw new Unsure("the account is not known");
  if (either("-m", "--create-home") !== undefined && !workspace.resolve(home) && !isTransient(home))
    throw new Unsure("it makes a home directory from /etc/skel");
  const [uids, gids] = [used(workspace, "user"), used(workspace, "group")];
  const uid = number(either("-u", "--uid")) ?? firstFree((id) => uids.has(id), LAST_SYSTEM, FIRST_SYSTEM);
  if (uids.has(uid)) return 4;
  const group = either("-g", "--gid");
  let gid = group === undefined ? undefined : Number(rowOf(workspace, "group", group)?.[2] ?? Number.NaN);
  if (Number.isNaN(gid)) return 6;
  if (gid === undefined && either("-N", "--no-user-group") !== undefined) gid = 100;
  if (gid === undefined) {
    if (rowOf(workspace, "group", name)) return 9;
    gid = gids.has(uid) ? firstFree((id) => gids.has(id), LAST_SYSTEM, FIRST_SYSTEM) : uid;
    addGroup(workspace, name, gid, "!");
  }
  addUser(workspace, { name, uid, gid, comment, home, shell: either("-s", "--shell") ?? "/bin/sh" }, "!");
  for (const one of (either("-G", "--groups") ?? "").split(",").filter((text) => text !== ""))
    if (!addMember(workspace, name, one)) return 6;
  return note(call, `account ${name}`);
}

/** Only what adds a user to groups; other changes to an account are rare and not followed. */
function usermod(call: Call): Status {
  const { flags, operands } = optionsOf(call, ["-a", "--append", "-L", "--lock"], ["-G", "--groups"]);
  const workspace = needFiles(call);
  const user = checked(operands[0]);
  const append = flags.has("-a") || flags.has("--append");
  const groups = flags.get("-G") ?? flags.get("--groups");
  if (!append || groups === undefined || flags.has("-L") || flags.has("--lock"))
    throw new Unsure("it changes an account");
  for (const group of groups.split(",")) if (!addMember(workspace, user, group)) return 6;
  return note(call, `account ${user} in group ${groups}`);
}

function gpasswd(call: Call): Status {
  const { flags, operands } = optionsOf(call, [], ["-a", "--add"]);
  needFiles(call);
  return joins(call, [flags.get("-a") ?? flags.get("--add") ?? "", operands[0] ?? ""]);
}

function shadowed(call: Call): Status {
  shadowAccounts(needFiles(call));
  return note(call, "shadow passwords");
}

function shadowconfig(call: Call): Status {
  if (textsOf(call)[0] !== "on") throw new Unsure("it turns shadow passwords off");
  return shadowed(call);
}

/** Brings accounts in line with base-passwd's own list; the same list made them a moment ago. */
function updatePasswd(call: Call): Status {
  if (call.args.includes("--dry-run")) return 0;
  throw new Unsure("it changes accounts to Debian's list");
}
