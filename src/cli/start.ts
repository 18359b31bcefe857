/** Everything that a command may need at once, in one module: one file to load, from the compile cache. */
export { processIo } from "./process-io.ts";
export { runProgram } from "./program.ts";
