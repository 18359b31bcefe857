import { baseName, type Call, type Emulation, isTransient, type Status, Unsure } from "../shell/interpret.ts";
import type { Ownership, Workspace } from "../workspace.ts";
import { numberOf } from "./account-files.ts";
import { type Options, optionsOf } from "./arguments.ts";

/** coreutils that change files. */
export const files = new Map<string, Emulation>([
  ["chgrp", owner],
  ["chmod", mode],
  ["chown", owner],
  ["cp", copy],
  ["install", install],
  ["ln", link],
  ["mkdir", makeDirectory],
  ["mv", move],
  ["rm", remove],
  ["rmdir", removeDirectory],
  ["sync", () => 0],
  ["touch", touch],
  ["unlink", remove],
]);

function note(call: Call, phrase: string): 0 {
  call.shell.findings.handled.add(phrase);
  return 0;
}

/** Scratch files come and go: nothing of them stays. */
function scratch(paths: readonly string[]): boolean {
  return paths.length > 0 && paths.every(isTransient);
}

function copy(call: Call): Status {
  const plain = [
    "-p",
    "-a",
    "-d",
    "-f",
    "-n",
    "-u",
    "-v",
    "-P",
    "-L",
    "-Z",
    "-T",
    "--preserve",
    "--archive",
    "--force",
  ];
  const { flags, operands } = optionsOf(call, [...plain, "--no-clobber", "--update"], ["-t"]);
  return eachTarget(call, { flags, operands }, (source, target, workspace) => {
    const keepLink = flags.has("-d") || flags.has("-a") || flags.has("-P");
    const node = keepLink ? workspace.lookup(source) : workspace.resolve(source);
    if (!node) return 1;
    if (node.type === "directory") throw new Unsure("it copies a directory");
    if ((flags.has("-n") || flags.has("--no-clobber")) && workspace.lookup(target)) return 0;
    if (flags.has("-u") || flags.has("--update")) throw new Unsure("it copies what is newer");
    const preserve = ["-p", "-a", "--preserve", "--archive"].some((flag) => flags.has(flag));
    if (node.type === "symlink")
      return done(workspace.place(target, preserve ? node : { ...node, mtime: workspace.timestamp }));
    if (node.type !== "file" || node.content === undefined)
      throw new Unsure(`the content of ${source} is not at hand`);
    const current = workspace.resolve(target);
    const { uid, gid, mtime, mode } = node;
    const how: Ownership = preserve
      ? { uid, gid, mtime, mode }
      : current
        ? {}
        : { mode: mode & ~call.shell.umask };
    return done(workspace.write(target, node.content, how));
  });
}

function done(worked: boolean): Status {
  return worked ? 0 : 1;
}

/** Runs a two-place command for each source, as `SOURCE… DIRECTORY` or `SOURCE TARGET`. */
function eachTarget(
  call: Call,
  { flags, operands }: Options,
  one: (source: string, target: string, workspace: Workspace) => Status,
): Status {
  const { workspace } = call.shell;
  const folder = flags.get("-t");
  const sources = folder === undefined ? operands.slice(0, -1) : operands;
  const last = folder ?? operands.at(-1);
  if (last === undefined || sources.length === 0) return 1;
  const into = folder !== undefined || (!flags.has("-T") && workspace.resolve(last)?.type === "directory");
  if (!into && sources.length > 1) return 1;
  let status: Status = 0;
  for (const source of sources) {
    const target = into ? `${last.replace(/\/+$/, "")}/${baseName(source.replace(/\/+$/, ""))}` : last;
    if (isTransient(target)) continue;
    if (isTransient(source) && source !== "/dev/null")
      throw new Unsure(`the content of ${source} is not known`);
    const result = one(source, target, workspace);
    if (result === 0) note(call, `writes ${target}`);
    else status = result;
  }
  return status;
}

