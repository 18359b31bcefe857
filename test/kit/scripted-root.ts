import { createHash } from "node:crypto";
import { decodeText } from "../../src/bytes/text.ts";
import type { GeneratedEntry, PlacedEntry, RootView, ScriptCoverage } from "../../src/model/rootfs.ts";
import { configureDebian } from "../../src/sources/debian/configure.ts";
import { installedAs, type UnpackedDebian } from "../../src/sources/debian/unpacked.ts";
import { type FileData, type PackageData, stanzaOf } from "./debian-package.ts";
import { rootOf } from "./folder-root.ts";

/** Path without a leading slash to its text or more; a path that ends in `/` is a folder. Parents are made. */
export type Files = Readonly<Record<string, string | Uint8Array | RootFile>>;

/** `owner` is the package that brings it, as `PlacedEntry.owner` names it. */
interface RootFile extends FileData {
  readonly owner?: string;
}

/** The day of these tests: 2024-01-01. */
export const timestamp = 1_704_067_200;

/** Files as a root; hardlinks and ELF facts are not for here. */
export function rootFrom(files: Files): RootView {
  const entries = new Map<string, PlacedEntry>();
  const contents = new Map<string, Uint8Array>();
  const add = (path: string, type: PlacedEntry["type"], file: RootFile, size = 0) => {
    const mode = file.mode ?? (type === "directory" ? 0o755 : type === "symlink" ? 0o777 : 0o644);
    const { uid = 0, gid = 0, link } = file;
    const names = { uname: "", gname: "", owner: file.owner };
    entries.set(path, {
      path,
      type,
      mode,
      uid,
      gid,
      size,
      mtime: timestamp - 1,
      ...names,
      ...(link && { link }),
    });
  };
  for (const [path, value] of Object.entries(files)) {
    const segments = path.split("/").filter((segment) => segment !== "");
    for (let depth = 1; depth < segments.length; depth += 1) {
      const parent = segments.slice(0, depth).join("/");
      if (!entries.has(parent)) add(parent, "directory", {});
    }
    const file = typeof value === "string" || value instanceof Uint8Array ? { content: value } : value;
    const name = segments.join("/");
    if (path.endsWith("/")) add(name, "directory", file);
    else if (file.link !== undefined) add(name, "symlink", file);
    else {
      const bytes = Buffer.from((file.content ?? "") as Uint8Array);
      contents.set(name, bytes);
      add(name, "file", file, bytes.length);
    }
  }
  return rootOf([...entries.values()], ({ path }) => contents.get(path));
}

/** A package as it is known once it is unpacked; `files` count only as conffiles, where `control` names them. */
export function unpackedFrom(data: PackageData): UnpackedDebian {
  const { name, version = "1.0", architecture = "amd64", fields = {}, control = {}, files = {} } = data;
  const multiArch = fields["Multi-Arch"];
  const stanza = stanzaOf([
    ["Package", name],
    ["Version", version],
    ["Architecture", architecture],
    ...Object.entries(fields),
  ]);
  const conffiles = (control.conffiles ?? "").split("\n").filter((line) => line !== "");
  return {
    name,
    version,
    architecture,
    multiArch,
    control: stanza,
    scripts: new Map(Object.entries(control)),
    conffiles: conffiles.map((line) => {
      const path = line.replace(/^\//, "");
      return {
        path,
        md5: createHash("md5")
          .update(String(files[path] ?? ""))
          .digest("hex"),
      };
    }),
    installedAs: installedAs(name, architecture, multiArch),
  };
}

/** What {@link configured} found. */
export interface Configured {
  /** What was made, dpkg's database apart: a file's text, `-> TEXT` for a link, `/` for a folder. */
  readonly made: Readonly<Record<string, string>>;
  readonly entry: (path: string) => GeneratedEntry | undefined;
  readonly entries: readonly GeneratedEntry[];
  readonly coverage: readonly ScriptCoverage[];
}

const database =
  /^var\/lib\/dpkg(?:\/(?:arch|status|parts|updates|alternatives|(?:info|triggers)(?:\/.*)?))?$/;

/** A root that holds these files and these packages, configured. */
export function configured(files: Files, packages: readonly PackageData[]): Configured {
  const options = { architecture: "amd64", timestamp, excludes: [] };
  const { entries, coverage } = configureDebian(rootFrom(files), packages.map(unpackedFrom), options);
  const made = entries
    .filter(
      ({ path, type }) => !database.test(path) || (type !== "directory" && path.includes("/alternatives/")),
    )
    .map(({ path, type, link, content }) => [
      path,
      type === "symlink" ? `-> ${link}` : type === "directory" ? "/" : decodeText(content),
    ]);
  return {
    made: Object.fromEntries(made),
    entry: (path) => entries.find((one) => one.path === path),
    entries,
    coverage,
  };
}

/** One script read over a root that holds `etc`, `usr/bin` and these files. */
export function reading(script: string, files: Files = {}, control: Readonly<Record<string, string>> = {}) {
  const postinst = script.startsWith("#!") ? script : `#!/bin/sh\nset -e\n${script}\n`;
  const read = configured({ "etc/": {}, "usr/bin/": {}, ...files }, [
    { name: "thing", control: { postinst, ...control } },
  ]);
  const { verdict, notes } = read.coverage.find(({ script: name }) => name === "postinst") as ScriptCoverage;
  return { ...read, verdict, notes };
}

/** What a script prints, when its reader can tell. */
export function printed(script: string, files: Files = {}, shell = "/bin/sh"): string | undefined {
  const { made, verdict } = reading(`#!${shell}\nset -e\n{\n${script}\n} > /etc/printed\n`, files);
  return verdict === "needs-you" ? undefined : made["etc/printed"];
}
