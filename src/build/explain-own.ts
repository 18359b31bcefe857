import { posix } from "node:path";
import type { Step } from "../explain/explanation.ts";
import { printed, word, wordOf } from "../explain/shell.ts";
import { fileName } from "./distributions/explain-common.ts";
import type { Recipe } from "./recipe/recipe.ts";

const nonroot = { name: "nonroot", uid: 65_532 } as const;

/** How the recipe's own files come into the root. */
export function filesStep({ files, accounts }: Recipe): Step {
  return {
    title: "Add your own files",
    words: [
      `The recipe adds ${files.length === 1 ? "one item" : `${files.length} items`} of its own. They go to the topmost layer.`,
    ],
    commands: files.flatMap(({ to, from, text = "", directory, mode, owner, ignore }) => {
      const target = inRoot(to);
      const permissions = ` -m ${(mode ?? (directory ? 0o755 : 0o644)).toString(8).padStart(4, "0")}`;
      const making =
        from !== undefined
          ? [`mkdir -p ${inRoot(posix.dirname(to))}`, `cp -rT ${word(fileName(from))} ${target}`]
          : directory
            ? [`install -d${permissions} ${target}`]
            : [`${printedText(text)} | install -D${permissions} /dev/stdin ${target}`];
      const notes = [
        ...(from === undefined || mode === undefined ? [] : [`mode ${mode.toString(8).padStart(4, "0")}`]),
        ...(ignore ? [`without ${ignore.join(" ")}`] : []),
      ];
      if (notes.length > 0) making[making.length - 1] += `    # ${notes.join(", ")}`;
      return owner === undefined ? making : [...making, `chown -R ${ownerWord(owner, accounts)} ${target}`];
    }),
  };
}

/** By number where the recipe knows it: the host has other accounts. */
function ownerWord(
  { user, group = user }: NonNullable<Recipe["files"][number]["owner"]>,
  { users, groups }: Recipe["accounts"],
): string {
  const uids = new Map<string, number>([
    ["root", 0],
    [nonroot.name, nonroot.uid],
  ]);
  const gids = new Map(uids);
  for (const { name, uid, gid = uid } of users) {
    uids.set(name, uid);
    gids.set(name, gid);
  }
  for (const { name, gid } of groups) gids.set(name, gid);
  return `${number(user, uids, "passwd")}:${number(group, gids, "group")}`;
}

/** A number, else what finds it among the accounts that packages brought. */
function number(account: string | number, known: ReadonlyMap<string, number>, file: string): string | number {
  if (typeof account === "number") return account;
  return (
    known.get(account) ?? `$(sed -n 's/^${account}:[^:]*:\\([0-9]*\\):.*/\\1/p' "$made/rootfs/etc/${file}")`
  );
}

/** A printf of any text: one that begins with a dash would be taken for an option. */
function printedText(text: string): string {
  return printed(Buffer.from(text)).replace(/^printf '-/, "printf '\\055");
}

/** A path of the image, as a word for the shell. */
function inRoot(path: string): string {
  return wordOf([{ variable: "made" }, path === "." ? "/rootfs" : `/rootfs/${path}`]);
}

/** How the recipe's own accounts come into the root; no step where it has none. */
export function accountsStep({ accounts: { runAs, users, groups } }: Recipe): Step[] {
  if (runAs === undefined && users.length + groups.length === 0) return [];
  const missing = runAs === nonroot.name && !users.some(({ name }) => name === nonroot.name);
  const all: Recipe["accounts"]["users"] = [...(missing ? [nonroot] : []), ...users];
  const known = new Set(groups.map(({ gid }) => gid));
  const rows = {
    group: [
      ...groups.map(({ name, gid, members }) => `${name}:x:${gid}:${members.join(",")}`),
      ...all
        .filter(({ uid, gid }) => gid === undefined && !known.has(uid))
        .map(({ name, uid }) => `${name}:x:${uid}:`),
    ],
    passwd: all.map(
      ({ name, uid, gid = uid, home = `home/${name}`, shell = "usr/sbin/nologin", comment = "" }) =>
        `${name}:x:${uid}:${gid}:${comment}:/${home}:/${shell}`,
    ),
  };
  const adding = Object.entries(rows).filter(([, lines]) => lines.length > 0);
  return [
    {
      title: "Accounts",
      words: [
        runAs === undefined
          ? "The program runs as root."
          : `The program runs as ${runAs}${runAs === nonroot.name ? ", which is user 65532" : ""}.`,
      ],
      commands: [
        ...(adding.length > 0 ? ['mkdir -p "$made/rootfs/etc"'] : []),
        ...adding.map(
          ([file, lines]) => `printf '%s\\n' ${lines.map(word).join(" ")} >>"$made/rootfs/etc/${file}"`,
        ),
      ],
    },
  ];
}