function move(call: Call): Status {
  const options = optionsOf(call, ["-f", "-n", "-v", "-Z", "-T", "--force"], ["-t"]);
  return eachTarget(call, options, (source, target, workspace) => {
    const node = workspace.lookup(source);
    if (!node) return 1;
    if (node.type === "directory" || workspace.lookup(target)?.type === "directory")
      throw new Unsure("it moves a directory");
    if (node.type === "file" && node.content === undefined)
      throw new Unsure(`the content of ${source} is not at hand`);
    return done(workspace.place(target, node) && workspace.remove(source));
  });
}

function remove(call: Call): Status {
  const { flags, operands } = optionsOf(call, ["-f", "-r", "-R", "-v", "-d", "--force", "--recursive"]);
  const { workspace } = call.shell;
  const recursive = ["-r", "-R", "--recursive"].some((flag) => flags.has(flag));
  const forced = flags.has("-f") || flags.has("--force");
  let status: Status = 0;
  for (const path of operands) {
    if (isTransient(path)) continue;
    const node = workspace.lookup(path);
    if (!node) {
      if (!forced) status = 1;
    } else if (node.type === "directory" && !recursive) status = 1;
    else {
      removeTree(workspace, `/${node.path}`);
      note(call, `removes ${path}`);
    }
  }
  return status;
}

/** `path` is absolute. */
function removeTree(workspace: Workspace, path: string): void {
  if (path === "/") throw new Unsure("it removes the root");
  if (workspace.lookup(path)?.type === "directory")
    for (const name of workspace.list(path)) removeTree(workspace, `${path}/${name}`);
  workspace.remove(path);
}

function removeDirectory(call: Call): Status {
  const { flags, operands } = optionsOf(call, ["-p", "-v", "--parents", "--ignore-fail-on-non-empty"]);
  if (flags.has("-p") || flags.has("--parents")) throw new Unsure("it removes parents, too");
  const { workspace } = call.shell;
  let status: Status = 0;
  for (const path of operands) {
    if (isTransient(path)) continue;
    const node = workspace.lookup(path);
    const full = node?.type === "directory" && workspace.list(path).length > 0;
    if (full && flags.has("--ignore-fail-on-non-empty")) continue;
    if (node?.type === "directory" && workspace.remove(path)) note(call, `removes ${path}`);
    else status = 1;
  }
  return status;
}

