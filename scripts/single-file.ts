/** Where the single-file executable starts: what src/cli/main.js does, without the await that a script can't have. */
import { version } from "../src/version.ts";

const argv = process.argv.slice(2);
if (argv[0] === "--version" || argv[0] === "-V") process.stdout.write(`${version}\n`);
else
  import("../src/cli/run.ts")
    .then(({ run }) => run(argv))
    .then((code) => {
      process.exitCode = code;
    });
