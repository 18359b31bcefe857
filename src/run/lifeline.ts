import { spawn } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Start } from "./container.ts";
import { runQuietly } from "./run-quietly.ts";

/** Cleans up behind a container, even where this process is killed. */
export interface Lifeline {
  /** An empty folder, for as long as it lasts. Only this user and root may look into it. */
  readonly folder: string;
  /**
   * What has to be done from now on, instead of what was said before, if nobody else does it any more: this process
   * and its children are killed, then these run, one after the other, whatever comes of them.
   */
  holds(process: number | undefined, commands: readonly Start[]): void;
  /** Does it now, whatever is held meanwhile. */
  pull(): Promise<void>;
  /** Removes the folder, once all that was begun is done. Returns why that cannot be done, if so. */
  end(): Promise<string | undefined>;
}

const script = "todo";

/**
 * Waits until nobody holds its standard input open, which no way of ending a process can prevent. A program that dies
 * just now may still write; a folder may keep its own owner out.
 */
const watch = `
cat > /dev/null
[ ! -e "$1/${script}" ] || sh "$1/${script}" > /dev/null 2>&1
rm -rf "$1" 2> /dev/null && exit
for wait in 0 0.2 0.5 1 2; do
  sleep $wait
  chmod -R u+rwx "$1" 2> /dev/null
  rm -rf "$1" 2> /dev/null && exit
done
exec rm -rf "$1"
`;

/** Takes over an empty folder of the caller's. */
export function lifeline(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Lifeline {
  // A session of its own: what ends ours, and the terminal's keys, do not end it.
  const child = spawn("/bin/sh", ["-c", watch, "sh", folder], {
    cwd: "/",
    env: environment,
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(0, 4000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code) =>
      resolve(code === 0 ? undefined : said.split("\n")[0] || `rm ends with ${code}`),
    );
  });
  const file = join(folder, script);
  let pulled: Promise<unknown> | undefined;
  return {
    folder,
    holds(process, commands) {
      const kill = process === undefined ? [] : [killing(process)];
      const lines = commands.map(({ file, args }) => [file, ...args].map(quoted).join(" "));
      writeFileSync(`${file}.new`, `${[...kill, ...lines].join("\n")}\n`);
      renameSync(`${file}.new`, file);
    },
    async pull() {
      pulled ??= runQuietly({ file: "/bin/sh", args: [file] }, { environment });
      await pulled;
    },
    async end() {
      await pulled;
      rmSync(file, { force: true });
      child.stdin.end();
      return ended;
    },
  };
}

/** Not every runtime takes its container with it. */
function killing(process: number): string {
  return `kill -KILL $(cat /proc/${process}/task/${process}/children) ${process}`;
}

/** For the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
