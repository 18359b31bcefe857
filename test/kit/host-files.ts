import type { HostFiles } from "../../src/model/host-files.ts";

/** A host whose only files are these, by absolute path. */
export function hostWith(files: Readonly<Record<string, string | Uint8Array>>): HostFiles {
  return {
    async readHostFile(path) {
      const content = Object.hasOwn(files, path) ? files[path] : undefined;
      return content === undefined ? undefined : Buffer.from(content as Uint8Array);
    },
    async listHostFolder(folder) {
      const below = Object.keys(files).filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0] as string))];
    },
  };
}
