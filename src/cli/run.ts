import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheFolder } from "./folders.ts";

/** Runs the program in this process and returns its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  // In the user's own cache: Node's default is a folder that others may write to.
  enableCompileCache(join(cacheFolder(process.env), "compiled"));
  const { processIo, runProgram } = await import("./start.ts");
  const { io, end } = processIo();
  try {
    return await runProgram(argv, io);
  } finally {
    end();
  }
}
