import { TareError } from "../errors.ts";
import type { ContainerUser } from "./container.ts";

/** The image's own lists of accounts; empty where it has none. */
export interface Accounts {
  /** `etc/passwd` */
  readonly users: string;
  /** `etc/group` */
  readonly groups: string;
}

/** Above is no id: the kernel uses it for "leave as it is". */
const idLimit = 2 ** 32 - 2;

/**
 * Who `USER[:GROUP]` is, each a name or a number, by docker's rules: without a group, the user's own and those that
 * list the user. Empty text is root.
 * @param where what says so, for sentences
 * @throws NO_ACCOUNT
 */
export function userOf(text: string, { users, groups }: Accounts, where: string): ContainerUser {
  const [name = "", group = ""] = text.split(":", 2);
  const wanted = name === "" ? "0" : name;
  const all = records(users);
  const account = all.find(([known]) => known === wanted) ?? all.find(([, , id]) => id === wanted);
  const uid = idOf(account?.[2] ?? wanted);
  if (uid === undefined) throw unknown("user", wanted, where);
  const home = account?.[5]?.startsWith("/") ? account[5] : "/";
  const lists = records(groups);
  if (group === "") {
    const mine = lists.filter((fields) => account?.[0] && fields[3]?.split(",").includes(account[0]));
    const extra = mine.flatMap(([, , id]) => idOf(id) ?? []);
    return { uid, gid: idOf(account?.[3]) ?? 0, groups: [...new Set(extra)], home };
  }
  const found = lists.find(([known]) => known === group);
  const gid = idOf(found?.[2] ?? group);
  if (gid === undefined) throw unknown("group", group, where);
  return { uid, gid, groups: [], home };
}

/** The image may be of a recipe, of a Dockerfile, or anybody's. */
function unknown(kind: "user" | "group", name: string, where: string): TareError {
  const file = kind === "user" ? "/etc/passwd" : "/etc/group";
  const todo = `give a number with --user, or build the image with an ${file} that lists it`;
  return new TareError({ code: "NO_ACCOUNT", kind, name, where, todo });
}

function records(text: string): readonly (readonly string[])[] {
  return text.split("\n").map((line) => line.split(":"));
}

function idOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) <= idLimit ? Number(text) : undefined;
}
