import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { type SaveOptions, saveImage } from "../../src/images/save.ts";
import type { Image, RuntimeConfig } from "../../src/model/image.ts";
import { imageOf, layerOf, type Tree } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const passwd = "root:x:0:0::/:/bin/sh\nserver:x:1000:100::/:/bin/sh\nodd:x:no:0::/:/bin/sh\n";

const save = (image: Image, text: string, options?: SaveOptions) =>
  saveImage(image, parseLocation(text), options);
const imageWith = async (tree: Tree, config: RuntimeConfig = {}) =>
  imageOf([await layerOf(tree)], { config });

/** The paths of a .wsl, and what its distribution's configuration says. */
async function read(file: string): Promise<{ paths: string[]; conf: string | undefined }> {
  const paths: string[] = [];
  let conf: string | undefined;
  for await (const { path, content } of readTar([gunzipSync(await readFile(file))], file)) {
    paths.push(path);
    const source = content instanceof Uint8Array ? [content] : content;
    if (path === "etc/wsl-distribution.conf") conf = (await collect(source, 1 << 20, path)).toString();
  }
  return { paths, conf };
}

test("a distribution is the root with a configuration of its own, after the image's name and user", () =>
  withFolder(async (folder) => {
    const config = { User: "server:100", Cmd: ["/bin/sh"] };
    const image = await imageWith(
      { "etc/": {}, "etc/passwd": passwd, "etc/wsl.conf": "[boot]\n", z: "" },
      config,
    );
    const file = join(folder, "x.wsl");
    const saved = await save(image, `wsl:${file}`, { name: "registry.example/team/shout:2" });
    const bytes = await readFile(file);
    expect(saved).toEqual({
      digest: digestOf(bytes),
      bytes: bytes.byteLength,
      path: file,
      notes: ["A distribution for WSL has no place for what the configuration says of Cmd."],
    });
    expect(await read(file)).toEqual({
      paths: ["etc", "etc/passwd", "etc/wsl.conf", "z", "etc/wsl-distribution.conf"],
      conf: "[oobe]\ndefaultUid = 1000\ndefaultName = shout\n",
    });
    expect(await save(image, `wsl:${file}`, { name: "registry.example/team/shout:2" })).toEqual(saved);
  }));

test("without a name it is called like its file, and a folder for the configuration is made where none is", () =>
  withFolder(async (folder) => {
    await save(await imageWith({ a: "1" }), `wsl:${folder}/My root.wsl`);
    expect(await read(join(folder, "My root.wsl"))).toEqual({
      paths: ["a", "etc", "etc/wsl-distribution.conf"],
      conf: "[oobe]\ndefaultName = My-root\n",
    });
  }));

test("a configuration that the image brings stays as it is", () =>
  withFolder(async (folder) => {
    const own = "[oobe]\ncommand = /etc/oobe.sh\n";
    const image = await imageWith(
      { "etc/passwd": passwd, "etc/wsl-distribution.conf": own },
      { User: "1000" },
    );
    const { notes } = await save(image, `wsl:${folder}/x.wsl`);
    expect((await read(join(folder, "x.wsl"))).conf).toBe(own);
    expect(notes).toEqual(["A distribution for WSL has no place for what the configuration says of User."]);
  }));

test.each([
  ["", undefined],
  ["0:0", undefined],
  ["root", undefined],
  ["1000", 1000],
  ["server", 1000],
  ["odd", "lost"],
  ["65532", "lost"],
  ["nobody", "lost"],
])("an image whose user is %j", (User, uid) =>
  withFolder(async (folder) => {
    const { notes } = await save(await imageWith({ "etc/passwd": passwd }, { User }), `wsl:${folder}/x.wsl`);
    const { conf } = await read(join(folder, "x.wsl"));
    expect(conf).toBe(`[oobe]\n${uid === 1000 ? "defaultUid = 1000\n" : ""}defaultName = x\n`);
    expect(notes?.length).toBe(uid === "lost" ? 1 : 0);
  }),
);

test("where /etc is no folder, nothing is added, and that is said", () =>
  withFolder(async (folder) => {
    const { notes } = await save(await imageWith({ "etc -> usr/etc": "" }), `wsl:${folder}/x.wsl`);
    expect((await read(join(folder, "x.wsl"))).paths).toEqual(["etc"]);
    expect(notes).toEqual(["It has no /etc/wsl-distribution.conf, and none was added: /etc is no folder."]);
  }));

test("it goes to the standard output, is looked into and imported, and is no image by itself", () =>
  withFolder(async (folder) => {
    const image = await imageWith({ "etc/motd": "hi" });
    const stdout = createWriteStream(join(folder, "out"));
    await save(image, "wsl:-", { stdout });
    await new Promise((resolve) => stdout.end(resolve));
    expect((await read(join(folder, "out"))).conf).toBe("[oobe]\ndefaultName = linux\n");
    await save(image, `oci:${folder}/1:1`);
    const { code, out } = await runTare(["copy", "oci:1", "wsl:x.wsl"], { folder });
    expect([code, out]).toEqual([0, expect.stringContaining("no layers, manifest or history")]);
    const listed = await runTare(["ls", "wsl:x.wsl"], { folder });
    expect([listed.code, listed.out]).toEqual([0, expect.stringContaining("etc/motd")]);
    const back = await runTare(["import", "x.wsl", "back:1", "--to", "oci:back"], { folder });
    expect(back.code).toBe(0);
    await expect(openImage(parseLocation("wsl:x.wsl"))).rejects.toThrow("`tare import` makes one");
  }));
