import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesLayer } from "../../src/build/files-layer.ts";
import { ignoring } from "../../src/build/ignore.ts";
import { ownOutputs } from "../../src/build/own-outputs.ts";
import type { RecipeFile } from "../../src/build/recipe/recipe.ts";
import { type OwnEntry, recipeFiles } from "../../src/build/recipe-files.ts";
import { secretWarnings } from "../../src/build/secret-warnings.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { decompress } from "../../src/bytes/compression/compression.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import type { RootShape } from "../../src/rootfs/shape.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { needsPeers } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

const shape: RootShape = {
  links: [
    { from: "bin", to: "usr/bin" },
    { from: "lib", to: "usr/lib" },
  ],
  directories: [{ path: "tmp", mode: 0o1777, uid: 0, gid: 0 }],
  plain: ["etc", "usr", "usr/bin", "usr/lib"],
};
const accounts = { users: [["app", 1000, 1001]], groups: [["adm", 4]] } as const;
const root = { shape, accounts, mtime: 77 };

/** Files by path; `-> x` is a link, a name that ends in `/` a folder, one that ends in `*` is executable. */
async function written(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    const at = join(folder, path.replace(/\*$/, ""));
    await mkdir(path.endsWith("/") ? at : join(at, ".."), { recursive: true });
    if (text.startsWith("-> ")) await symlink(text.slice(3), at);
    else if (!path.endsWith("/")) {
      await writeFile(at, text);
      await chmod(at, path.endsWith("*") ? 0o777 : 0o600);
    }
  }
  return folder;
}

const file = (rest: Partial<RecipeFile> & { to: string }): RecipeFile => rest as RecipeFile;
const made = (folder: string, ...files: RecipeFile[]) => recipeFiles({ files }, folder, root);
const shown = (entries: readonly OwnEntry[]) =>
  entries.map(
    ({ path, type, mode, link }) =>
      `${type} ${path} ${mode.toString(8)}${link === undefined ? "" : ` to ${link}`}`,
  );

test("texts, files and folders become entries of nobody's machine", () =>
  withFolder(async (folder) => {
    await written(folder, {
      "site/index.html": "<p>",
      "site/run.sh*": "#!",
      "site/sub/": "",
      "site/l": "-> /etc/passwd",
    });
    const entries = await made(
      folder,
      file({ to: "srv", from: "site", owner: { user: "app" } }),
      file({ to: "srv/motd", text: "hé" }),
      file({ to: "var/data", directory: true, mode: 0o700, owner: { user: 5, group: "adm" } }),
    );
    expect(shown(entries)).toEqual([
      "directory srv 755",
      "file srv/index.html 644",
      "symlink srv/l 777 to /etc/passwd",
      "file srv/motd 644",
      "file srv/run.sh 755",
      "directory srv/sub 755",
      "directory var/data 700",
    ]);
    expect(entries.map(({ uid, gid, mtime, size }) => [uid, gid, mtime, size])).toEqual([
      [1000, 1001, 77, 0],
      [1000, 1001, 77, 3],
      [1000, 1001, 77, 0],
      [0, 0, 77, 3],
      [1000, 1001, 77, 2],
      [1000, 1001, 77, 0],
      [5, 4, 77, 0],
    ]);
  }));

test("a mode is that of the files; folders may be entered by whoever may read them", () =>
  withFolder(async (folder) => {
    await written(folder, { "d/x*": "", "d/l": "-> x" });
    expect(shown(await made(folder, file({ to: "d", from: "d", mode: 0o640 })))).toEqual([
      "directory d 750",
      "symlink d/l 777 to x",
      "file d/x 640",
    ]);
  }));

describe("a folder laid onto the root", () => {
  const files = { "r/bin/tool*": "", "r/tmp/t": "", "r/etc/x": "", "r/new/y": "", "r/lib64": "-> usr/lib64" };

  test("goes where the root's links lead, and leaves its directories as they are", () =>
    withFolder(async (folder) => {
      await written(folder, files);
      const entries = await made(folder, file({ to: "", from: "r", owner: { user: "app" } }));
      expect(shown(entries)).toEqual([
        "file etc/x 644",
        "symlink lib64 777 to usr/lib64",
        "directory new 755",
        "file new/y 644",
        "file tmp/t 644",
        "file usr/bin/tool 755",
      ]);
    }));

  test("comes out as a layer that states them so", () =>
    withFolder(async (folder) => {
      await written(folder, files);
      const world = {
        store: await openStore(join(folder, "store")),
        threads: 2,
        signal: new AbortController().signal,
      };
      const entries = await made(folder, file({ to: "", from: "r", owner: { user: "app" } }));
      const layer = await filesLayer(entries, shape, 77, { format: "gzip", level: 5 }, world);
      const found: string[] = [];
      for await (const one of readTar(decompress(layer.open(), "x"), "x"))
        found.push(`${one.type} ${one.path} ${one.mode.toString(8)} ${one.uid}`);
      expect(found).toEqual([
        "directory etc 755 0",
        "directory new 755 1000",
        "directory tmp 1777 0",
        "directory usr 755 0",
        "directory usr/bin 755 0",
        "file etc/x 644 1000",
        "symlink lib64 777 1000",
        "file new/y 644 1000",
        "file tmp/t 644 1000",
        "file usr/bin/tool 755 1000",
      ]);
    }));
});

