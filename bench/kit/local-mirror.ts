import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AptPeer } from "../../test/kit/apt.ts";
import { clearsign, defaultSigningKey } from "../../test/kit/signing-key.ts";

/** What a line of `Packages` tells of a package, and its stanza as it stands. */
export interface Listed {
  readonly name: string;
  readonly version: string;
  readonly location: string;
  readonly stanza: string;
}

export interface LocalMirror {
  /** The mirror's root; `file://` and `copy://` in front of it are its addresses. */
  readonly folder: string;
  /** The key that signed its index. */
  readonly keyring: string;
  readonly architecture: string;
  /** Fetches these packages' files, once, with this machine's apt. */
  add(names: readonly string[]): Promise<void>;
  find(name: string): Listed;
}

/**
 * Debian's `main` as this machine's apt knows it: the whole index, signed again with a key of ours, and the files of
 * the packages that are added.
 */
export async function localMirror(folder: string): Promise<LocalMirror> {
  const mirror = join(folder, "mirror");
  const work = join(folder, "apt");
  mkdirSync(work);
  mkdirSync(mirror);
  const apt = await AptPeer.in(work);
  const index = apt.indexes().find(({ name }) => name.endsWith("/main"));
  if (index === undefined) throw new Error("this machine's apt has no package lists: apt-get update");
  const text = index.read();
  const listed = new Map<string, Listed>();
  for (const stanza of text.toString().split("\n\n")) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
    const name = field("Package");
    if (name === "" || listed.has(name)) continue;
    listed.set(name, { name, version: field("Version"), location: field("Filename"), stanza });
  }
  const keyring = join(folder, "key.gpg");
  writeFileSync(keyring, (await defaultSigningKey()).keyring);
  await writeIndex(mirror, apt.architecture, text);
  const find = (name: string) => {
    const found = listed.get(name);
    if (found === undefined) throw new Error(`the index has no ${name}`);
    return found;
  };
  return {
    folder: mirror,
    keyring,
    architecture: apt.architecture,
    find,
    async add(names) {
      const missing = names.map(find).filter(({ location }) => !existsSync(join(mirror, location)));
      if (missing.length === 0) return;
      const cwd = mkdtempSync(join(work, "files-"));
      const wanted = missing.map(({ name, version }) => `${name}=${version}`);
      execFileSync("apt-get", ["download", "--quiet", ...wanted], { cwd, stdio: "ignore" });
      const files = readdirSync(cwd);
      for (const { name, location } of missing) {
        const file = files.find((each) => each.startsWith(`${name}_`));
        if (file === undefined) throw new Error(`apt did not download ${name}`);
        mkdirSync(dirname(join(mirror, location)), { recursive: true });
        copyFileSync(join(cwd, file), join(mirror, location));
      }
    },
  };
}

/** Writes `main`'s index as Debian does, packed with xz, and signs it. */
export async function writeIndex(folder: string, architecture: string, text: Buffer): Promise<void> {
  const path = `main/binary-${architecture}/Packages`;
  const packed = execFileSync("xz", ["-6", "--threads=1"], { input: text, maxBuffer: 1 << 30 });
  const line = (bytes: Buffer, name: string) =>
    ` ${createHash("sha256").update(bytes).digest("hex")} ${bytes.byteLength} ${name}`;
  const now = new Date();
  const release = [
    "Origin: Debian",
    "Suite: stable",
    "Codename: bookworm",
    `Date: ${now.toUTCString()}`,
    `Architectures: ${architecture}`,
    "Components: main",
    "SHA256:",
    line(text, path),
    line(packed, `${path}.xz`),
    "",
  ].join("\n");
  const suite = join(folder, "dists/bookworm");
  mkdirSync(join(suite, dirname(path)), { recursive: true });
  writeFileSync(join(suite, `${path}.xz`), packed);
  writeFileSync(join(suite, "InRelease"), await clearsign(release, [await defaultSigningKey()], now));
}
