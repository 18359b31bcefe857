import { lstat, mkdir, readdir, readFile, readlink, realpath, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { byText } from "../../src/bytes/text.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { type Docker, dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { entriesOf, type Tree } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

interface Odd {
  readonly tree: Tree;
  /** What it unpacks to; a sentence of ours where it does not. */
  readonly becomes: readonly string[] | string;
  /** Default: what we say of it; GNU tar gives up where docker and we let the later entry win. */
  readonly gnuTar?: "refuses";
}

const usr: Tree = Object.entries({ "usr/": {}, "usr/bin/": {}, "bin -> usr/bin": "" });
const usrBecomes = ["bin -> usr/bin", "usr/", "usr/bin/"];

/** Tars that contradict themselves: what honest programs write when a tree changes under their hands. */
const odd: Readonly<Record<string, Odd>> = {
  "a file twice": {
    tree: [
      ["d/", {}],
      ["d/a", "one"],
      ["d/a", { content: "two", mode: 0o600 }],
    ],
    becomes: ["d/", "d/a 600 two"],
  },
  "a folder twice": {
    tree: [
      ["d/", { mode: 0o700 }],
      ["d/a", "a"],
      ["d/", { mode: 0o751 }],
    ],
    becomes: ["d/ 751", "d/a 644 a"],
  },
  "a file that was linked to, twice": {
    tree: [
      ["a", "one"],
      ["b => a", ""],
      ["a", "two"],
    ],
    becomes: ["a 644 two", "b 644 one"],
  },
  "a symlink over a file, and a file over a symlink": {
    tree: [
      ["a", "one"],
      ["a -> x", ""],
      ["b -> x", ""],
      ["b", "two"],
    ],
    becomes: ["a -> x", "b 644 two"],
  },
  "a folder over a file": {
    tree: [
      ["a", "one"],
      ["a/", {}],
      ["a/b", "two"],
    ],
    becomes: ["a/", "a/b 644 two"],
  },
  "a file over a folder with something in it": {
    tree: [
      ["a/", {}],
      ["a/b", "one"],
      ["a", "two"],
    ],
    becomes: ["a 644 two"],
    gnuTar: "refuses",
  },
  "a symlink over a folder with something in it": {
    tree: [["bin/", {}], ["bin/x", "x"], ...(usr as [string, string][]), ["bin/y", "y"]],
    becomes: [...usrBecomes, "usr/bin/y 644 y"],
    gnuTar: "refuses",
  },
  "a path through a symlink to a folder": {
    tree: [...(usr as [string, string][]), ["bin/sh", "sh"], ["bin/bash => bin/sh", ""]],
    becomes: [...usrBecomes, "usr/bin/bash 644 sh", "usr/bin/sh 644 sh"],
  },
  "a folder over a symlink to one": {
    tree: [...(usr as [string, string][]), ["bin/", {}], ["bin/sh", "sh"]],
    becomes: ["bin/", "bin/sh 644 sh", "usr/", "usr/bin/"],
  },
  "a path through a symlink to nothing": {
    tree: [
      ["d -> y/z", ""],
      ["d/a", "a"],
    ],
    becomes: ["d -> y/z", "y/", "y/z/", "y/z/a 644 a"],
    gnuTar: "refuses",
  },
  "a path below a file": {
    tree: [
      ["a", "one"],
      ["a/b", "two"],
    ],
    becomes: "a/b lies below a, which is no folder",
  },
  "a hardlink to nothing": {
    tree: [["a => b", ""]],
    becomes: "a is a hardlink to b, and no file before it has that name",
  },
  "a hardlink to a later file": {
    tree: [
      ["a => b", ""],
      ["b", ""],
    ],
    becomes: "a is a hardlink to b, and no file before it has that name",
  },
  "a hardlink to a folder": {
    tree: [
      ["b/", {}],
      ["a => b", ""],
    ],
    becomes: "a is a hardlink to b, and no file before it has that name",
  },
};

async function writeOdd(tree: Tree, file: string): Promise<void> {
  await writeFile(file, await collect(writeTar(entriesOf(tree)), 1 << 20, file));
}

/** What lies in a folder: `a/`, `a/b 644 content`, `a/c -> b`; a folder's mode where it is not the usual one. */
async function listed(folder: string, skipped = /^$/): Promise<string[]> {
  const lines: string[] = [];
  for (const { parentPath, name } of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(parentPath, name));
    // It goes into symlinked folders, too.
    const isReal =
      (await realpath(parentPath)) === join(await realpath(folder), relative(folder, parentPath));
    if (skipped.test(path) || !isReal) continue;
    const found = await lstat(join(folder, path));
    const mode = (found.mode & 0o7777).toString(8);
    if (found.isSymbolicLink()) lines.push(`${path} -> ${await readlink(join(folder, path))}`);
    else if (found.isDirectory()) lines.push(mode === "755" ? `${path}/` : `${path}/ ${mode}`);
    else lines.push(`${path} ${mode} ${await readFile(join(folder, path), "utf8")}`);
  }
  return lines.sort(byText);
}

