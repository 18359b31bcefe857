#!/usr/bin/env node
/**
 * The command. Everything but this file needs Node 24.16, so this file must be understood by older ones, and `--version`
 * must cost next to nothing: whatever else there is, is imported only when it is needed. Older ones know no .ts, so it is
 * a .js.
 */
const argv = process.argv.slice(2);
// 24.16 is the first whose SQLite gives a database as bytes, which the one of rpms needs.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 16)) {
  process.stderr.write(
    `tare: this is Node ${process.versions.node}, but tare needs Node 24.16 or newer; \`npx -p node@24 tare\` runs it with one.\n`,
  );
  process.exitCode = 2;
} else if (argv[0] === "--version" || argv[0] === "-V") {
  const { version } = await import("../version.ts");
  process.stdout.write(`${version}\n`);
} else {
  const { run } = await import("./run.ts");
  process.exitCode = await run(argv);
}
