import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { manifestFile } from "../formats/docker-archive/manifest.ts";
import { layoutFile } from "../formats/oci/layout.ts";
import { archiveFiles } from "./archive-files.ts";
import { folderManifest, versionFile } from "./save-folder.ts";

/**
 * What a path without a transport may have been meant for, by what lies there: the end of a sentence, as
 * `did you mean oci:image:1?`. Undefined where nothing lies, and for what is no place of images. `image:1` may be a
 * folder and a tag. Never throws.
 */
export async function meantLocation(text: string, folder: string): Promise<string | undefined> {
  for (const path of new Set([text, text.replace(/:[^:/]*$/, "")])) {
    if (path === "" || path.includes("\0")) continue;
    const found = await lieThere(resolve(folder, path)).catch(() => undefined);
    if (found === undefined) continue;
    const isNamed = found.startsWith("oci") || found.startsWith("docker");
    const named = `${found}:${isNamed ? text : path}`;
    const todo = `\`tare import ${path} NAME\` makes an image of it`;
    if (found === "files") return `it is a folder of files: ${todo}`;
    return found === "tar"
      ? `did you mean ${named}? It is the files alone: ${todo}`
      : `did you mean ${named}?`;
  }
  return undefined;
}

async function lieThere(path: string): Promise<string | undefined> {
  const found = await stat(path);
  if (found.isDirectory()) {
    const has = (name: string) =>
      stat(join(path, name)).then(
        (file) => file.isFile(),
        () => false,
      );
    if (await has(layoutFile)) return "oci";
    return (await has(versionFile)) && (await has(folderManifest)) ? "dir" : "files";
  }
  return found.isFile() && found.size > 0 ? archiveKind(path) : undefined;
}

/** By the files that stand at the top of each kind. */
const marks = [
  [manifestFile, "docker-archive"],
  [layoutFile, "oci-archive"],
  ["metadata.yaml", "incus"],
  ["manifest", "aci"],
] as const;

async function archiveKind(path: string): Promise<string | undefined> {
  const files = await archiveFiles(path);
  for (const [name, kind] of marks) if ((await files.find(name)) !== undefined) return kind;
  return "tar";
}
