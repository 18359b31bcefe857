import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { decodeText } from "../../src/bytes/text.ts";
import { installedAs, type UnpackedDebian } from "../../src/sources/debian/unpacked.ts";

/** One .deb, opened by dpkg-deb. */
export interface RawDeb {
  readonly deb: UnpackedDebian;
  readonly md5sums: Uint8Array | undefined;
  /** Of the data archive, in its order, as `Entry.path` spells them. */
  readonly paths: readonly string[];
  readonly file: string;
}

/** Opens a .deb with dpkg-deb; `scratch` is an empty folder of its own. */
export function rawDeb(file: string, scratch: string): RawDeb {
  execFileSync("dpkg-deb", ["--raw-extract", file, scratch]);
  const read = (member: string) => readFileSync(join(scratch, "DEBIAN", member));
  const members = readdirSync(join(scratch, "DEBIAN")).sort();
  const control = decodeText(read("control"));
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, "m").exec(control)?.[1];
  const [name = "", version = "", architecture = ""] = ["Package", "Version", "Architecture"].map(field);
  const multiArch = field("Multi-Arch");
  const listing = execFileSync(
    "sh",
    ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar -t --quoting-style=literal', "sh", file],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
  const conffiles = members.includes("conffiles") ? read("conffiles").toString().split("\n") : [];
  return {
    file,
    md5sums: members.includes("md5sums") ? read("md5sums") : undefined,
    paths: listing
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.replace(/^\.\//, "").replace(/\/$/, "")),
    deb: {
      name,
      version,
      architecture,
      multiArch,
      control,
      scripts: new Map(
        members
          .filter((member) => member !== "control" && member !== "md5sums")
          .map((member) => [member, decodeText(read(member))]),
      ),
      conffiles: conffiles
        .filter((path) => path.trim() !== "")
        .map((path) => ({
          path: path.trim().replace(/^\//, ""),
          md5: createHash("md5")
            .update(readFileSync(join(scratch, path.trim())))
            .digest("hex"),
        })),
      installedAs: installedAs(name, architecture, multiArch),
    },
  };
}

/** Unpacks .debs over each other into a folder whose /usr is merged. */
export function unpackMerged(files: readonly string[], root: string): void {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    if (existsSync(join(root, name))) continue;
    mkdirSync(join(root, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const file of files)
    execFileSync("sh", [
      "-c",
      'dpkg-deb --fsys-tarfile "$1" | tar -x -p -C "$2" --keep-directory-symlink',
      "sh",
      file,
      root,
    ]);
}
