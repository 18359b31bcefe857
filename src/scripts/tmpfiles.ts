import { numberOf } from "./commands/account-files.ts";
import { isTransient } from "./shell/interpret.ts";
import { wordsOf } from "./sysusers.ts";
import type { Ownership, Workspace } from "./workspace.ts";

/**
 * Makes what tmpfiles.d(5) files ask for, as far as it belongs into an image: directories, links and files that are
 * missing. What lies under /run or /tmp is made when a system starts, and lines that clean up have nothing to clean.
 * Says which line is in the way, if any.
 */
export function applyTmpfiles(workspace: Workspace, texts: readonly string[]): string | undefined {
  const lines = texts.flatMap((text) => text.split("\n").map((line) => line.trim()));
  const problems = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => applyLine(workspace, line));
  return problems.find((problem) => problem !== undefined);
}

/** Lines of these kinds delete, set attributes that a layer has no place for, or speak of what only runs. */
const passed = new Set(["r", "R", "x", "X", "t", "T", "h", "H", "a", "A", "D!", "p", "c", "b", "e", "w"]);

function applyLine(workspace: Workspace, line: string): string | undefined {
  const [typeText = "", path = "", modeText = "-", user = "-", group = "-", , ...rest] = wordsOf(line);
  const type = typeText.replace(/[!\-=~^$+]/g, "");
  // `!` marks what is for the start of a system only, `^` what is told to it then.
  if (/[!^]/.test(typeText) || passed.has(type) || isTransient(path) || path.startsWith("/var/run/"))
    return undefined;
  const unfollowed = `a line of tmpfiles.d is not followed: ${line}`;
  // What is named for one machine or one boot has no name yet.
  if (/%[mb]/.test(path)) return undefined;
  if (/%/.test(path) || !path.startsWith("/"))
    return path.includes("%") && /^\/(?:home|root)/.test(path) ? undefined : unfollowed;
  const how = ownership(workspace, modeText, user, group);
  if (!how) return unfollowed;
  const argument = rest.join(" ");
  const present = workspace.resolve(path);
  switch (type) {
    case "d":
    case "D":
    case "q":
    case "Q":
    case "v":
      if (!present) {
        if (!workspace.makeDirectory(path, true)) return unfollowed;
        workspace.change(path, how);
      } else if (present.type === "directory") workspace.change(path, how);
      return undefined;
    case "f":
    case "F":
      if (present) {
        if (type === "F") return unfollowed;
        return undefined;
      }
      return workspace.write(path, argument, how) ? undefined : unfollowed;
    case "L":
      if (!workspace.lookup(path) && argument !== "" && !workspace.symlink(path, argument)) return unfollowed;
      return undefined;
    case "C":
      return present ? undefined : unfollowed;
    case "z":
    case "m":
      if (/[*?[]/.test(path)) return unfollowed;
      if (!present) return undefined;
      if (present.type === "file" && !present.content) return unfollowed;
      workspace.change(path, how);
      return undefined;
    case "Z":
      return present ? unfollowed : undefined;
    default:
      return unfollowed;
  }
}

function ownership(
  workspace: Workspace,
  modeText: string,
  user: string,
  group: string,
): Ownership | undefined {
  const plain = modeText.replace(/^[~:]+/, "");
  if (plain !== "-" && !/^[0-7]{3,4}$/.test(plain)) return undefined;
  const uid = user === "-" ? undefined : numberOf(workspace, "user", user.replace(/^:/, ""));
  const gid = group === "-" ? undefined : numberOf(workspace, "group", group.replace(/^:/, ""));
  if ((user !== "-" && uid === undefined) || (group !== "-" && gid === undefined)) return undefined;
  return {
    ...(plain === "-" ? {} : { mode: Number.parseInt(plain, 8) }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}
