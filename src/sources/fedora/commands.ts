import { commonCommands } from "../../scripts/commands/common.ts";
import type { Call, Emulation, Status } from "../../scripts/shell/interpret.ts";
import { alternatives } from "./alternatives.ts";

/** Every command that scriptlets may call, by name. */
export const commands: ReadonlyMap<string, Emulation> = new Map<string, Emulation>([
  ...commonCommands,
  ["alternatives", alternatives],
  ["ldconfig", linker],
  ["systemd-update-helper", presets],
  ["update-alternatives", alternatives],
]);

/** Its work is done once, at the end. */
function linker(call: Call): Status {
  call.shell.findings.handled.add("the dynamic linker's cache");
  return 0;
}

/** What `%systemd_post` comes to: units are enabled or not as a machine's presets say. */
function presets(call: Call): Status {
  call.shell.findings.harmless.add("presets of services are for a machine that starts them");
  return 0;
}
