import { PassThrough, Readable, type Writable } from "node:stream";
import type { Bytes } from "../../src/bytes/bytes.ts";
import type { Engine } from "../../src/cli/engine.ts";
import type { Io } from "../../src/cli/io.ts";
import { runProgram } from "../../src/cli/program.ts";
import { realEngine } from "../../src/cli/real-engine.ts";

export interface Ran {
  readonly code: number;
  /** The standard output. */
  readonly out: string;
  /** Lines of the standard error, without `tare: `. */
  readonly notes: readonly string[];
}

export interface RunOptions {
  readonly folder: string;
  /** What stands in for the real work. */
  readonly engine?: Partial<Engine>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What stands in for the standard input; default: nothing. */
  readonly stdin?: Bytes;
  /** Where raw bytes for the standard output go; default: nowhere. */
  readonly stdout?: Writable;
}

/** Runs a command line like a function; its store is in `folder`. */
export async function runTare(argv: readonly string[], options: RunOptions): Promise<Ran> {
  let out = "";
  const notes: string[] = [];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    note: (text) => notes.push(text),
    warn: (text) => notes.push(text),
    progress: () => undefined,
    stdin: () => options.stdin ?? Readable.from([]),
    stdout: options.stdout ?? new PassThrough(),
    environment: { TARE_STORE: `${options.folder}/.store`, ...options.environment },
    folder: options.folder,
    signal: options.signal ?? new AbortController().signal,
    width: 100,
    color: false,
    engine: { ...realEngine, ...options.engine },
  };
  const code = await runProgram(argv, io);
  return { code, out, notes };
}
