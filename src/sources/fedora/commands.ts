import { commonCommands } from "../../scripts/commands/common.ts";
import { systemctl } from "../../scripts/commands/systemd.ts";
import type { Call, Emulation, Status } from "../../scripts/shell/interpret.ts";
import { alternatives } from "./alternatives.ts";
import { updateCryptoPolicies } from "./crypto-policies.ts";
import { hasLdconfig } from "./linker.ts";
import { caLegacy, updateCaTrust } from "./trust/update-ca-trust.ts";

/** Every command that scriptlets may call, by name. */
export const commands: ReadonlyMap<string, Emulation> = new Map<string, Emulation>([
  ...commonCommands,
  ["alternatives", alternatives],
  ["ca-legacy", caLegacy],
  ["ldconfig", linker],
  ["systemctl", systemctl("/usr/lib/systemd/system")],
  ["systemd-update-helper", presets],
  ["update-alternatives", alternatives],
  ["update-ca-trust", updateCaTrust],
  ["update-crypto-policies", updateCryptoPolicies],
]);

/** Its work is done once, at the end; without one in the root there is no such work. */
function linker(call: Call): Status {
  if (!hasLdconfig(call.shell.workspace)) {
    call.shell.findings.harmless.add("there is no ldconfig");
    return 127;
  }
  call.shell.findings.handled.add("the dynamic linker's cache");
  return 0;
}

/** What `%systemd_post` comes to: units are enabled or not as a machine's presets say. */
function presets(call: Call): Status {
  call.shell.findings.harmless.add("presets of services are for a machine that starts them");
  return 0;
}