function makeDirectory(call: Call): Status {
  const { flags, operands } = optionsOf(call, ["-p", "-v", "-Z", "--parents"], ["-m", "--mode"]);
  const parents = flags.has("-p") || flags.has("--parents");
  const wanted = flags.get("-m") ?? flags.get("--mode");
  const how = { mode: wanted === undefined ? 0o777 & ~call.shell.umask : modeOf(wanted, 0o755, true) };
  const { workspace } = call.shell;
  let status: Status = 0;
  for (const path of operands) {
    if (/^\/(?:tmp|var\/tmp|dev|proc|sys)\//.test(path)) continue;
    const before = workspace.resolve(path);
    if (!workspace.makeDirectory(path, parents, how)) status = 1;
    else if (!before) note(call, `makes ${path}`);
  }
  return status;
}

function link(call: Call): Status {
  const options = optionsOf(
    call,
    ["-s", "-f", "-n", "-v", "-T", "-r", "--symbolic", "--force", "--relative"],
    ["-t"],
  );
  const { flags, operands } = options;
  if (!flags.has("-s") && !flags.has("--symbolic")) throw new Unsure("it makes a hard link");
  if (flags.has("-r") || flags.has("--relative")) throw new Unsure("it makes a relative link");
  const { workspace } = call.shell;
  if (operands.length > 2 || flags.has("-t") || operands.length === 0)
    throw new Unsure("it makes several links");
  const [text = "", place = `./${baseName(text)}`] = operands;
  const at = workspace.lookup(place);
  const behind = flags.has("-n") || flags.has("-T") ? at : workspace.resolve(place);
  const target = behind?.type === "directory" && !flags.has("-T") ? `${place}/${baseName(text)}` : place;
  if (scratch([target])) return 0;
  const there = workspace.lookup(target);
  if (there) {
    if (!flags.has("-f") && !flags.has("--force")) return 1;
    if (there.type === "symlink" && there.link === text) return 0;
    if (!workspace.remove(target)) return 1;
  }
  return workspace.symlink(target, text) ? note(call, `links ${target} to ${text}`) : 1;
}

function touch(call: Call): Status {
  const { flags, operands } = optionsOf(
    call,
    ["-c", "--no-create", "-a", "-m", "-h", "--no-dereference"],
    ["-r", "--reference", "-d", "-t"],
  );
  const { workspace } = call.shell;
  const reference = flags.get("-r") ?? flags.get("--reference");
  const model = reference === undefined ? undefined : workspace.resolve(reference);
  if (reference !== undefined && !model) return 1;
  const mtime = model?.mtime ?? workspace.timestamp;
  const follow = !flags.has("-h") && !flags.has("--no-dereference");
  let status: Status = 0;
  for (const path of operands) {
    if (isTransient(path)) continue;
    const there = follow ? workspace.resolve(path) : workspace.lookup(path);
    if (there) {
      // Only the time would change; where the content is not at hand, the package's time may as well stand.
      if (there.type !== "file" || there.content !== undefined) workspace.change(path, { mtime }, follow);
    } else if (!flags.has("-c") && !flags.has("--no-create")) {
      if (workspace.write(path, "", { ...call.shell.created(path, 0o666), mtime }))
        note(call, `makes ${path}`);
      else {
        call.shell.findings.harmless.add(`cannot make ${path}: its folder is not there`);
        status = 1;
      }
    }
  }
  return status;
}

function mode(call: Call): Status {
  // A symbolic mode may begin with a minus, which is no option.
  const symbolic = call.args.map((arg) => (arg !== undefined && /^-[rwxXst]+$/.test(arg) ? `a${arg}` : arg));
  const plain = ["-f", "-v", "-R", "--recursive", "--quiet", "--silent"];
  const { flags, operands } = optionsOf({ ...call, args: symbolic }, plain, ["--reference"]);
  const { workspace } = call.shell;
  const model = referenceNode(workspace, flags);
  const [wanted = "", ...paths] = model ? ["", ...operands] : operands;
  return eachNode(call, paths, flags, (node) => ({
    mode: model?.mode ?? modeOf(wanted, node.mode, node.type === "directory"),
  }));
}

function referenceNode(workspace: Workspace, flags: ReadonlyMap<string, string>) {
  const reference = flags.get("--reference");
  if (reference === undefined) return undefined;
  const node = workspace.resolve(reference);
  if (!node) throw new Unsure(`${reference} is not there`);
  return node;
}

function owner(call: Call): Status {
  const plain = ["-f", "-h", "-v", "-R", "--recursive", "--no-dereference", "--quiet"];
  const { flags, operands } = optionsOf(call, plain, ["--reference"]);
  const { workspace } = call.shell;
  const model = referenceNode(workspace, flags);
  const [wanted = "", ...paths] = model ? ["", ...operands] : operands;
  if (model)
    return eachNode(call, paths, flags, () =>
      call.name === "chgrp" ? { gid: model.gid } : { uid: model.uid, gid: model.gid },
    );
  const [user = "", group] = call.name === "chgrp" ? ["", wanted] : wanted.split(/[:.]/, 2);
  const id = (kind: "user" | "group", name: string) => {
    const number = numberOf(workspace, kind, name);
    if (number === undefined) throw new Unsure(`the ${kind} ${name} is not known`);
    return number;
  };
  const how: Ownership = {
    ...(user === "" ? {} : { uid: id("user", user) }),
    ...(group === undefined || group === "" ? {} : { gid: id("group", group) }),
  };
  return eachNode(call, paths, flags, () => how);
}

function eachNode(
  call: Call,
  paths: readonly string[],
  flags: ReadonlyMap<string, string>,
  how: (node: { mode: number; type: string }) => Ownership,
): Status {
  const { workspace } = call.shell;
  const recursive = flags.has("-R") || flags.has("--recursive");
  let status: Status = 0;
  const visit = (path: string, follow: boolean) => {
    const node = follow ? workspace.resolve(path) : workspace.lookup(path);
    if (!node) {
      status = 1;
      return;
    }
    const wanted = how(node);
    const differs = Object.entries(wanted).some(([key, value]) => node[key as keyof Ownership] !== value);
    if (differs && node.type === "file" && node.content === undefined)
      throw new Unsure(`${path} would change, and its content is not at hand`);
    if (differs && workspace.change(path, wanted, follow)) note(call, `sets who may use ${path}`);
    if (recursive && node.type === "directory")
      for (const name of workspace.list(path)) {
        const below = `${path.replace(/\/+$/, "")}/${name}`;
        if (workspace.lookup(below)?.type !== "symlink") visit(below, true);
      }
  };
  for (const path of paths) {
    if (isTransient(path) && !workspace.resolve(path)) continue;
    visit(path, !flags.has("-h") && !flags.has("--no-dereference"));
  }
  return status;
}

/** An octal or symbolic mode (chmod(1)). @throws Unsure */
export function modeOf(text: string, before: number, directory: boolean): number {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let result = before;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (!match) throw new Unsure(`the mode ${text} is not known`);
    const [, who = "", operator = "", what = ""] = match;
    const all = who === "" || who.includes("a");
    let mask = 0;
    let field = 0;
    for (const [letter, shift] of [
      ["u", 6],
      ["g", 3],
      ["o", 0],
    ] as const) {
      if (!all && !who.includes(letter)) continue;
      field |= 0o7 << shift;
      if (what.includes("r")) mask |= 4 << shift;
      if (what.includes("w")) mask |= 2 << shift;
      if (what.includes("x") || (what.includes("X") && (directory || before & 0o111))) mask |= 1 << shift;
    }
    if (what.includes("s"))
      mask |= (all || who.includes("u") ? 0o4000 : 0) | (all || who.includes("g") ? 0o2000 : 0);
    if (what.includes("t")) mask |= 0o1000;
    // Without "who", chmod leaves out what the umask does; scripts run with 022.
    if (who === "") mask &= ~0o022;
    if (operator === "+") result |= mask;
    else if (operator === "-") result &= ~mask;
    else result = (result & ~field) | mask;
  }
  return result;
}

