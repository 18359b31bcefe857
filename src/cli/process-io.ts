import { addAbortSignal } from "node:stream";
import type { Io } from "./io.ts";
import { display } from "./progress.ts";
import { realEngine } from "./real-engine.ts";

/** The process itself: its streams, its environment, Ctrl-C. `end` puts the terminal back as it was. */
export function processIo(): { readonly io: Io; end(): void } {
  const { stdout, stderr, env } = process;
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      // The first one lets the work clean up; whoever asks twice does not want to wait.
      if (abort.signal.aborted) process.exit(130);
      abort.abort();
    });
  for (const stream of [stdout, stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Whoever read our output may leave early (`tare explain | head`): that is no error.
      if (error.code === "EPIPE") return;
      if (stream === stdout)
        stderr.write(`tare: the output could not be written (${error.code ?? error.message}).\n`);
      process.exit(3);
    });
  const screen = {
    isTTY: stderr.isTTY === true && env.TERM !== "dumb" && !env.CI,
    columns: stderr.columns || 80,
    write: (text: string) => void stderr.write(text),
  };
  const { progress, line, end } = display(screen, () => performance.now());
  const io: Io = {
    out(text) {
      end();
      stdout.write(text);
    },
    note: (text) => line(`tare: ${text}`),
    warn: (text) => line(`tare: ${text}`),
    progress,
    stdin: () => addAbortSignal(abort.signal, process.stdin),
    stdout,
    environment: env,
    folder: process.cwd(),
    signal: abort.signal,
    width: stdout.columns || 80,
    whole: stdout.isTTY !== true,
    color: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb",
    engine: realEngine,
  };
  return { io, end };
}
