import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assembleIndex } from "../../src/images/assemble.ts";
import { locationFrom, parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const smallImage = async () => imageOf([await layerOf({ a: "1" })]);

test("tare copy says what it copied, in words and as JSON, and leaves nothing behind", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    await saveImage(image, parseLocation(`oci:${folder}/image`), { name: "shout:1" });
    const { code, out } = await runTare(["copy", "oci:image:1", "docker-archive:x.tar"], { folder });
    expect(code).toBe(0);
    expect(out.split("\n").slice(0, 4)).toEqual([
      `oci:${folder}/image:1 to docker-archive:${folder}/x.tar`,
      "  named     shout:1",
      "  platform  linux/amd64",
      `  digest    ${image.manifest.digest}, as it was`,
    ]);
    const stdin = createReadStream(join(folder, "x.tar"));
    const read = await runTare(["copy", "docker-archive:-", "oci:other", "--json"], { folder, stdin });
    expect(JSON.parse(read.out)).toMatchObject({
      to: `oci:${folder}/other`,
      keeps: "manifest",
      images: [{ from: "docker-archive:-", names: ["shout:1"], digest: image.manifest.digest }],
      notes: [],
    });
    expect(await readdir(join(folder, ".store/tmp"))).toEqual([]);
  }));

test("an image on the standard output keeps the report off it", () =>
  withFolder(async (folder) => {
    await saveImage(await smallImage(), parseLocation(`oci:${folder}/image`));
    const ran = await runTare(["copy", "oci:image", "tar:-"], { folder });
    expect(ran.out).toBe("");
    expect(ran.notes.join("\n")).toContain("A tar holds the files alone");
  }));

test("--platform and --compression are understood or refused", () =>
  withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" });
    const index = assembleIndex([imageOf([layer]), imageOf([layer], { platform: arm64 })]);
    await saveImage(index, parseLocation(`oci:${folder}/image`));
    const copy = (...args: string[]) => runTare(["copy", ...args, "oci:image", "oci:out"], { folder });
    const { out } = await copy("--platform", "linux/arm64", "--compression", "zstd:9", "--json");
    expect(JSON.parse(out).images).toMatchObject([{ platforms: ["linux/arm64"] }]);
    expect(await readFile(join(folder, "out/index.json"), "utf8")).not.toContain(index.index.digest);
    const files = ["copy", "--compression", "zstd", "oci:image", "tar:x.tar"];
    expect((await runTare(files, { folder })).notes).toEqual([
      "--compression is for the layers of an image, and tar: has none; see `tare copy --help`.",
    ]);
    expect(await copy("--platform", "arm64")).toMatchObject({
      code: 2,
      notes: ['"arm64" is no platform like linux/amd64 or linux/arm64; see `tare copy --help`.'],
    });
    expect((await copy("--platform", "linux/s390x")).notes).toEqual([
      `oci:${folder}/image has no image for linux/s390x; it has linux/amd64, linux/arm64.`,
    ]);
    expect((await copy("--compression", "lzma")).notes[0]).toContain("--compression must be none, gzip");
    expect((await runTare(["copy", "oci:image"], { folder })).notes).toEqual([
      "DESTINATION is missing; see `tare copy --help`.",
    ]);
  }));

test("a path alone is told by what lies there what it may be", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    for (const to of [
      "oci:image:1",
      "oci-archive:o.tar",
      "docker-archive:d.tar",
      "dir:d",
      "tar:files.tar",
      "aci:x.aci",
      "incus:i.tar",
    ])
      await saveImage(image, locationFrom(parseLocation(to), folder), { name: "shout:1" });
    const said = async (text: string) => {
      const { code, notes } = await runTare(["ls", text], { folder });
      expect(code).toBe(2);
      const start = `${JSON.stringify(text)} is no location that can be used here: it does not begin with the kind of place that it is; `;
      return notes[0]?.replace(start, "");
    };
    expect(await said("image")).toBe("did you mean oci:image?");
    expect(await said("image:1")).toBe("did you mean oci:image:1?");
    expect(await said("o.tar")).toBe("did you mean oci-archive:o.tar?");
    expect(await said("d.tar")).toBe("did you mean docker-archive:d.tar?");
    expect(await said("d")).toBe("did you mean dir:d?");
    expect(await said("x.aci")).toBe("did you mean aci:x.aci?");
    expect(await said("i.tar")).toBe("did you mean incus:i.tar?");
    expect(await said("files.tar")).toBe(
      "did you mean tar:files.tar? It is the files alone: `tare import files.tar NAME` makes an image of it.",
    );
    expect(await said("image/blobs")).toBe(
      "it is a folder of files: `tare import image/blobs NAME` makes an image of it.",
    );
    expect((await runTare(["copy", "none.tar", "oci:x"], { folder })).notes[0]).toContain(
      "or, for the files alone, tar:none.tar?",
    );
  }));
