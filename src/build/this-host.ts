import { readdir, readFile } from "node:fs/promises";
import type { HostFiles } from "../model/host-files.ts";

/** The real files of the machine that tare runs on. */
export const thisHost: HostFiles = {
  readHostFile: (path) => readFile(path).catch(() => undefined),
  listHostFolder: (folder) => readdir(folder).catch(() => []),
};
