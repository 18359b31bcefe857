import { spawn } from "node:child_process";
import type { MakeNode } from "../extract/tree-writer.ts";

/** By the system's own mknod(1), which gets the open folder as its fourth stream. Only root may make devices. */
export const makeNode: MakeNode = async (folder, name, { type, major = 0, minor = 0 }) => {
  // A program's arguments are UTF-8 here.
  if (!name.isWellFormed()) return false;
  const place = `/proc/self/fd/3/${name}`;
  const what = type === "fifo" ? ["p"] : [type === "block" ? "b" : "c", String(major), String(minor)];
  const child = spawn("mknod", ["-m", "600", place, ...what], {
    stdio: ["ignore", "ignore", "ignore", folder],
  });
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
  });
};
