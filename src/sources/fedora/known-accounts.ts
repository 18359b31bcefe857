import type { Entry } from "../../model/entry.ts";

/**
 * Accounts that have the same numbers wherever Fedora's `setup` package, or one that descends from it, makes them
 * (setup, `uidgid`). Whoever else owns files gets a number only when all accounts of the root are known.
 */
const users: ReadonlyMap<string, number> = new Map([
  ["root", 0],
  ["bin", 1],
  ["daemon", 2],
  ["adm", 3],
  ["lp", 4],
  ["sync", 5],
  ["shutdown", 6],
  ["halt", 7],
  ["mail", 8],
  ["operator", 11],
  ["games", 12],
  ["ftp", 14],
  ["nobody", 65_534],
]);

const groups: ReadonlyMap<string, number> = new Map([
  ["root", 0],
  ["bin", 1],
  ["daemon", 2],
  ["sys", 3],
  ["adm", 4],
  ["tty", 5],
  ["disk", 6],
  ["lp", 7],
  ["mem", 8],
  ["kmem", 9],
  ["wheel", 10],
  ["cdrom", 11],
  ["mail", 12],
  ["man", 15],
  ["dialout", 18],
  ["floppy", 19],
  ["games", 20],
  ["utmp", 22],
  ["tape", 33],
  ["utempter", 35],
  ["video", 39],
  ["ftp", 50],
  ["lock", 54],
  ["audio", 63],
  ["users", 100],
  ["nobody", 65_534],
]);

/** Undefined for an account that does not always have the same number. */
export function knownNumber(kind: "user" | "group", name: string): number | undefined {
  return (kind === "user" ? users : groups).get(name);
}

const setuid = 0o4000;
const setgid = 0o2000;

/**
 * An entry with the numbers of its owners. Of one whose owner is not known yet, root keeps the file, and it does not run
 * with root's rights, just as rpm has it.
 */
export function ownedByKnown<Of extends Entry>(entry: Of): Of {
  const uid = users.get(entry.uname);
  const gid = groups.get(entry.gname);
  const lost =
    (uid === undefined ? setuid : 0) | (gid === undefined && entry.type !== "directory" ? setgid : 0);
  return { ...entry, uid: uid ?? 0, gid: gid ?? 0, mode: entry.mode & ~lost };
}
