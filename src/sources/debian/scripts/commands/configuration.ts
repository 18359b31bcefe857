import { createHash } from "node:crypto";
import { hasUpdateCertificates, updateCertificates } from "../../../../scripts/certificates.ts";
import { optionsOf } from "../../../../scripts/commands/arguments.ts";
import { type Call, type Emulation, type Status, Unsure } from "../../../../scripts/shell/interpret.ts";
import { addShells, updateShells } from "../../../../scripts/shells.ts";
import { updatePam } from "../pam.ts";

/** Programs that put a piece of /etc together. */
export const configuration = new Map<string, Emulation>([
  ["add-shell", addShell],
  ["ldconfig", linker],
  ["pam-auth-update", pam],
  ["ucf", ucf],
  ["ucfr", ucfr],
  ["update-ca-certificates", certificates],
  ["update-shells", shells],
]);

function linker(call: Call): Status {
  call.shell.findings.handled.add("the dynamic linker's cache");
  return 0;
}

function shells(call: Call): Status {
  if (call.args.length > 0) throw new Unsure("update-shells with options");
  updateShells(call.shell.workspace);
  call.shell.findings.handled.add("login shells");
  return 0;
}

function addShell(call: Call): Status {
  const { operands } = optionsOf(call, []);
  addShells(call.shell.workspace, operands);
  call.shell.findings.handled.add("login shells");
  return 0;
}

function certificates(call: Call): Status {
  const { flags } = optionsOf(call, ["-f", "-v", "--fresh", "--verbose"], ["--hooksdir"]);
  if (flags.has("--certsdir")) throw new Unsure("certificates from another directory");
  if (!hasUpdateCertificates(call.shell.workspace)) return 127;
  const problem = updateCertificates(call.shell.workspace);
  if (problem !== undefined) throw new Unsure(problem);
  call.shell.findings.handled.add("certificates");
  return 0;
}

/** `--enable`, `--disable` and `--remove` take every word up to the next option. */
function pam(call: Call): Status {
  const lists = { "--enable": [] as string[], "--disable": [] as string[], "--remove": [] as string[] };
  let into: string[] | undefined;
  for (let at = 0; at < call.args.length; at += 1) {
    const arg = call.args[at];
    if (arg === undefined) throw new Unsure("a PAM profile is not known");
    if (arg === "--root") {
      at += 1;
      if (call.args[at] !== "") throw new Unsure("pam-auth-update for another root");
    } else if (arg === "--package" || arg === "--force") into = undefined;
    else if (arg === "--enable" || arg === "--disable" || arg === "--remove") into = lists[arg];
    else if (into && !arg.startsWith("-")) into.push(arg);
    else throw new Unsure(`pam-auth-update ${arg} is not known`);
  }
  const problem = updatePam(call.shell.workspace, {
    enable: lists["--enable"],
    disable: [...lists["--disable"], ...lists["--remove"]],
  });
  if (problem !== undefined) throw new Unsure(problem);
  call.shell.findings.handled.add("PAM profiles");
  return 0;
}

/** `ucf SOURCE TARGET` where the target is new: a copy, and a line that remembers what was installed. */
function ucf(call: Call): Status {
  const { flags, operands } = optionsOf(
    call,
    ["--three-way", "--debconf-ok", "--quiet", "-v", "-d"],
    ["--sum-file", "--src-dir", "--debconf-template"],
  );
  if (flags.has("--sum-file") || flags.has("--src-dir"))
    throw new Unsure("ucf with its own list of checksums");
  const { workspace } = call.shell;
  const [source = "", target = ""] = operands;
  const node = workspace.resolve(source);
  if (!node?.content) throw new Unsure(`the content of ${source} is not at hand`);
  const present = workspace.resolve(target);
  const md5 = createHash("md5").update(node.content).digest("hex");
  if (present) {
    if (!present.content || !Buffer.from(present.content).equals(node.content))
      throw new Unsure(`${target} is there with another content`);
  } else {
    const { mode, uid, gid, mtime } = node;
    if (!workspace.write(target, node.content, { mode, uid, gid, mtime })) return 1;
  }
  remember(call, "/var/lib/ucf/hashfile", `${md5}  ${target}`, target);
  workspace.makeDirectory("/var/lib/ucf/cache", true);
  workspace.write(`/var/lib/ucf/cache/${target.replaceAll("/", ":")}`, node.content, { mode: node.mode });
  call.shell.findings.handled.add(`writes ${target}`);
  return 0;
}

function ucfr(call: Call): Status {
  const { flags, operands } = optionsOf(call, ["-v", "-f", "-p", "--purge", "--force", "--verbose"]);
  if (flags.has("--purge") || flags.has("-p")) return 0;
  const [owner = "", file = ""] = operands;
  remember(call, "/var/lib/ucf/registry", `${owner} \t ${file}`, file);
  return 0;
}

/** One line for each file that ucf looks after. */
function remember(call: Call, book: string, line: string, file: string): void {
  const { workspace } = call.shell;
  workspace.makeDirectory("/var/lib/ucf", true);
  const lines = (workspace.text(book) ?? "")
    .split("\n")
    .filter((one) => one !== "" && !one.endsWith(` ${file}`));
  workspace.write(book, [...lines, line].map((one) => `${one}\n`).join(""));
}
