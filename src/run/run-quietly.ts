import { spawn } from "node:child_process";
import type { Start } from "./container.ts";

export interface QuietOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it is killed; default: never. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, without input or output. Returns what went wrong, in its own words, if anything did. */
export function runQuietly({ file, args }: Start, options: QuietOptions): Promise<string | undefined> {
  const { environment, patience, signal } = options;
  const child = spawn(file, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: environment,
    killSignal: "SIGKILL",
    ...(patience !== undefined && { timeout: patience }),
    ...(signal && { signal }),
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code) => {
      const last = said.trim().split("\n").at(-1)?.slice(0, 200).replace(/\.$/, "");
      resolve(code === 0 ? undefined : last || `it ends with ${code ?? "a signal"}`);
    });
  });
}
