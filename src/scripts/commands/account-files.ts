import type { Workspace } from "../workspace.ts";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

type Kind = "user" | "group";
const fileOf = { user: "/etc/passwd", group: "/etc/group" } as const;
const shadowOf = { user: "/etc/shadow", group: "/etc/gshadow" } as const;

/** Lines of an account file, cut at the colons (passwd(5), group(5), shadow(5)). */
function rows(workspace: Workspace, file: string): string[][] {
  const text = workspace.text(file) ?? "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(":"));
}

function save(workspace: Workspace, file: string, table: readonly (readonly string[])[]): void {
  workspace.write(file, table.map((row) => `${row.join(":")}\n`).join(""));
}

/** Whether accounts can be added at all. */
export function hasAccounts(workspace: Workspace): boolean {
  return workspace.text(fileOf.user) !== undefined && workspace.text(fileOf.group) !== undefined;
}

/** The line of an account, by name or number. */
export function rowOf(workspace: Workspace, kind: Kind, key: string): readonly string[] | undefined {
  return rows(workspace, fileOf[kind]).find(([name, , id]) => name === key || id === key);
}

/** The number behind a name; a number stands for itself. `root` is 0 even where no account is. */
export function numberOf(workspace: Workspace, kind: Kind, name: string): number | undefined {
  const id = rows(workspace, fileOf[kind]).find((row) => row[0] === name)?.[2];
  if (id !== undefined && /^[0-9]{1,10}$/.test(id)) return Number(id);
  if (name === "root") return 0;
  return /^[0-9]{1,10}$/.test(name) ? Number(name) : undefined;
}

/** The name of a number, or the empty string. */
export function nameOf(workspace: Workspace, kind: Kind, id: number): string {
  return rows(workspace, fileOf[kind]).find((row) => Number(row[2]) === id)?.[0] ?? (id === 0 ? "root" : "");
}

export function used(workspace: Workspace, kind: Kind): Set<number> {
  return new Set(rows(workspace, fileOf[kind]).map((row) => Number(row[2])));
}

export function addUser(workspace: Workspace, user: User, password: string): void {
  const shadow = workspace.text(shadowOf.user) !== undefined;
  const { name, uid, gid, comment, home, shell } = user;
  const row = [name, shadow ? "x" : password, String(uid), String(gid), comment, home, shell];
  save(workspace, fileOf.user, [...rows(workspace, fileOf.user), row]);
  if (!shadow) return;
  const days = String(Math.floor(workspace.timestamp / 86_400));
  save(workspace, shadowOf.user, [
    ...rows(workspace, shadowOf.user),
    [name, password, days, "", "", "", "", "", ""],
  ]);
}

export function addGroup(workspace: Workspace, name: string, gid: number, password: string): void {
  const shadow = workspace.text(shadowOf.group) !== undefined;
  save(workspace, fileOf.group, [...rows(workspace, fileOf.group), [name, "x", String(gid), ""]]);
  if (shadow) save(workspace, shadowOf.group, [...rows(workspace, shadowOf.group), [name, password, "", ""]]);
}

/** False when there is no such user or group. */
export function addMember(workspace: Workspace, user: string, group: string): boolean {
  if (!rowOf(workspace, "user", user) || !rowOf(workspace, "group", group)) return false;
  for (const file of [fileOf.group, shadowOf.group]) {
    if (workspace.text(file) === undefined) continue;
    const table = rows(workspace, file).map((row) => {
      const members = (row[3] ?? "").split(",").filter((name) => name !== "");
      if (row[0] !== group || members.includes(user)) return row;
      return [...row.slice(0, 3), [...members, user].join(",")];
    });
    save(workspace, file, table);
  }
  return true;
}

/**
 * Moves passwords out of the files that all can read, as pwconv(8) and grpconv(8) do: every account gets a line in
 * the shadow files, changed last on the day of the build.
 */
export function shadowAccounts(workspace: Workspace): void {
  const days = String(Math.floor(workspace.timestamp / 86_400));
  const shadow = numberOf(workspace, "group", "shadow") ?? 42;
  for (const kind of ["user", "group"] as const) {
    const known = new Map(rows(workspace, shadowOf[kind]).map((row) => [row[0], row]));
    const accounts = rows(workspace, fileOf[kind]);
    const hidden = accounts.map(([name = "", password = "", , members = ""]) => {
      const row = known.get(name);
      if (row) return row;
      return kind === "user"
        ? [name, password, days, "0", "99999", "7", "", "", ""]
        : [name, password, "", members];
    });
    save(
      workspace,
      fileOf[kind],
      accounts.map(([name = "", , ...rest]) => [name, "x", ...rest]),
    );
    save(workspace, shadowOf[kind], hidden);
    workspace.change(fileOf[kind], { mode: 0o644, uid: 0, gid: 0 });
    workspace.change(shadowOf[kind], { mode: 0o640, uid: 0, gid: shadow });
  }
}
