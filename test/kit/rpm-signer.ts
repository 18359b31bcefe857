import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, type Ran, runCommand } from "./command.ts";
import { findPeer } from "./peers.ts";

/** gpg keys of a test's own, rpmsign with them, and rpmkeys as the judge; all below one folder. */
export interface RpmSigner {
  /** Makes a key. `algorithm` is gpg's word: `rsa2048`, `ed25519`. Returns its fingerprint. */
  makeKey(name: string, algorithm: string, options?: { expires?: string; at?: Date }): Promise<string>;
  revoke(fingerprint: string): Promise<void>;
  /** The public key of this name, armoured, as a file that can be imported. */
  keyFile(name: string): Promise<string>;
  /** The same package signed by the key of this name. Further arguments are rpmsign's. */
  sign(bytes: Uint8Array, name: string, ...args: string[]): Promise<Uint8Array>;
  /** What `rpmkeys --checksig -v` says when it knows the keys of these names and no others. */
  check(bytes: Uint8Array, ...names: string[]): Promise<Ran>;
  close(): Promise<void>;
}

export async function rpmSigner(folder: string): Promise<RpmSigner> {
  const home = join(folder, "gpg");
  await mkdir(home, { mode: 0o700 });
  const base = [
    "--homedir",
    home,
    "--batch",
    "--yes",
    "--quiet",
    "--passphrase",
    "",
    "--pinentry-mode",
    "loopback",
  ];
  const gpg = (...args: string[]) => mustRun("gpg", [...base, ...args]);
  let files = 0;
  const written = async (bytes: Uint8Array | string, suffix: string) => {
    files += 1;
    const file = join(folder, `${files}${suffix}`);
    await writeFile(file, bytes);
    return file;
  };
  const keyFile = async (name: string) => await written(await gpg("--armor", "--export", `=${name}`), ".asc");
  return {
    keyFile,
    async revoke(fingerprint) {
      const certificate = await readFile(join(home, "openpgp-revocs.d", `${fingerprint}.rev`), "utf8");
      // A colon keeps it from being used by mistake.
      await gpg("--import", await written(certificate.replace(/^:/m, ""), ".rev"));
    },
    async makeKey(name, algorithm, { expires = "never", at } = {}) {
      const time = at === undefined ? [] : ["--faked-system-time", String(Math.floor(at.getTime() / 1000))];
      await gpg(...time, "--quick-generate-key", name, algorithm, "sign", expires);
      const listed = await gpg("--with-colons", "--fingerprint", `=${name}`);
      return /^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? "";
    },
    async sign(bytes, name, ...args) {
      const file = await written(bytes, ".rpm");
      const macros = [
        "--define",
        `__gpg ${findPeer("gpg")}`,
        "--define",
        `_gpg_name =${name}`,
        "--define",
        `_gpg_path ${home}`,
      ];
      await mustRun("rpmsign", ["--addsign", ...macros, ...args, file], { env: { HOME: folder } });
      return await readFile(file);
    },
    async check(bytes, ...names) {
      files += 1;
      const known = ["--dbpath", join(folder, `${files}.db`)];
      for (const name of names) await mustRun("rpmkeys", [...known, "--import", await keyFile(name)]);
      return await runCommand("rpmkeys", [...known, "--checksig", "-v", await written(bytes, ".rpm")]);
    },
    async close() {
      await runCommand("gpgconf", ["--homedir", home, "--kill", "all"]);
    },
  };
}
