/** Writes docs/cli.md from the commands themselves, and docs/recipe.md from the recipe's schema; tests keep them equal. */
import { writeFileSync } from "node:fs";
import { commands } from "../src/cli/commands/all.ts";
import { manual } from "../src/cli/help.ts";
import { recipePage } from "./reference/recipe-page.ts";

const docs = `${import.meta.dirname}/../docs`;
writeFileSync(`${docs}/cli.md`, manual(commands));
writeFileSync(`${docs}/recipe.md`, recipePage());