test("later files stand over earlier ones, by whichever way they lead there", () =>
  withFolder(async (folder) => {
    const entries = await made(
      folder,
      file({ to: "bin/x", text: "first" }),
      file({ to: "usr/bin/x", text: "second" }),
      file({ to: "d", directory: true, mode: 0o700 }),
      file({ to: "d", directory: true }),
    );
    expect(shown(entries)).toEqual(["directory d 755", "file usr/bin/x 644"]);
    expect(Buffer.from(entries[1]?.open() as Uint8Array).toString()).toBe("second");
  }));

test.each<[string, RecipeFile[], string]>([
  [
    "a file that would hide a directory of the image",
    [file({ to: "usr", text: "" })],
    "/usr cannot go into the image: it would take the place of a directory of the image",
  ],
  [
    "a file in the place of the root",
    [file({ to: "", text: "" })],
    "/ cannot go into the image: it would take the place",
  ],
  [
    "a link that would hide a directory",
    [file({ to: "", from: "hides" })],
    "/etc cannot go into the image: it would take the place",
  ],
  [
    "a file below a file",
    [file({ to: "a", text: "" }), file({ to: "a/b", text: "" })],
    "/a/b cannot go into the image: the recipe also makes a file of /a, which it lies below",
  ],
  [
    "a file below a link",
    [file({ to: "w", from: "with-link" }), file({ to: "w/l/x", text: "" })],
    "the recipe also makes a symlink of /w/l",
  ],
  [
    "a file that layers read as a removal",
    [file({ to: "etc/.wh.passwd", text: "" })],
    "/etc/.wh.passwd cannot go into the image: it would hide files of other layers",
  ],
  [
    "one that is found in a folder",
    [file({ to: "x", from: "whiteout" })],
    "/x/.wh..wh..opq cannot go into the image",
  ],
  [
    "what is not there",
    [file({ to: "x", from: "none" })],
    "none: files names none, relative to the recipe's folder",
  ],
  ["what leads out", [file({ to: "x", from: "out" })], "it is a link that leads out of the recipe's folder"],
  [
    "what leads out on the way",
    [file({ to: "x", from: "out/passwd" })],
    "it is a link that leads out of the recipe's folder",
  ],
  [
    "what leads out to a name that begins alike",
    [file({ to: "x", from: "beside" })],
    "it is a link that leads out of the recipe's folder",
  ],
  [
    "a socket",
    [file({ to: "x", from: "special" })],
    "special/socket cannot go into the image: it is no file, directory or link",
  ],
  [
    "an owner who is nobody",
    [file({ to: "x", text: "", owner: { user: "who" } })],
    "files: /x names the user who",
  ],
])("%s is refused", async (_, files, why) => {
  await withFolder(async (above) => {
    const folder = join(above, "recipe");
    await written(above, { "recipe-beside/x": "", secret: "" });
    await written(folder, {
      "hides/etc": "-> /srv",
      "with-link/l": "-> /etc",
      "whiteout/.wh..wh..opq": "",
      out: "-> /etc",
      beside: "-> ../recipe-beside",
      "special/": "",
    });
    const server = createServer().listen(join(folder, "special", "socket"));
    await once(server, "listening");
    try {
      await expect(made(folder, ...files)).rejects.toThrow(why);
    } finally {
      server.close();
    }
  });
});

test("a fifo is refused before anything is read from it", (context) => {
  needsPeers(context, "mkfifo");
  return withFolder(async (folder) => {
    execFileSync("mkfifo", [join(folder, "f")]);
    await expect(made(folder, file({ to: "f", from: "f" }))).rejects.toThrow(
      "it is no file, directory or link",
    );
  });
});

