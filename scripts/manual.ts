/** Writes docs/cli.md from the commands themselves; a test keeps the two equal. */
import { writeFileSync } from "node:fs";
import { commands } from "../src/cli/commands/all.ts";
import { manual } from "../src/cli/help.ts";

writeFileSync(`${import.meta.dirname}/../docs/cli.md`, manual(commands));
