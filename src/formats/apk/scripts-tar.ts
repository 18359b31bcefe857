import { encodeText } from "../../bytes/text.ts";
import { blockSize } from "../tar/header.ts";

/** The scripts that a package may have, in apk's order. */
export const scriptKinds = [
  "pre-install",
  "post-install",
  "pre-deinstall",
  "post-deinstall",
  "pre-upgrade",
  "post-upgrade",
  "trigger",
] as const;

export type ScriptKind = (typeof scriptKinds)[number];

/** Whose scripts they are. */
export interface ScriptedApk {
  readonly name: string;
  readonly version: string;
  /** `Q1…` */
  readonly identity: string;
  /** Seconds since the epoch. */
  readonly buildDate: number;
  readonly scripts: ReadonlyMap<string, Uint8Array>;
}

/**
 * `lib/apk/db/scripts.tar` as apk 2 writes it (apk-tools, `tar.c`): each script under its package's name, version and
 * identity, in GNU's old form of tar: another end to the magic, no device numbers, and sizes and times that fill their fields.
 */
export function scriptsTar(packages: readonly ScriptedApk[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { name, version, identity, buildDate, scripts } of packages)
    for (const kind of scriptKinds) {
      const content = scripts.get(kind);
      if (content === undefined) continue;
      const path = encodeText(`${name}-${version}.${identity}.${kind}`);
      if (path.length > nameLimit)
        parts.push(...member(encodeText("././@LongLink"), "L", Buffer.concat([path, Buffer.alloc(1)]), 0));
      parts.push(...member(path.subarray(0, nameLimit), "0", content, buildDate));
    }
  return Buffer.concat([...parts, Buffer.alloc(2 * blockSize)]);
}

const nameLimit = 99;

function member(name: Uint8Array, type: "0" | "L", content: Uint8Array, mtime: number): Uint8Array[] {
  const header = Buffer.alloc(blockSize);
  const octal = (value: number, width: number) => value.toString(8).padStart(width, "0");
  header.set(name, 0);
  header.write(octal(0o755, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(Math.min(mtime, 0o777777777777), 12), 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar  ", 257);
  header.write("root", 265);
  header.write("root", 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return [header, content, Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize)];
}
