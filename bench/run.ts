/** `npm run bench -- NAME`: runs bench/NAME.ts, or lists what there is. */
import { globSync } from "node:fs";
import { basename, join } from "node:path";

const names = globSync("*.ts", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".ts"))
  .filter((name) => name !== "run")
  .sort();
const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && names.includes(name)) {
  process.argv.splice(1, process.argv.length, join(import.meta.dirname, `${name}.ts`), ...rest);
  await import(`./${name}.ts`);
} else {
  console.error(`usage: npm run bench -- NAME\nNAME is one of: ${names.join(", ")}`);
  process.exitCode = 2;
}
