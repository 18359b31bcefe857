import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ApkKeyring, parseApkKey } from "../../src/trust/apk-rsa.ts";

/** Alpine's own files, which lie beside the checkout where tests were set up in full. */
const folder = join(import.meta.dirname, "../../../shared/fixtures/alpine");

export function alpineFixture(name: string): string {
  return join(folder, name);
}

export const minirootfs = alpineFixture("alpine-minirootfs-3.17.10-x86_64.tar.gz");

/** Alpine's own key of that end: `616ae350`. */
export async function alpineKeyring(...ends: string[]): Promise<ApkKeyring> {
  const files = ends.map((end) => alpineFixture(`keys/alpine-devel@lists.alpinelinux.org-${end}.rsa.pub`));
  const keys = files.map(async (file) => parseApkKey(await readFile(file), basename(file), file));
  return { where: files.map((file) => basename(file)), keys: await Promise.all(keys) };
}
