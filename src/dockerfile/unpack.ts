import { posix } from "node:path";
import type { Bytes } from "../bytes/bytes.ts";
import { decompress } from "../bytes/compression/compression.ts";
import { TareError } from "../errors.ts";
import { readTar } from "../formats/tar/decode.ts";
import type { Bundle } from "./file-content.ts";
import { noContent } from "./file-content.ts";
import type { LayerPlan, Owner } from "./layer-plan.ts";

type Open = () => Bytes | Uint8Array;

function archive(open: Open, where: string): Bundle {
  return {
    entries: () => {
      const bytes = open();
      return readTar(decompress(bytes instanceof Uint8Array ? [bytes] : bytes, where), where, {
        onSparse() {},
      });
    },
  };
}

/** Whether a file is a tarball, compressed or not: told by what it begins with, as docker does. */
export async function isArchive(open: Open, where: string): Promise<boolean> {
  try {
    for await (const _ of archive(open, where).entries()) return true;
  } catch (error) {
    if (!(error instanceof TareError)) throw error;
  }
  return false;
}

/**
 * An archive's entries below `destination`, over what is there. Owners, modes and times are the archive's own, unless
 * an owner is given.
 * @throws BAD_ARCHIVE, BAD_FILE
 */
export async function unpack(
  plan: LayerPlan,
  open: Open,
  where: string,
  destination: string,
  owner: Owner | undefined,
): Promise<void> {
  const bundle = archive(open, where);
  const into = plan.folder(destination, owner);
  /** Where each of the archive's own files went, by its path in the archive. */
  const files = new Map<string, string>();
  let index = -1;
  for await (const { content: _, ...header } of bundle.entries()) {
    index += 1;
    if (header.path === "") continue;
    const slash = header.path.lastIndexOf("/");
    const folder = plan.folder(posix.join(into, header.path.slice(0, Math.max(0, slash))), owner);
    const path = posix.join(folder, header.path.slice(slash + 1));
    const changed = { ...header, path, ...(owner && { ...owner, uname: "", gname: "" }) };
    if (header.type !== "hardlink") {
      plan.put(changed, header.type === "file" ? { bundle, index } : noContent);
      if (header.type !== "directory") files.set(header.path, path);
      continue;
    }
    const link = files.get(header.link ?? "");
    if (link === undefined || plan.at(link)?.kind !== "leaf") {
      const why = `its ${header.path} is a hardlink to ${header.link}, which is no earlier file of it`;
      throw new TareError({ code: "BAD_ARCHIVE", format: "archive", where, why });
    }
    plan.put({ ...changed, link }, noContent);
    files.set(header.path, path);
  }
}
