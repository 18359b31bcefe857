import { createHash } from "node:crypto";
import {
  baseName,
  type Call,
  type Emulation,
  isTransient,
  type Status,
  scratchFile,
  Unsure,
  type Value,
} from "../shell/interpret.ts";
import { nameOf, rowOf } from "./account-files.ts";
import { optionsOf, textsOf } from "./arguments.ts";
import { basicPattern } from "./basic-pattern.ts";

/** Programs that only read. Where one is not followed, its output is unknown, and nothing else comes of it. */
export const textTools = new Map<string, Emulation>([
  ["awk", unknown],
  ["basename", basename],
  ["cat", cat],
  ["cmp", compare],
  ["cut", unknown],
  ["date", unknown],
  ["df", unknown],
  ["diff", compare],
  ["dirname", dirname],
  ["dpkg-realpath", realpath],
  ["du", unknown],
  ["egrep", unknown],
  ["env", unknown],
  ["expr", unknown],
  ["fgrep", grep],
  ["file", unknown],
  ["getent", getent],
  ["grep", grep],
  ["hostname", unknown],
  ["id", id],
  ["ischroot", () => 0],
  ["logger", () => 0],
  ["lsb_release", unknown],
  ["md5sum", checksum("md5")],
  ["mktemp", makeTemporary],
  ["mountpoint", (call) => (call.args.at(-1) === "/proc" ? 0 : 1)],
  ["getcap", () => 0],
  ["find", find],
  ["pgrep", () => 1],
  ["pidof", () => 1],
  ["ps", unknown],
  ["readlink", readlink],
  ["realpath", realpath],
  ["rev", unknown],
  ["sed", sed],
  ["sha1sum", checksum("sha1")],
  ["sha256sum", checksum("sha256")],
  ["sha512sum", checksum("sha512")],
  ["sleep", () => 0],
  ["stat", unknown],
  ["tail", unknown],
  ["tempfile", makeTemporary],
  ["perl", perl],
  ["tr", unknown],
  ["uname", uname],
  ["uniq", unknown],
  ["wc", unknown],
  ["whoami", unknown],
]);

/** Of a program whose output cannot be told. */
export function unknown({ io }: Call): Status {
  io.out(undefined);
  return undefined;
}

export function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** Standard input to its end, or the files named. */
export function inputOf(call: Call, files: readonly string[]): Value {
  if (files.length === 0) {
    const { input } = call.io;
    const text = input.text?.slice(input.at);
    if (input.text !== undefined) input.at = input.text.length;
    return text;
  }
  const parts = files.map((file) => (file === "-" ? inputOf(call, []) : contentOf(call, file)));
  return parts.includes(undefined) ? undefined : parts.join("");
}

function contentOf(call: Call, file: string): Value {
  if (isTransient(file)) return file === "/dev/null" ? "" : undefined;
  return call.shell.tookIn(call.shell.workspace.text(file));
}

function missing(call: Call, files: readonly string[]): boolean {
  return files.some((file) => file !== "-" && !isTransient(file) && !call.shell.workspace.resolve(file));
}

/** What it finds is not followed; with these it does something to what it finds. */
function find(call: Call): Status {
  const acts = ["-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint", "-fprintf", "-fls"];
  if (call.args.some((arg) => arg !== undefined && acts.includes(arg)))
    throw new Unsure("it changes what it finds");
  return unknown(call);
}

/** The name of a scratch file; what is in it is never known. */
function makeTemporary(call: Call): Status {
  const elsewhere = call.args.some((arg) => arg === undefined || (arg.includes("/") && !isTransient(arg)));
  call.io.out(elsewhere ? undefined : `${scratchFile}\n`);
  return elsewhere ? undefined : 0;
}

/** `perl -e ""` asks whether perl works; any other program might do anything. */
function perl(call: Call): Status {
  const { workspace } = call.shell;
  if (call.args.length !== 2 || call.args[0] !== "-e" || call.args[1] !== "")
    throw new Unsure("it runs perl");
  return workspace.resolve("/usr/bin/perl") ? 0 : 127;
}

function cat(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { operands } = optionsOf(call, ["-u"]);
  if (missing(call, operands)) return 1;
  call.io.out(inputOf(call, operands));
  return 0;
}

function compare(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { operands } = optionsOf(call, ["-s", "-q", "-u", "--quiet", "--silent", "--brief"]);
  if (missing(call, operands)) return 2;
  const [a, b] = [0, 1].map((index) => contentOf(call, operands[index] ?? "-"));
  if (a === undefined || b === undefined) return unknown(call);
  if (a === b) return 0;
  call.io.out(undefined);
  return 1;
}

