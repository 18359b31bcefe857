import type { Command } from "../command.ts";
import { append } from "./append.ts";
import { build } from "./build.ts";
import { cat } from "./cat.ts";
import { config } from "./config.ts";
import { copy } from "./copy.ts";
import { explain } from "./explain.ts";
import { extract } from "./extract.ts";
import { flatten } from "./flatten.ts";
import { importTar } from "./import.ts";
import { init } from "./init.ts";
import { lock } from "./lock.ts";
import { ls } from "./ls.ts";
import { rebase } from "./rebase.ts";
import { run } from "./run.ts";
import { store } from "./store.ts";
import { why } from "./why.ts";

/** In the order in which somebody meets them. */
export const commands: readonly Command[] = [
  init,
  build,
  importTar,
  copy,
  append,
  flatten,
  config,
  rebase,
  ls,
  cat,
  extract,
  run,
  lock,
  explain,
  why,
  store,
] as readonly Command[];
