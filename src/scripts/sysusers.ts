import {
  addGroup,
  addMember,
  addUser,
  hasAccounts,
  nameOf,
  numberOf,
  rowOf,
  used,
} from "./commands/account-files.ts";
import type { Workspace } from "./workspace.ts";

const LAST_SYSTEM = 999;
const FIRST_SYSTEM = 100;
/** Lines of all files that are read at once; a whole distribution has a few hundred. */
const lineLimit = 1000;
const accountName = /^[a-zA-Z_][a-zA-Z0-9_-]{0,30}$/;

/** Where systemd looks for its declarative files, the later overridden by the earlier of one name. */
export const configurationFolders = (kind: "sysusers" | "tmpfiles"): readonly string[] => [
  `/etc/${kind}.d`,
  `/usr/local/lib/${kind}.d`,
  `/usr/lib/${kind}.d`,
];

/** Texts of the named configurations, or of all, in the order of their names. Undefined when one is not at hand. */
export function configurationTexts(
  workspace: Workspace,
  kind: "sysusers" | "tmpfiles",
  names: readonly string[],
): string[] | undefined {
  const found = new Map<string, string>();
  for (const folder of [...configurationFolders(kind)].reverse())
    for (const name of workspace.list(folder))
      if (name.endsWith(".conf")) found.set(name, `${folder}/${name}`);
  const wanted = names.length > 0 ? names : [...found.keys()].sort();
  const texts = wanted.map((name) => workspace.text(name.startsWith("/") ? name : (found.get(name) ?? "")));
  return texts.includes(undefined) ? undefined : (texts as string[]);
}

/** Words of a line: blanks part them, quotes hold them together, a backslash takes the next character. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g))
    words.push((match[1] ?? match[2] ?? match[3] ?? "").replace(/\\(.)/g, "$1"));
  return words;
}

/**
 * Makes the accounts that sysusers.d(5) files ask for: numbers from 999 downwards where none is given. Says which
 * line is in the way, if any.
 */
export function applySysusers(workspace: Workspace, texts: readonly string[]): string | undefined {
  if (!hasAccounts(workspace)) return "there is no /etc/passwd";
  const lines = texts.flatMap((text) => text.split("\n").map((line) => line.trim()));
  const wanted = lines.filter((line) => line !== "" && !line.startsWith("#")).map(wordsOf);
  if (wanted.length > lineLimit) return `more than ${lineLimit} accounts are not followed`;
  // Groups come first, so that users can name them; members last.
  for (const type of ["g", "u", "m"])
    for (const [kind = "", name = "", id = "-", comment = "-", home = "-", shell = "-"] of wanted) {
      if (kind.replace("!", "") !== type) continue;
      if (!accountName.test(name) || /%/.test(`${id}${home}`) || /:/.test(`${comment}${home}${shell}`))
        return `the account ${name} is not followed`;
      if (type === "g" && !group(workspace, name, id)) return `the group ${name} is not followed`;
      if (type === "u" && !user(workspace, { name, id, comment, home, shell }))
        return `the account ${name} is not followed`;
      if (type === "m") {
        if (
          !group(workspace, id, "-") ||
          !user(workspace, { name, id: "-", comment: "-", home: "-", shell: "-" })
        )
          return `the account ${name} is not followed`;
        addMember(workspace, name, id);
      }
    }
  return undefined;
}

function free(workspace: Workspace): number | undefined {
  const [uids, gids] = [used(workspace, "user"), used(workspace, "group")];
  for (let id = LAST_SYSTEM; id >= FIRST_SYSTEM; id -= 1) if (!uids.has(id) && !gids.has(id)) return id;
  return undefined;
}

function group(workspace: Workspace, name: string, id: string): boolean {
  if (rowOf(workspace, "group", name)) return true;
  const fixed = /^[0-9]{1,9}$/.test(id) ? Number(id) : undefined;
  if (fixed === undefined && id !== "-") return false;
  const gid = fixed !== undefined && nameOf(workspace, "group", fixed) === "" ? fixed : free(workspace);
  if (gid === undefined) return false;
  addGroup(workspace, name, gid, "!*");
  return true;
}

interface WantedUser {
  readonly name: string;
  /** `-`, `UID`, `UID:GID` or `UID:GROUP`. */
  readonly id: string;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

function user(workspace: Workspace, wanted: WantedUser): boolean {
  const { name } = wanted;
  if (rowOf(workspace, "user", name)) return true;
  const [uidText = "-", groupText] = wanted.id.split(":");
  if (uidText !== "-" && !/^[0-9]{1,9}$/.test(uidText)) return false;
  let gid: number | undefined;
  if (groupText !== undefined) gid = numberOf(workspace, "group", groupText);
  const fixed = uidText === "-" || used(workspace, "user").has(Number(uidText)) ? undefined : Number(uidText);
  const existing = rowOf(workspace, "group", name)?.[2];
  const own =
    existing !== undefined && !used(workspace, "user").has(Number(existing)) ? Number(existing) : undefined;
  const uid = fixed ?? own ?? free(workspace);
  if (uid === undefined || (groupText !== undefined && gid === undefined)) return false;
  if (groupText === undefined) {
    if (!group(workspace, name, String(uid))) return false;
    gid = numberOf(workspace, "group", name);
  }
  const or = (text: string, other: string) => (text === "-" ? other : text);
  addUser(
    workspace,
    {
      name,
      uid,
      gid: gid as number,
      comment: or(wanted.comment, ""),
      home: or(wanted.home, "/"),
      shell: or(wanted.shell, uid === 0 ? "/bin/sh" : "/usr/sbin/nologin"),
    },
    "!*",
  );
  return true;
}
