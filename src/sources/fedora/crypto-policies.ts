import { textsOf } from "../../scripts/commands/arguments.ts";
import { type Call, type Status, Unsure } from "../../scripts/shell/interpret.ts";
import type { Workspace } from "../../scripts/workspace.ts";

const own = "/etc/crypto-policies";
const policies = "/usr/share/crypto-policies";

/**
 * Each library's file of a policy under its name, and which policy that is, as crypto-policies leaves it. False where the
 * packages bring no files of that policy.
 */
export function linkPolicy(workspace: Workspace, policy: string): boolean {
  const names = workspace.list(`${policies}/${policy}`);
  if (names.length === 0) return false;
  for (const folder of ["state", "back-ends"]) workspace.makeDirectory(`${own}/${folder}`, true);
  workspace.write(`${own}/state/current`, `${policy}\n`);
  for (const name of names) {
    const link = `${own}/back-ends/${name.replace(/\..*/, "")}.config`;
    workspace.remove(link);
    workspace.symlink(link, `${policies}/${policy}/${name}`);
  }
  return true;
}

/**
 * `update-crypto-policies` where a policy is one of those whose files come with the package, and nothing is added to it:
 * links to those files (crypto-policies, python/update-crypto-policies.py). Any other it works out itself.
 */
export function updateCryptoPolicies(call: Call): Status {
  const { workspace, findings } = call.shell;
  const [option, policy, ...more] = textsOf(call).filter(
    (word) => word !== "--no-check" && word !== "--no-reload",
  );
  if ((option !== undefined && option !== "--set") || more.length > 0)
    throw new Unsure(`update-crypto-policies ${option} is not known`);
  const chosen = (policy ?? configured(workspace)).toUpperCase();
  const local = workspace.list(`${own}/local.d`).some((name) => name.endsWith(".config"));
  if (local || !/^[A-Z0-9_-]+$/.test(chosen) || !linkPolicy(workspace, chosen))
    throw new Unsure("this policy of cryptography is worked out by the program itself");
  if (policy !== undefined) workspace.write(`${own}/config`, `${chosen}\n`);
  findings.handled.add(`the policy of cryptography ${chosen}`);
  findings.harmless.add("the policy's own text, which only people read, is left out");
  return 0;
}

/** What the machine's settings say, else what the package says. */
function configured(workspace: Workspace): string {
  const file = [`${own}/config`, `${policies}/default-config`].find((path) => workspace.resolve(path));
  const lines = file === undefined ? [] : (workspace.text(file) ?? "").split("\n");
  const said = lines.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  if (said.length !== 1) throw new Unsure("which policy of cryptography is chosen is not known");
  return said[0] as string;
}
