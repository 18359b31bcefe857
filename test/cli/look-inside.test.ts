import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { readSidecar } from "../../src/formats/sidecar.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import { arm64, entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { newFolder } from "../kit/temporary.ts";

const lower: Tree = {
  "/": {},
  "bin/": {},
  "bin/su": { content: "su", mode: 0o4755 },
  "dev/": {},
  "dev/null": { type: "character", major: 1, minor: 3, mode: 0o666 },
  "etc/": {},
  "etc/motd": "hello\n",
  "etc/old": "old",
};
const upper: Tree = { "etc/": {}, "etc/.wh.old": "", "etc/new -> motd": "", "etc/two => etc/motd": "" };

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  const [first, second] = [await layerOf(lower), await layerOf(upper, "zstd")];
  const image = imageOf([first, second]);
  await saveImage(image, parseLocation(`oci:${folder}/image`), { name: "x:1" });
  const other = imageOf([await layerOf({ arm: "" })], { platform: arm64 });
  await saveImage(assembleIndex([image, other]), parseLocation(`oci-archive:${folder}/both.tar`));
  const plain = await collect(writeTar(entriesOf(lower)), 1 << 20, "a tar");
  await writeFile(join(folder, "root.tar.gz"), gzipSync(plain));
});

afterAll(() => remove());

const tare = (line: string, options = {}) => runTare(line.split(" "), { folder, ...options });

/** The bytes of `tare cat`. */
async function shown(line: string, options = {}) {
  let text = "";
  const stdout = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  return { ...(await tare(line, { stdout, ...options })), text };
}

describe("tare ls", () => {
  test("lists what the layers make together", async () => {
    const { code, out } = await tare("ls oci:image");
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "drwxr-xr-x 0/0   0 1970-01-01 00:00 ./",
        "drwxr-xr-x 0/0   0 1970-01-01 00:00 bin/",
        "-rwsr-xr-x 0/0   2 1970-01-01 00:00 bin/su",
        "drwxr-xr-x 0/0   0 1970-01-01 00:00 dev/",
        "crw-rw-rw- 0/0 1,3 1970-01-01 00:00 dev/null",
        "drwxr-xr-x 0/0   0 1970-01-01 00:00 etc/",
        "-rw-r--r-- 0/0   6 1970-01-01 00:00 etc/motd",
        "lrwxrwxrwx 0/0   0 1970-01-01 00:00 etc/new -> motd",
        "hrw-r--r-- 0/0   0 1970-01-01 00:00 etc/two link to etc/motd",
        "",
      ].join("\n"),
    );
  });

  test("lists a layer with its whiteouts, by number and by digest", async () => {
    const { out } = await tare("ls --layer 2 --json oci:image");
    expect(JSON.parse(out).map(({ path }: { path: string }) => path)).toEqual([
      "etc",
      "etc/.wh.old",
      "etc/new",
      "etc/two",
    ]);
    const { digest, diffId } = await layerOf(upper, "zstd");
    for (const name of [digest, diffId])
      expect((await tare(`ls --layer ${name} --json oci:image`)).out).toBe(out);
    expect((await tare("ls --layer 3 oci:image")).notes).toEqual([
      'the image has 2 layers, and "3" is none of them; see `tare ls --help`.',
    ]);
    expect((await tare("ls --layer 1 --json tar:root.tar.gz")).out).toContain('"path"');
    expect((await tare("ls --layer 2 tar:root.tar.gz")).notes.join()).toContain('has no layer "2"');
  });

  test("takes the platform that is asked for", async () => {
    expect((await tare("ls --platform linux/arm64 oci-archive:both.tar")).out).toContain(" arm\n");
    expect((await tare("ls --platform linux/riscv64 oci-archive:both.tar")).notes.join()).toContain(
      "it has linux/amd64, linux/arm64",
    );
    expect((await tare("ls --platform x oci-archive:both.tar")).code).toBe(2);
  });

  test("reads a tarball from the standard input", async () => {
    const stdin = Readable.from([await readFile(join(folder, "root.tar.gz"))]);
    expect((await tare("ls tar:-", { stdin })).out).toContain("etc/old\n");
    expect((await tare("ls tar:missing")).notes.join()).toContain("missing cannot be read: it is not there");
  });
});

