import { commonCommands } from "../../../scripts/commands/common.ts";
import type { Emulation } from "../../../scripts/shell/interpret.ts";
import { alternatives } from "./commands/alternatives.ts";
import { configuration } from "./commands/configuration.ts";
import { debconf } from "./commands/debconf.ts";
import { dpkgTools, type PackageFacts } from "./commands/dpkg-tools.ts";

/** Every command that scripts may call, by name. */
export function emulations(facts: PackageFacts): ReadonlyMap<string, Emulation> {
  return new Map([...commonCommands, ...alternatives, ...configuration, ...debconf, ...dpkgTools(facts)]);
}
