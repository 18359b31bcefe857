import { TareError } from "../errors.ts";
import type { HostPrograms, ProgramEnd, ProgramStart } from "../model/host-programs.ts";

/** The Debian packages of the programs that write file systems; others call them so, too. */
const packages = {
  mksquashfs: "squashfs-tools",
  mke2fs: "e2fsprogs",
  debugfs: "e2fsprogs",
  e2fsck: "e2fsprogs",
} as const;

/** Runs one of them to its end, and is content with code 0 alone. @throws PROGRAM_MISSING, PROGRAM_FAILED, DISK_FULL */
export type RunTool = (
  program: keyof typeof packages,
  start: Omit<ProgramStart, "program" | "signal">,
) => Promise<ProgramEnd>;

/** What programs are needed for. */
export interface ToolUse {
  /** As a location, for sentences. */
  readonly what: string;
  /** Where they write. */
  readonly folder: string;
}

export function toolsFor(
  use: ToolUse,
  runProgram: HostPrograms["runProgram"] | undefined,
  signal?: AbortSignal,
): RunTool {
  return async (program, start) => {
    const ended = await runProgram?.({ ...start, program, ...(signal && { signal }) });
    if (ended === undefined)
      throw new TareError({ code: "PROGRAM_MISSING", program, package: packages[program], what: use.what });
    if (ended.code !== 0) throw toolFailed(use, program, ended);
    return ended;
  };
}

/** In the C locale, which is theirs: they get no other. */
const full = /(?::|because) (?:No space left on device|Disk quota exceeded)/;

/** With the last line of what it says, unless the disk is full. */
export function toolFailed(
  { what, folder }: ToolUse,
  program: string,
  { code, said }: ProgramEnd,
): TareError {
  if (full.test(said)) return new TareError({ code: "DISK_FULL", where: folder });
  const last = said.trim().split("\n").at(-1)?.trim().slice(0, 300).replace(/\.$/, "");
  const why = last || (code === undefined ? "a signal ended it" : `it ends with ${code}`);
  return new TareError({ code: "PROGRAM_FAILED", program, what, why });
}
