import { accounts } from "./commands/accounts.ts";
import { alternatives } from "./commands/alternatives.ts";
import { builtins } from "./commands/builtins.ts";
import { capabilities } from "./commands/capabilities.ts";
import { configuration } from "./commands/configuration.ts";
import { debconf } from "./commands/debconf.ts";
import { dpkgTools, type PackageFacts } from "./commands/dpkg-tools.ts";
import { files } from "./commands/files.ts";
import { harmless } from "./commands/harmless.ts";
import { systemd } from "./commands/systemd.ts";
import { textTools } from "./commands/text-tools.ts";
import type { Emulation } from "./shell/interpret.ts";

/** Every command that scripts may call, by name. */
export function emulations(facts: PackageFacts): ReadonlyMap<string, Emulation> {
  return new Map([
    ...harmless,
    ...textTools,
    ...files,
    ...accounts,
    ...alternatives,
    ...configuration,
    ...debconf,
    ...capabilities,
    ...systemd,
    ...dpkgTools(facts),
    ...builtins,
  ]);
}