function install(call: Call): Status {
  const plain = ["-d", "-D", "-p", "-v", "-T", "--directory"];
  const { flags, operands } = optionsOf(call, plain, [
    "-m",
    "-o",
    "-g",
    "-t",
    "--mode",
    "--owner",
    "--group",
  ]);
  const { workspace } = call.shell;
  const account = (kind: "user" | "group", name: string | undefined) => {
    if (name === undefined) return undefined;
    const number = numberOf(workspace, kind, name);
    if (number === undefined) throw new Unsure(`the ${kind} ${name} is not known`);
    return number;
  };
  const uid = account("user", flags.get("-o") ?? flags.get("--owner"));
  const gid = account("group", flags.get("-g") ?? flags.get("--group"));
  const text = flags.get("-m") ?? flags.get("--mode");
  const directory = flags.has("-d") || flags.has("--directory");
  const how: Ownership = {
    mode: text === undefined ? 0o755 : modeOf(text, 0, directory),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
  if (directory) {
    let status: Status = 0;
    for (const path of operands) {
      if (isTransient(path)) continue;
      const made = workspace.makeDirectory(path, true) && workspace.change(path, how);
      if (made) note(call, `makes ${path}`);
      else status = 1;
    }
    return status;
  }
  if (flags.has("-D")) {
    const target = operands.at(-1) ?? "";
    workspace.makeDirectory(target.slice(0, Math.max(target.lastIndexOf("/"), 0)), true);
  }
  return eachTarget(call, { flags, operands }, (source, target) => {
    if (source === "/dev/null") return done(workspace.write(target, "", how));
    const node = workspace.resolve(source);
    if (!node) return 1;
    if (node.content === undefined) throw new Unsure(`the content of ${source} is not at hand`);
    return done(workspace.write(target, node.content, flags.has("-p") ? { ...how, mtime: node.mtime } : how));
  });
}