test("a name that is not UTF-8 is refused by that reason", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "d"));
    await writeFile(Buffer.concat([Buffer.from(join(folder, "d", "x")), Buffer.from([0xff])]), "");
    await expect(made(folder, file({ to: "d", from: "d" }))).rejects.toThrow("its name is not UTF-8");
  }));

test("a link that is named itself is followed inside the folder; one that is found stays a link", () =>
  withFolder(async (folder) => {
    await written(folder, { "releases/3/x": "", current: "-> releases/3", self: "-> ." });
    expect(shown(await made(folder, file({ to: "app", from: "current" })))).toEqual([
      "directory app 755",
      "file app/x 644",
    ]);
    const all = await made(folder, file({ to: "all", from: "." }));
    expect(shown(all)).toContain("symlink all/self 777 to .");
  }));

test("a file that has become a link since it was found is not followed", () =>
  withFolder(async (folder) => {
    await written(folder, { "d/x": "mine", secret: "theirs" });
    const [, entry] = await made(folder, file({ to: "d", from: "d" }));
    await rename(join(folder, "d/x"), join(folder, "d/old"));
    await symlink("../secret", join(folder, "d/x"));
    const reading = collect(entry?.open() as AsyncIterable<Uint8Array>, 99, "x");
    await expect(reading).rejects.toThrow(
      `${join(folder, "d/x")} cannot be read: it has become a link since it was found.`,
    );
    await rename(join(folder, "d/old"), join(folder, "gone"));
    await rename(join(folder, "d/x"), join(folder, "link"));
    const again = collect(entry?.open() as AsyncIterable<Uint8Array>, 99, "x");
    await expect(again).rejects.toThrow("it has gone since it was found.");
  }));

test.each<[string, string[], string[]]>([
  ["*.log", ["a.log", ".log", "d/e/b.log"], ["a.log.1", "log"]],
  ["node_modules", ["node_modules", "a/node_modules"], ["node_modules.txt", "my_node_modules"]],
  ["node_modules/", ["node_modules", "a/node_modules"], []],
  ["/top", ["top"], ["a/top"]],
  ["docs/*.md", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md"]],
  ["docs/**", ["docs/a", "docs/a/b"], ["docs", "x/docs/a"]],
  ["**/cache", ["cache", "a/cache", "a/b/cache"], ["a/caches"]],
  ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["z", "a/b"]],
  ["**", ["a", "a/b", ".git"], []],
  ["[ab]?", ["ax", "x/b1"], ["a", "cx"]],
  ["a\\*b", ["a*b"], ["axb"]],
])("ignore: %s", (glob, out, kept) => {
  const ignored = ignoring([glob]);
  expect({ out: out.filter(ignored), kept: kept.filter(ignored) }).toEqual({ out, kept: [] });
});

test("globs that would keep a backtracking matcher busy for years take no time", () => {
  expect(ignoring([`${"**/a/".repeat(60)}b`])("a/".repeat(2000).slice(0, -1))).toBe(false);
  expect(ignoring([`${"*a".repeat(200)}b`])("a".repeat(4000))).toBe(false);
});

test("what is ignored is not looked into, nor is it refused", () =>
  withFolder(async (folder) => {
    await written(folder, { "d/keep": "", "d/node_modules/x/y": "", "d/.wh.x": "" });
    const entries = await made(folder, file({ to: "d", from: "d", ignore: ["node_modules", ".wh.*"] }));
    expect(shown(entries)).toEqual(["directory d 755", "file d/keep 644"]);
  }));

test("what the build writes does not go along with the folder that it is in", () =>
  withFolder(async (above) => {
    await written(above, {
      "project/app.js": "",
      "project/out/index.json": "",
      "project/demo.tar": "",
      "project/.demo.tar.01234567-89ab-cdef-0123-456789abcdef.part": "",
      "project/sub/out": "",
    });
    await symlink("project", join(above, "link"));
    const isOutput = await ownOutputs([
      { transport: "oci", path: join(above, "link/out") },
      { transport: "docker-archive", path: join(above, "project/demo.tar") },
      { transport: "tar", path: join(above, "elsewhere/app.js") },
      { transport: "tar", path: "-" },
    ]);
    const entries = await recipeFiles(
      { files: [file({ to: "app", from: "." }), file({ to: "own.tar", from: "demo.tar" })] },
      join(above, "project"),
      { ...root, isOutput },
    );
    expect(shown(entries)).toEqual([
      "directory app 755",
      "file app/app.js 644",
      "directory app/sub 755",
      "file app/sub/out 644",
      "file own.tar 644",
    ]);
  }));