function grep(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const plain = [
    "-q",
    "-s",
    "-F",
    "-x",
    "-v",
    "-i",
    "-E",
    "-c",
    "-l",
    "-h",
    "-o",
    "-w",
    "-r",
    "--quiet",
    "--silent",
  ];
  const { flags, operands } = optionsOf(call, plain, ["-e", "-m", "-A", "-B"]);
  const unfollowed = ["-i", "-E", "-c", "-l", "-o", "-w", "-m", "-r", "-A", "-B"].some((flag) =>
    flags.has(flag),
  );
  const [pattern = "", ...files] = flags.has("-e") ? [flags.get("-e") ?? "", ...operands] : operands;
  const fixed = flags.has("-F") || call.name === "fgrep";
  const whole = flags.has("-x");
  const test = fixed
    ? (line: string) => (whole ? line === pattern : line.includes(pattern))
    : basicPattern(whole ? `^${pattern}$` : pattern);
  if (missing(call, files)) return 2;
  const text = inputOf(call, files);
  // Nothing comes out of nothing, whatever is looked for.
  if (text === "") return 1;
  const quiet = ["-q", "--quiet", "--silent"].some((flag) => flags.has(flag));
  if (text === undefined || !test || unfollowed) return quiet ? undefined : unknown(call);
  const found = linesOf(text).filter((line) => test(line) !== flags.has("-v"));
  if (!quiet)
    call.io.out(files.length > 1 && !flags.has("-h") ? undefined : found.map((line) => `${line}\n`).join(""));
  return found.length > 0 ? 0 : 1;
}

/** sed prints; what it prints is not followed. With `-i` it writes. */
function sed(call: Call): Status {
  if (call.args.some((arg) => arg !== undefined && /^(?:-[a-zA-Z]*i|--in-place)/.test(arg)))
    throw new Unsure("it edits a file in place");
  return unknown(call);
}

function basename(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { operands } = optionsOf(call, []);
  const [path = "", suffix = ""] = operands;
  const name = baseName(path.replace(/\/+$/, ""));
  call.io.out(
    `${suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`,
  );
  return 0;
}

function dirname(call: Call): Status {
  const [path] = call.args.filter((arg) => arg !== "--");
  if (path === undefined) return unknown(call);
  const trimmed = path.replace(/\/+$/, "");
  const slash = trimmed.lastIndexOf("/");
  call.io.out(`${slash < 0 ? "." : slash === 0 ? "/" : trimmed.slice(0, slash)}\n`);
  return 0;
}

function readlink(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { flags, operands } = optionsOf(call, ["-f", "-e", "-m", "-n", "-q", "-s"]);
  if (["-f", "-e", "-m"].some((flag) => flags.has(flag))) return realpath(call);
  const node = call.shell.workspace.lookup(operands[0] ?? "");
  if (node?.type !== "symlink") return 1;
  call.io.out(`${node.link}\n`);
  return 0;
}

function realpath(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { flags, operands } = optionsOf(call, ["-e", "-f", "-m", "-n", "-q", "-s", "-z"], ["--root"]);
  const [path = ""] = operands;
  if (flags.has("-s") || !path.startsWith("/") || (flags.get("--root") ?? "") !== "") return unknown(call);
  const real = call.shell.workspace.real(path, true);
  if (real === undefined || (flags.has("-e") && !call.shell.workspace.get(real))) return 1;
  call.io.out(`/${real}\n`);
  return 0;
}

function checksum(algorithm: string): Emulation {
  return (call) => {
    if (call.args.includes(undefined) || call.args.some((arg) => arg?.startsWith("-"))) return unknown(call);
    const files = textsOf(call);
    const bytes = files.length === 1 ? call.shell.workspace.resolve(files[0] as string)?.content : undefined;
    if (!bytes) return unknown(call);
    call.io.out(`${createHash(algorithm).update(bytes).digest("hex")}  ${files[0]}\n`);
    return 0;
  };
}

function uname(call: Call): Status {
  const plain =
    call.args.length === 0 || (call.args.length === 1 && (call.args[0] === "-s" || call.args[0] === "-o"));
  if (!plain) return unknown(call);
  call.io.out(call.args[0] === "-o" ? "GNU/Linux\n" : "Linux\n");
  return 0;
}

/** Accounts as they stand in the image. */
function getent(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const [database, key] = textsOf(call);
  const kind = database === "passwd" ? "user" : database === "group" ? "group" : undefined;
  if (!kind || key === undefined) return unknown(call);
  const row = rowOf(call.shell.workspace, kind, key);
  if (!row) return 2;
  call.io.out(`${row.join(":")}\n`);
  return 0;
}

function id(call: Call): Status {
  if (call.args.includes(undefined)) return unknown(call);
  const { flags, operands } = optionsOf(call, [
    "-u",
    "-g",
    "-n",
    "-G",
    "--user",
    "--group",
    "--name",
    "-un",
    "-gn",
  ]);
  const { workspace } = call.shell;
  const [user = "root"] = operands;
  const row = rowOf(workspace, "user", user);
  if (!row && user !== "root") return 1;
  const wantsUser = flags.has("-u") || flags.has("--user");
  const wantsGroup = flags.has("-g") || flags.has("--group");
  if (wantsUser === wantsGroup) return unknownOutput(call);
  const number = Number((wantsUser ? row?.[2] : row?.[3]) ?? 0);
  const named = flags.has("-n") || flags.has("--name");
  call.io.out(`${named ? nameOf(workspace, wantsUser ? "user" : "group", number) : number}\n`);
  return 0;
}

function unknownOutput(call: Call): Status {
  call.io.out(undefined);
  return 0;
}
