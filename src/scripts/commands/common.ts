import type { Emulation } from "../shell/interpret.ts";
import { accounts } from "./accounts.ts";
import { builtins } from "./builtins.ts";
import { capabilities } from "./capabilities.ts";
import { files } from "./files.ts";
import { harmless } from "./harmless.ts";
import { lineTools } from "./lines.ts";
import { systemd } from "./systemd.ts";
import { textTools } from "./text-tools.ts";

/**
 * Commands that scripts of any distribution may call, by name. A distribution puts its own beside them, or in the
 * place of some.
 */
export const commonCommands: ReadonlyMap<string, Emulation> = new Map([
  ...harmless,
  ...textTools,
  ...lineTools,
  ...files,
  ...accounts,
  ...capabilities,
  ...systemd,
  ...builtins,
]);