test("what usually holds secrets is said when it goes along with a folder, not when it is named", () =>
  withFolder(async (folder) => {
    const said = async (...files: RecipeFile[]) => secretWarnings(await made(folder, ...files));
    await written(folder, { "site/index.html": "", ".npmrc": "", "keys/id_rsa": "", "keys/id_rsa.pub": "" });
    const [all, keys, site] = [".", "keys", "site"].map((from) => file({ to: "app", from }));
    expect(await said(site as RecipeFile)).toEqual([]);
    expect(await said(file({ to: "root/.npmrc", from: ".npmrc" }))).toEqual([]);
    expect(await said(keys as RecipeFile)).toEqual([
      "files takes keys/id_rsa along, which usually holds secrets or history: leave it out with ignore or .dockerignore, or name it in an item of files if it is meant.",
    ]);
    await written(folder, {
      ".git/HEAD": "",
      ".git/config": "",
      ".env": "",
      ".env.local": "",
      ".env.example": "",
      ".gitignore": "",
    });
    expect(await said(all as RecipeFile)).toEqual([
      "files takes .env, .env.local, .git, .npmrc and 1 more along, which usually hold secrets or history: leave them out with ignore or .dockerignore, or name them in an item of files if they are meant.",
    ]);
    await written(folder, { ".dockerignore": ".*\nkeys\n" });
    expect(await said(all as RecipeFile)).toEqual([]);
  }));

test("a .dockerignore at the top of a folder counts, with what it keeps in folders that it excludes", () =>
  withFolder(async (folder) => {
    const ignore = "docs\nempty\n!docs/api\n!empty/x\n.dockerignore\n";
    const files = {
      "d/app.js": "",
      "d/docs/guide": "",
      "d/docs/api/index": "",
      "d/empty/y": "",
      "d/sub/docs": "",
    };
    await written(folder, { ...files, "d/.dockerignore": ignore, "d/sub/.dockerignore": "docs" });
    expect(shown(await made(folder, file({ to: "d", from: "d" })))).toEqual([
      "directory d 755",
      "file d/app.js 644",
      "directory d/docs 755",
      "directory d/docs/api 755",
      "file d/docs/api/index 644",
      "directory d/sub 755",
      "file d/sub/.dockerignore 644",
      "file d/sub/docs 644",
    ]);
  }));

describe("the layer of a recipe's files", () => {
  const compressor = { format: "gzip", level: 5 } as const;

  test("is the same in another folder, with other times, and is made once", () =>
    withFolder(async (folder) => {
      const world = {
        store: await openStore(join(folder, "store")),
        threads: 1,
        signal: new AbortController().signal,
      };
      const layers = [];
      for (const name of ["one", "two"]) {
        await written(join(folder, name), { "d/x": "content", "d/y/z*": "more" });
        const entries = await made(join(folder, name), file({ to: "srv", from: "d" }));
        layers.push((await filesLayer(entries, shape, 77, compressor, world)).digest);
      }
      expect(new Set(layers).size).toBe(1);
    }));

  test("is what its digests say, even when its files change while it is made", () =>
    withFolder(async (folder) => {
      await written(folder, { "d/x": "content 0" });
      const [directory, entry] = await made(folder, file({ to: "d", from: "d" }));
      let reads = 0;
      const restless: OwnEntry = {
        ...(entry as OwnEntry),
        open: () => {
          reads += 1;
          return Buffer.from(`content ${reads % 10}`);
        },
      };
      const world = {
        store: await openStore(join(folder, "store")),
        threads: 2,
        signal: new AbortController().signal,
      };
      const entries = [directory as OwnEntry, restless];
      const layer = await filesLayer(entries, shape, 77, compressor, world);
      const stored = await collect(layer.open(), 1 << 20, "x");
      expect(digestOf(stored)).toBe(layer.digest);
      expect(digestOf(await collect(decompress([stored], "x"), 1 << 20, "x"))).toBe(layer.diffId);
      const other = await filesLayer(entries, shape, 77, compressor, world);
      expect(other.diffId).not.toBe(layer.diffId);
    }));

  test("of files that shrink or grow while they are read is refused", () =>
    withFolder(async (folder) => {
      const world = {
        store: await openStore(join(folder, "store")),
        threads: 1,
        signal: new AbortController().signal,
      };
      const [entry] = await made(folder, file({ to: "x", text: "12345" }));
      for (const text of ["1234", "123456"]) {
        const lying = { ...(entry as OwnEntry), open: () => Buffer.from(text) };
        await expect(filesLayer([lying], shape, 77, compressor, world)).rejects.toThrow("x ");
      }
    }));
});
