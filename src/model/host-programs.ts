import type { AnyBytes } from "../bytes/bytes.ts";

/** What a program is started with. It gets no shell, and of the environment only its PATH and what stands here. */
export interface ProgramStart {
  /** By its name alone: the host knows where programs are. */
  readonly program: string;
  readonly args: readonly string[];
  /** Default: that of the caller. */
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: nothing. What it does not read by the time it ends is not asked for. */
  readonly input?: AnyBytes;
  /** Hears of its standard output, a line at a time, without the line's end; long ones are cut. */
  readonly heard?: (line: string) => void;
  /** Kills it. */
  readonly signal?: AbortSignal;
}

export interface ProgramEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  /** The first 64 KiB of its standard error. */
  readonly said: string;
}

/** The host's own programs, handed in to those who may not start any. */
export interface HostPrograms {
  /**
   * Runs a program to its end. Undefined when the host has none of that name.
   * @throws what `input` throws, when it is killed for that; the signal's reason
   */
  readonly runProgram: (start: ProgramStart) => Promise<ProgramEnd | undefined>;
}
