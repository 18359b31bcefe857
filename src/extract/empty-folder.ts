import { randomUUID } from "node:crypto";
import { closeSync, type Dirent, openSync, readdirSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { folderOnly, nameIn } from "./open-folders.ts";

/**
 * Empties an open folder, however deep what is in it lies: folders of folders are moved up into it first. No symlink is
 * followed. @throws system errors
 */
export function emptyFolder(root: number): void {
  for (let names = list(root); names.length > 0; names = list(root))
    for (const one of names) {
      const place = placeOf(root, one);
      if (!one.isDirectory()) {
        unlinkSync(place);
        continue;
      }
      const folder = openSync(place, folderOnly);
      try {
        for (const inner of list(folder))
          if (inner.isDirectory()) renameSync(placeOf(folder, inner), nameIn(root, `.${randomUUID()}.part`));
          else unlinkSync(placeOf(folder, inner));
      } finally {
        closeSync(folder);
      }
      rmdirSync(place);
    }
}

type Name = Dirent<Buffer>;

function list(folder: number): Name[] {
  return readdirSync(nameIn(folder, ""), { withFileTypes: true, encoding: "buffer" });
}

function placeOf(folder: number, { name }: Name): Buffer {
  return Buffer.concat([nameIn(folder, ""), name]);
}
