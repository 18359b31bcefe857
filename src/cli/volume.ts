import { stat } from "node:fs/promises";
import { posix, resolve } from "node:path";
import { readFailure } from "../bytes/read-failure.ts";
import { TareError } from "../errors.ts";
import type { Volume } from "../run/run-image.ts";

/** Reads `HOST:IMAGE[:ro]`; a relative HOST starts at `folder`. @throws BAD_USAGE, UNREADABLE when it is not there */
export async function parseVolume(text: string, folder: string, help: string): Promise<Volume> {
  const [host = "", inside = "", mode, ...more] = text.split(":");
  const to = posix.normalize(inside).replace(/(?<=.)\/$/, "");
  const sound = host !== "" && inside.startsWith("/") && to !== "/" && more.length === 0;
  if (!sound || (mode !== undefined && mode !== "ro" && mode !== "rw")) {
    const why = `--volume needs HOST:IMAGE or HOST:IMAGE:ro, IMAGE absolute, not ${JSON.stringify(text)}`;
    throw new TareError({ code: "BAD_USAGE", why, help });
  }
  const from = resolve(folder, host);
  const found = await stat(from).catch((cause) => {
    throw readFailure(cause, from);
  });
  return { from, to, type: found.isDirectory() ? "directory" : "file", readOnly: mode === "ro" };
}