describe("tare cat", () => {
  test("prints a file and nothing else", async () => {
    for (const path of ["etc/motd", "/etc/new", "etc/two"])
      expect(await shown(`cat oci:image ${path}`)).toEqual({ code: 0, out: "", notes: [], text: "hello\n" });
    expect((await shown("cat tar:root.tar.gz etc/old")).text).toBe("old");
  });

  test("as JSON says the rest, too", async () => {
    const { out } = await tare("cat --json oci:image bin/su");
    expect(JSON.parse(out)).toEqual({
      path: "bin/su",
      type: "file",
      mode: "4755",
      uid: 0,
      gid: 0,
      size: 2,
      mtime: 0,
      content: Buffer.from("su").toString("base64"),
    });
  });

  test("says what is no file, or not there, with the exit code", async () => {
    expect(await shown("cat oci:image etc")).toMatchObject({
      code: 3,
      notes: [
        "/etc in oci:image cannot be read: it is a folder.".replace("oci:image", `oci:${folder}/image`),
      ],
    });
    expect(await shown("cat oci:image etc/old")).toMatchObject({ code: 2, text: "" });
    const stdin = Readable.from([await readFile(join(folder, "root.tar.gz"))]);
    expect((await shown("cat tar:- etc/motd", { stdin })).code).toBe(0);
  });
});

describe("tare extract", () => {
  test("makes the folder, says what it did not keep, and keeps it beside it", async () => {
    const { code, notes, out } = await tare("extract oci:image --to whole");
    expect(code).toBe(0);
    expect(out).toContain(`${folder}/whole (9 entries, 8 B)`);
    const root = process.geteuid?.() === 0;
    expect(notes.filter((note) => root || !note.includes("belong"))).toEqual([
      "/bin/su lost its set-user-ID bits; --setuid keeps them, as root.",
      "/dev/null is a device or pipe and was left out; --devices makes them (devices need root).",
    ]);
    const sidecar = await readSidecar([await readFile(join(folder, "whole.tare.jsonl"))], "the sidecar");
    expect(sidecar.get("bin/su")?.mode).toBe(0o4755);
    expect(sidecar.get("dev/null")).toMatchObject({ type: "character", major: 1, minor: 3 });
    expect((await stat(join(folder, "whole/etc/two"))).nlink).toBe(2);
  });

  test("takes some paths, with the folders that lead to them", async () => {
    expect((await tare("extract oci:image etc/two bin --to some")).code).toBe(0);
    expect((await readdir(join(folder, "some"), { recursive: true })).sort()).toEqual([
      "bin",
      "bin/su",
      "etc",
      "etc/two",
    ]);
    expect(await readFile(join(folder, "some/etc/two"), "utf8")).toBe("hello\n");
    expect((await tare("extract tar:root.tar.gz etc/old --to plain")).code).toBe(0);
    expect(await readdir(join(folder, "plain/etc"))).toEqual(["old"]);
  });

  test("writes nothing when one of them is not there", async () => {
    const before = await readdir(folder);
    const { code, notes } = await tare("extract oci:image etc/motd etc/none --to nothing");
    expect(code).toBe(2);
    expect(notes.join()).toContain("There is no /etc/none in oci:");
    expect(await readdir(folder)).toEqual(before);
  });

  test("leaves what is there, unless an earlier extraction made it and it may be replaced", async () => {
    await tare("extract oci:image etc --to again");
    await writeFile(join(folder, "again/own"), "x");
    const { code, notes } = await tare("extract oci:image --to again");
    expect(code).toBe(3);
    expect(notes.join()).toContain("it is a folder with things in it");
    expect((await tare("extract oci:image bin --to again --replace")).notes.join()).toContain(
      "own was not extracted, and would be lost",
    );
    await rm(join(folder, "again/own"));
    expect((await tare("extract oci:image bin --to again --replace")).code).toBe(0);
    expect(await readdir(join(folder, "again"))).toEqual(["bin"]);
    const { notes: refused } = await tare(`extract oci:image --to ${folder}/image --replace`);
    expect(refused.join()).toContain("it was not extracted here");
  });

  test("stops at a size, leaves nothing when interrupted, and wants to know where to", async () => {
    const before = await readdir(folder);
    expect((await tare("extract oci:image --to big --max-size 7B")).notes.join()).toContain(
      "limit of 7 bytes",
    );
    expect((await tare("extract oci:image --to big --max-size 7")).code).toBe(3);
    expect((await tare("extract oci:image --to big --max-size much")).code).toBe(2);
    const signal = AbortSignal.abort();
    expect((await tare("extract oci:image --to big", { signal })).code).toBe(130);
    expect((await tare("extract oci:image --to .")).notes.join()).toContain("name a folder in it with --to");
    expect((await tare("extract oci:image")).notes).toEqual([
      "there is no folder to extract into: give --to DIR; see `tare extract --help`.",
    ]);
    expect(await readdir(folder)).toEqual(before);
  });
});
