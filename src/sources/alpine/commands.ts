import { hasUpdateCertificates, updateCertificates } from "../../scripts/certificates.ts";
import { optionsOf, textsOf } from "../../scripts/commands/arguments.ts";
import { commonCommands } from "../../scripts/commands/common.ts";
import { type Call, type Emulation, type Status, Unsure } from "../../scripts/shell/interpret.ts";
import { accounts } from "./accounts.ts";

/** Every command that scripts of Alpine's packages may call, by name. `applets`: see `UnpackedApk`. */
export function commandsOf(applets: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, Emulation> {
  const manyNamed: Emulation = (call) => busybox(call, applets);
  return new Map<string, Emulation>([
    ...commonCommands,
    ...accounts,
    ["add-shell", addShell],
    ["apk", apk],
    ["bbsuid", (call) => bbsuid(call, applets)],
    ["busybox", manyNamed],
    ["busybox-extras", manyNamed],
    ["ldconfig", (call) => harmless(call, "musl keeps no cache of libraries")],
    ["rc-status", (call) => harmless(call, services)],
    ["rc-update", (call) => harmless(call, services)],
    ["update-ca-certificates", certificates],
  ]);
}

const services = "services are neither enabled nor started in an image";

/** What it answers is not followed. Nothing is installed from within a script, for its database is locked. */
function apk(call: Call): Status {
  const [word] = textsOf(call);
  if (word !== "info" && word !== "version" && word !== "--print-arch")
    throw new Unsure(`apk ${word ?? ""} is not known`);
  call.io.out(undefined);
  return undefined;
}

/** A program of many names: it makes the links to itself, or is called by one of them. */
function busybox(call: Call, applets: ReadonlyMap<string, readonly string[]>): Status {
  const [first = "", ...rest] = textsOf(call);
  if (first !== "--install") {
    if (first === "" || first.startsWith("-")) throw new Unsure(`${call.name} ${first} is not known`);
    return call.shell.call([first, ...rest], call.io);
  }
  if (rest.length !== 1 || rest[0] !== "-s") throw new Unsure("links of this kind are not known");
  const { workspace, findings } = call.shell;
  const program = programOf(call);
  if (program === undefined) return 127;
  const listed = workspace.text(`/etc/busybox-paths.d/${call.name}`)?.split("\n");
  const paths = listed?.map((line) => line.trim().replace(/^\/+/, "")) ?? applets.get(program);
  if (paths === undefined) throw new Unsure(`the programs in ${call.name} are not known`);
  // What stands there already stays.
  for (const path of paths) if (path !== "") workspace.symlink(`/${path}`, `/${program}`);
  findings.handled.add(`links to ${call.name}`);
  return 0;
}

/** Puts links to itself in the place of other links, but not of files. */
function bbsuid(call: Call, applets: ReadonlyMap<string, readonly string[]>): Status {
  const { workspace, findings } = call.shell;
  const program = programOf(call);
  if (program === undefined) return 127;
  const paths = applets.get(program);
  if (textsOf(call).join(" ") !== "--install" || paths === undefined)
    throw new Unsure("which links bbsuid makes is not known");
  let status = 0;
  for (const path of paths) {
    if (workspace.lookup(`/${path}`)?.type === "symlink") workspace.remove(`/${path}`);
    if (!workspace.symlink(`/${path}`, `/${program}`)) status = 1;
  }
  findings.handled.add("links to bbsuid");
  return status;
}

/** Where the program lies that is called. */
function programOf({ shell, name }: Call): string | undefined {
  return [`/bin/${name}`, `/usr/bin/${name}`]
    .map((path) => shell.workspace.resolve(path))
    .find((node) => node?.type === "file")?.path;
}

/** Adds a line for each shell that has none. */
function addShell(call: Call): Status {
  const { operands } = optionsOf(call, []);
  const { workspace, findings } = call.shell;
  const lines = (workspace.text("/etc/shells") ?? "").split("\n").filter((line) => line !== "");
  const missing = [...new Set(operands)].filter((shell) => !lines.includes(shell));
  if (missing.length > 0)
    workspace.write("/etc/shells", [...lines, ...missing].map((line) => `${line}\n`).join(""));
  findings.handled.add("login shells");
  return 0;
}

/** Alpine's own program of that name; its hook `certhash` links certificates by the hash of their subjects. */
function certificates(call: Call): Status {
  optionsOf(call, ["-f", "-v", "--fresh", "--verbose"]);
  const { workspace, findings } = call.shell;
  if (!hasUpdateCertificates(workspace)) return 127;
  if (workspace.list("/etc/ca-certificates/update.d").some((name) => name !== "certhash"))
    throw new Unsure("something of another package is to hear of new certificates");
  const problem = updateCertificates(workspace, "ca-cert-");
  if (problem !== undefined) throw new Unsure(problem);
  findings.handled.add("certificates");
  return 0;
}

function harmless(call: Call, why: string): Status {
  call.shell.findings.harmless.add(why);
  return 0;
}
