import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { cacheFolder } from "./folders.ts";

/** Runs the program in this process and returns its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  // In the user's own cache: Node's default is a folder that others may write to.
  enableCompileCache(join(cacheFolder(process.env), "compiled"));
  const { processIo, runProgram } = await import("./start.ts");
  // Buffers come and go by the hundred megabytes beside a small heap. V8 takes that for a reason to mark the heap bit by
  // bit all the time, an eighth of a cold build; to mark it at once takes 5 ms each time. Only now that most modules are
  // loaded: what was compiled under other flags, Node's own modules among it, is compiled anew.
  setFlagsFromString("--no-incremental-marking");
  const { io, end } = processIo();
  try {
    return await runProgram(argv, io);
  } finally {
    end();
  }
}
