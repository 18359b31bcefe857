import { type Call, type Emulation, type Status, Unsure } from "../shell/interpret.ts";
import { applySysusers, configurationTexts } from "../sysusers.ts";
import { applyTmpfiles } from "../tmpfiles.ts";
import { disableUnit, enableUnit, hasSystemd, linksOf, maskUnit, type UnitHome } from "../units.ts";
import { optionsOf, textsOf } from "./arguments.ts";

/** Programs of systemd, and Debian's for it, that leave files behind. */
export const systemd = new Map<string, Emulation>([
  ["deb-systemd-helper", helper],
  ["systemctl", systemctl("/lib/systemd/system")],
  ["systemd-sysusers", sysusers],
  ["systemd-tmpfiles", tmpfiles],
]);

function helper(call: Call): Status {
  const { workspace, findings } = call.shell;
  const [action, ...units] = textsOf(call).filter((arg) => !arg.startsWith("--"));
  // On a first installation everything counts as enabled, and only what was enabled just now as installed.
  if (action === "debian-installed") return units.some((unit) => linksOf(workspace, unit).length > 0) ? 0 : 1;
  if (action === undefined || action === "was-enabled") return 0;
  if (!hasSystemd(workspace)) {
    findings.harmless.add("services are not enabled where no init would start them");
    return 0;
  }
  if (action === "disable") for (const unit of units) disableUnit(workspace, unit);
  return action === "enable" ? enable(call, units) : 0;
}

const suffixed = /\.(?:service|socket|timer|path|target|mount|automount|slice|scope|device|swap)$/;

/** systemctl outside a running system: it may enable, disable and mask units; nothing runs, and all else needs an init. */
export function systemctl(home: UnitHome): Emulation {
  return (call) => control(call, home);
}

function control(call: Call, home: UnitHome): Status {
  const { workspace, findings } = call.shell;
  const [action = "", ...words] = textsOf(call).filter((arg) => !arg.startsWith("-"));
  const units = words.map((word) => (suffixed.test(word) ? word : `${word}.service`));
  findings.harmless.add("services are not started in an image");
  call.io.out(undefined);
  if (["is-active", "is-failed", "status"].includes(action)) return 3;
  if (action === "is-enabled") return units.some((unit) => linksOf(workspace, unit).length > 0) ? 0 : 1;
  if (["show", "list-units", "list-jobs"].includes(action)) return 1;
  if (!hasSystemd(workspace)) return 0;
  if (action === "enable") return enable(call, units, home);
  for (const unit of units) {
    if (action === "disable" && disableUnit(workspace, unit)) findings.handled.add(`disables ${unit}`);
    if (action === "mask" && maskUnit(workspace, unit)) findings.handled.add(`masks ${unit}`);
  }
  return 0;
}

function enable({ shell: { workspace, findings } }: Call, units: readonly string[], home?: UnitHome): Status {
  for (const unit of units) {
    const problem = enableUnit(workspace, unit, home);
    if (problem !== undefined) throw new Unsure(problem);
    findings.handled.add(`enables ${unit}`);
  }
  return 0;
}

function sysusers(call: Call): Status {
  const { flags, operands } = optionsOf(call, [], ["--root", "--replace"]);
  if ((flags.get("--root") ?? "") !== "") throw new Unsure("accounts for another root");
  const texts = textsFor(call, "sysusers", operands, flags.get("--replace"));
  if (!texts) throw new Unsure("the content of a sysusers.d file is not at hand");
  const problem = applySysusers(call.shell.workspace, texts);
  if (problem !== undefined) throw new Unsure(problem);
  call.shell.findings.handled.add("accounts of sysusers.d");
  return 0;
}

function tmpfiles(call: Call): Status {
  const plain = ["--create", "--remove", "--boot", "--clean"];
  const { flags, operands } = optionsOf(call, plain, ["--root", "--prefix", "--exclude-prefix", "--replace"]);
  if (!flags.has("--create")) return 0;
  if (["--root", "--prefix", "--exclude-prefix"].some((flag) => (flags.get(flag) ?? "") !== ""))
    throw new Unsure("files for another root");
  const texts = textsFor(call, "tmpfiles", operands, flags.get("--replace"));
  if (!texts) throw new Unsure("the content of a tmpfiles.d file is not at hand");
  const problem = applyTmpfiles(call.shell.workspace, texts);
  if (problem !== undefined) throw new Unsure(problem);
  call.shell.findings.handled.add("files of tmpfiles.d");
  return 0;
}

/** Those that are named, `-` being what is read; beside `--replace`, all there are come before them. */
function textsFor(
  { shell: { workspace }, io: { input } }: Call,
  kind: "sysusers" | "tmpfiles",
  operands: readonly string[],
  replaced: string | undefined,
): string[] | undefined {
  const named = operands.filter((one) => one !== "-");
  const texts = named.length > 0 || operands.length === 0 ? configurationTexts(workspace, kind, named) : [];
  const others = replaced === undefined ? [] : configurationTexts(workspace, kind, []);
  if (!operands.includes("-")) return texts && others && [...others, ...texts];
  const read = input.text?.slice(input.at);
  if (read === undefined || texts === undefined || others === undefined) return undefined;
  input.at += read.length;
  return [...others, ...texts, read];
}
