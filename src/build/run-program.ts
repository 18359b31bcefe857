import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { HostPrograms, ProgramEnd, ProgramStart } from "../model/host-programs.ts";
import { findProgram } from "./find-program.ts";

const saidLimit = 64 << 10;
const lineLimit = 4096;

/** The programs of this machine: those on the PATH of `environment`, and where root's are. */
export function hostPrograms(environment: Readonly<Record<string, string | undefined>>): HostPrograms {
  return { runProgram: (start) => runProgram(start, environment) };
}

async function runProgram(
  { program, args, folder, environment, input, heard, signal }: ProgramStart,
  { PATH = "" }: Readonly<Record<string, string | undefined>>,
): Promise<ProgramEnd | undefined> {
  const file = findProgram(program, { PATH });
  if (file === undefined) return undefined;
  signal?.throwIfAborted();
  const { spawn } = await import("node:child_process");
  const child = spawn(file, args, {
    stdio: ["pipe", heard === undefined ? "ignore" : "pipe", "pipe"],
    // Its words are read, and are to be the same everywhere.
    env: { PATH, LC_ALL: "C", TZ: "UTC", ...environment },
    ...(folder !== undefined && { cwd: folder }),
  });
  const kill = () => void child.kill("SIGKILL");
  signal?.addEventListener("abort", kill, { once: true });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(0, saidLimit);
  });
  if (heard !== undefined && child.stdout !== null) byLine(child.stdout, heard);
  const ended = once(child, "close");
  const feeding = feed(input, child.stdin as NonNullable<typeof child.stdin>, kill);
  try {
    const [[code], failure] = await Promise.all([ended, feeding]);
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure.cause;
    return { code: code ?? undefined, said };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

/** What the input itself failed with. A program that ends before it has read everything is no failure of the input. */
async function feed(
  input: ProgramStart["input"],
  stdin: NodeJS.WritableStream,
  kill: () => void,
): Promise<{ readonly cause: unknown } | undefined> {
  if (input === undefined) {
    stdin.on("error", () => undefined);
    stdin.end();
    return undefined;
  }
  let failure: { readonly cause: unknown } | undefined;
  async function* told(source: NonNullable<ProgramStart["input"]>) {
    // A program that ends early has its broken pipe thrown in where a piece is handed out.
    let isOut = false;
    try {
      for await (const piece of source) {
        isOut = true;
        yield piece;
        isOut = false;
      }
    } catch (cause) {
      if (!isOut) {
        failure = { cause };
        kill();
      }
      throw cause;
    }
  }
  await pipeline(Readable.from(told(input), { objectMode: true, highWaterMark: 2 }), stdin).catch(
    () => undefined,
  );
  return failure;
}

function byLine(stream: NodeJS.ReadableStream, heard: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = (lines.pop() as string).slice(0, lineLimit);
    for (const line of lines) heard(line);
  });
}
