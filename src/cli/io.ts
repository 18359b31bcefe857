import type { Writable } from "node:stream";
import type { Bytes } from "../bytes/bytes.ts";
import type { Progress } from "../model/seams.ts";
import type { Engine } from "./engine.ts";

/** Everything that a command may touch: handed in, so that a test runs commands like functions. */
export interface Io {
  /** The result, and nothing else. */
  out(text: string): void;
  /** One line for whoever watches: it goes to the standard error. Silent with `--quiet`, unless it is an error. */
  note(text: string): void;
  /** One line about what was made and may not do as it is: there even with `--quiet`. */
  warn(text: string): void;
  /** What is going on; silent with `--quiet`. */
  readonly progress: Progress;
  /** The standard input, for what is read from `-`. It can be read once. */
  stdin(): Bytes;
  /** For an image that is written to `-`. */
  readonly stdout: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The current folder, absolute. */
  readonly folder: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** Whether the result is shown whole, however wide: it goes to no terminal. */
  readonly whole?: boolean;
  /** Whether the result may be coloured. */
  readonly color: boolean;
  readonly engine: Engine;
}
