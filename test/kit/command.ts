import { spawn } from "node:child_process";

/** How a program ended, and what it said. */
export interface Ran {
  /** The exit code; 128 + the signal's effect is -1 here. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** After this many the program is killed; 120 unless told. */
  readonly seconds?: number;
}

/** Runs a program to its end; a failure is an answer, too. */
export function runCommand(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env, input, seconds = 120 } = options;
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString("utf8"),
        stderr: Buffer.concat(err).toString("utf8"),
      }),
    );
  });
}

/** The same, for a program that has to succeed. Returns its standard output. */
export async function mustRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const ran = await runCommand(program, args, options);
  if (ran.code !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${ran.code}: ${ran.stderr || ran.stdout}`);
  return ran.stdout;
}
