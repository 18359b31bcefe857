import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
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
