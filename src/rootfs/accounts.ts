import { decodeText, encodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { EntryHeader } from "../model/entry.ts";
import type { GeneratedEntry, RootView } from "../model/rootfs.ts";

/** Users and groups that an image should have beside those of its packages. */
export interface AccountsWanted {
  readonly users: readonly {
    readonly name: string;
    readonly uid: number;
    readonly gid?: number | undefined;
    /** Relative to the root. */
    readonly home?: string | undefined;
    readonly shell?: string | undefined;
    readonly comment?: string | undefined;
  }[];
  readonly groups: readonly {
    readonly name: string;
    readonly gid: number;
    readonly members: readonly string[];
  }[];
  /** `root`, `nonroot`, a name, a number, or two of them with a colon between. */
  readonly runAs?: string | undefined;
}

/** The accounts of a root by name. Plain JSON. */
export interface AccountTable {
  readonly users: readonly (readonly [name: string, uid: number, gid: number])[];
  readonly groups: readonly (readonly [name: string, gid: number])[];
}

/** The user that images without root agree on. */
const nonroot = { name: "nonroot", id: 65_532 } as const;
const noShell = "usr/sbin/nologin";
const rootOnly = { passwd: "root:x:0:0:root:/root:/bin/sh\n", group: "root:x:0:\n" } as const;

/**
 * The generated entries with the wanted accounts in `etc/passwd`, `etc/group` and, where they exist, their shadows;
 * and the table of all accounts. Files that are not there begin with root alone.
 * @throws BAD_ACCOUNT when a name or number is taken by another account
 */
export function withAccounts(
  root: RootView,
  generated: readonly GeneratedEntry[],
  wanted: AccountsWanted,
  timestamp: number,
): { entries: readonly GeneratedEntry[]; table: AccountTable } {
  const made = new Map(generated.map((entry) => [entry.path, entry]));
  const present = (path: string) => {
    const content = made.get(path)?.content ?? root.read(path);
    return content === undefined ? undefined : decodeText(content);
  };
  const passwd = present("etc/passwd");
  const group = present("etc/group");
  const { users, groups } = completed(wanted, tableOf(passwd ?? rootOnly.passwd, group ?? rootOnly.group));
  if (users.length + groups.length === 0)
    return { entries: generated, table: tableOf(passwd ?? "", group ?? "") };
  const texts = {
    passwd: lines(passwd ?? rootOnly.passwd),
    group: lines(group ?? rootOnly.group),
    shadow: present("etc/shadow"),
    gshadow: present("etc/gshadow"),
  };
  for (const user of users) {
    const { name, uid, gid = uid, home = `home/${name}`, shell = noShell, comment = "" } = user;
    insert(texts.passwd, "user", name, uid, `${name}:x:${uid}:${gid}:${comment}:/${home}:/${shell}`);
  }
  for (const { name, gid, members } of groups) {
    const there = insert(texts.group, "group", name, gid, `${name}:x:${gid}:${members.join(",")}`);
    if (there !== undefined) texts.group[there] = withMembers(texts.group[there] as string, members);
  }
  const entries: [string, string, number][] = [
    ["etc/passwd", unlines(texts.passwd), 0o644],
    ["etc/group", unlines(texts.group), 0o644],
  ];
  const days = Math.floor(timestamp / 86_400);
  const locked = users.map(({ name }) => `${name}:!:${days}::::::`);
  if (texts.shadow !== undefined) entries.push(["etc/shadow", appended(texts.shadow, locked), 0o640]);
  const shadowed = groups.map(({ name, members }) => `${name}:!::${members.join(",")}`);
  if (texts.gshadow !== undefined) {
    const rows = lines(appended(texts.gshadow, shadowed));
    for (const { name, members } of groups) {
      const at = rows.findIndex((row) => row.startsWith(`${name}:`));
      rows[at] = withMembers(rows[at] as string, members);
    }
    entries.push(["etc/gshadow", unlines(rows), 0o640]);
  }
  for (const [path, text, mode] of entries)
    made.set(path, fileEntry(path, text, mode, made.get(path) ?? root.get(path), timestamp));
  return { entries: [...made.values()], table: tableOf(unlines(texts.passwd), unlines(texts.group)) };
}

/** The wanted accounts with `nonroot` where it is asked for and missing, and a group for every user's number. */
function completed(wanted: AccountsWanted, table: AccountTable): Pick<AccountsWanted, "users" | "groups"> {
  const users = [...wanted.users];
  const asked = wanted.runAs?.split(":")[0];
  const known = users.some(({ name }) => name === nonroot.name);
  if (asked === nonroot.name && !known && !table.users.some(([name]) => name === nonroot.name))
    users.push({ name: nonroot.name, uid: nonroot.id });
  const groups = [...wanted.groups];
  for (const { name, uid, gid } of users) {
    const numbered = groups.some((group) => group.gid === uid) || table.groups.some(([, id]) => id === uid);
    if (gid === undefined && !numbered) groups.push({ name, gid: uid, members: [] });
  }
  return { users, groups };
}

/** Adds a row; or tells which one is the same account already. @throws BAD_ACCOUNT */
function insert(
  table: string[],
  kind: "user" | "group",
  name: string,
  id: number,
  line: string,
): number | undefined {
  for (const [index, row] of table.entries()) {
    const [taken, , number] = row.split(":");
    if (taken !== name && numberOf(number) !== id) continue;
    if (taken === name && numberOf(number) === id) return index;
    throw new TareError({ code: "BAD_ACCOUNT", kind, name, id, taken: `${taken} (${number})` });
  }
  table.push(line);
  return undefined;
}

/** A row of etc/group, or of etc/gshadow, with more names at its end. */
function withMembers(row: string, members: readonly string[]): string {
  const fields = row.split(":");
  const all = new Set([...(fields[3] ?? "").split(",").filter((name) => name !== ""), ...members]);
  return [...fields.slice(0, 3), [...all].join(",")].join(":");
}

/** NaN for anything but digits: rows of NIS have none. */
function numberOf(text: string | undefined): number {
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function unlines(rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join("");
}

function appended(text: string, rows: readonly string[]): string {
  const names = new Set(lines(text).map((line) => line.split(":")[0]));
  return unlines([...lines(text), ...rows.filter((row) => !names.has(row.split(":")[0]))]);
}

function fileEntry(
  path: string,
  text: string,
  mode: number,
  there: EntryHeader | undefined,
  mtime: number,
): GeneratedEntry {
  const content = encodeText(text);
  // A link's own mode says nothing.
  const before = there?.type === "file" ? there : undefined;
  const { uid, gid, uname, gname } = before ?? { uid: 0, gid: 0, uname: "root", gname: "root" };
  return {
    path,
    type: "file",
    mode: before?.mode ?? mode,
    uid,
    gid,
    uname,
    gname,
    size: content.length,
    mtime,
    content,
  };
}

function tableOf(passwd: string, group: string): AccountTable {
  return {
    users: lines(passwd).flatMap((line) => {
      const [name = "", , uid, gid] = line.split(":");
      const numbers = [numberOf(uid), numberOf(gid)] as const;
      return numbers.some(Number.isNaN) ? [] : [[name, ...numbers] as const];
    }),
    groups: lines(group).flatMap((line) => {
      const [name = "", , gid] = line.split(":");
      return Number.isNaN(numberOf(gid)) ? [] : [[name, numberOf(gid)] as const];
    }),
  };
}

const todo = "add it under accounts, or use a number";

/**
 * Names or numbers to numbers: `app`, `1000:adm`. A user without a group gets its own; a number that no user has
 * stands for the group of the same number. `where` names the place in the recipe.
 * @throws NO_ACCOUNT
 */
export function accountNumbers(
  user: string | number,
  group: string | number | undefined,
  table: AccountTable,
  where: string,
): { uid: number; gid: number } {
  const row = table.users.find(([name, uid]) => name === user || uid === user);
  if (row === undefined && typeof user === "string" && user !== "root")
    throw new TareError({ code: "NO_ACCOUNT", kind: "user", name: user, where, todo });
  const uid = row?.[1] ?? (typeof user === "number" ? user : 0);
  if (group === undefined) return { uid, gid: row?.[2] ?? uid };
  if (typeof group === "number") return { uid, gid: group };
  const gid = table.groups.find(([name]) => name === group)?.[1] ?? (group === "root" ? 0 : undefined);
  if (gid === undefined) throw new TareError({ code: "NO_ACCOUNT", kind: "group", name: group, where, todo });
  return { uid, gid };
}
