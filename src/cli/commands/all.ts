import type { Command } from "../command.ts";
import { build } from "./build.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { lock } from "./lock.ts";
import { store } from "./store.ts";
import { why } from "./why.ts";

/** In the order in which somebody meets them. */
export const commands: readonly Command[] = [init, build, lock, explain, why, store] as readonly Command[];