/** What `tare ls` shows, as {@link listed} has it, but for contents. */
async function shown(location: string, folder: string): Promise<string[]> {
  const { code, out, notes } = await runTare(["ls", "--json", location], { folder });
  expect([code, notes]).toEqual([0, []]);
  const rows = JSON.parse(out) as { path: string; type: string; mode: string; link?: string }[];
  return rows.map(({ path, type, mode, link }) => {
    const octal = mode.replace(/^0+/, "");
    if (type === "symlink") return `${path} -> ${link}`;
    return type === "directory" ? `${path}/${octal === "755" ? "" : ` ${octal}`}` : `${path} ${octal}`;
  });
}

const withoutContent = (line: string) => line.replace(/^(\S+ [0-7]+) .*$/, "$1");

test.each(Object.entries(odd))(
  "%s: a tarball, its image and GNU tar agree",
  async (_, { tree, becomes, gnuTar }) => {
    await withFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      await writeOdd(tree, at("odd.tar"));
      const unpacks = typeof becomes !== "string";
      const imported = await runTare(["import", "odd.tar", "odd", "--to", "oci:image"], { folder });
      expect(imported).toMatchObject({ code: unpacks ? 0 : 3 });
      expect((await readdir(folder)).includes("image")).toBe(unpacks);
      await mkdir(at("gnu"));
      const { code } = await runCommand("tar", ["-xf", at("odd.tar"), "-C", at("gnu")]);
      expect(code === 0).toBe(unpacks && gnuTar === undefined);
      if (code === 0) expect(await listed(at("gnu"))).toEqual(becomes);
      for (const location of unpacks ? ["tar:odd.tar", "oci:image"] : ["tar:odd.tar"]) {
        const to = location.replace(":", "-");
        const extracted = await runTare(["extract", location, "--to", to], { folder });
        if (typeof becomes === "string") {
          const says = expect.stringContaining(`cannot be unpacked: ${becomes}.`);
          expect(extracted).toMatchObject({ code: 3, notes: [says] });
          expect(await runTare(["ls", location], { folder })).toMatchObject({ code: 3, notes: [says] });
          continue;
        }
        expect(extracted).toMatchObject({ code: 0 });
        expect(await listed(at(to))).toEqual(becomes);
        expect(await shown(location, folder)).toEqual(becomes.map(withoutContent));
      }
      if (typeof becomes === "string") return;
      await runTare(["import", "odd.tar", "odd", "--normalise", "--to", "oci:normalised"], { folder });
      expect(await shown("oci:normalised", folder)).toEqual(becomes.map(withoutContent));
    });
  },
);

test("docker refuses what import warns of, and exports the normalised ones as the same files", {
  timeout: 180_000,
}, async (context) => {
  needsRoot(context);
  needsPeers(context, ...dockerdPeers);
  await withFolder(async (folder) => {
    const inDocker = async (docker: Docker) => {
      for (const [at, [name, { tree, becomes }]] of Object.entries(odd).entries()) {
        const file = join(folder, `${at}.tar`);
        const root = join(folder, String(at));
        await writeOdd(tree, file);
        const { notes } = await runTare(["import", file, "odd", "--to", `oci:${root}.oci`], { folder });
        const { code } = await docker(["import", file]);
        expect([name, code !== 0]).toEqual([name, notes.length > 0]);
        if (typeof becomes === "string") continue;
        const to = `docker-archive:${root}.image`;
        await runTare(["import", "--normalise", file, `odd:${at}`, "--to", to], { folder });
        await docker(["load", "--input", `${root}.image`]);
        const made = await docker(["create", "--network", "none", `odd:${at}`, "/x"]);
        await docker(["export", "--output", `${root}.exported`, made.stdout.trim()]);
        await mkdir(root);
        await mustRun("tar", ["-xf", `${root}.exported`, "-C", root]);
        const files = await listed(root, /^(?:\.dockerenv|(?:dev|etc|proc|sys)(?:\/.*)?)$/);
        expect([name, ...files]).toEqual([name, ...becomes]);
      }
    };
    await withDockerd(inDocker);
  });
});
