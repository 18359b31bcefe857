import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { ImageIndex } from "../../src/model/image.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

async function smallIndex(): Promise<ImageIndex> {
  const layers = [await layerOf({ a: "1" }), await layerOf({ b: "2" })];
  return assembleIndex([imageOf(layers), imageOf(layers, { platform: arm64 })]);
}

const indexAt = async (place: string) => (await openImage(parseLocation(place))) as ImageIndex;

test("of an index each image is flattened, or the one that was asked for", () =>
  withFolder(async (folder) => {
    const index = await smallIndex();
    await saveImage(index, parseLocation(`oci:${folder}/image:1`));
    const { out } = await runTare(["flatten", "oci:image:1", "oci:image:flat"], { folder });
    const flat = await indexAt(`oci:${folder}/image:flat`);
    expect(flat.images.map(({ layers }) => layers.length)).toEqual([1, 1]);
    expect(out).toMatch(/linux\/amd64: 2 layers became one/);
    expect(out.replace(/\s+/g, " ")).toContain(
      `${index.index.digest.slice(0, 19)} became ${flat.index.digest.slice(0, 19)}.`,
    );
    const one = ["flatten", "--platform", "linux/arm64", "--json", "oci:image:1", "oci:image:arm"];
    const { images } = JSON.parse((await runTare(one, { folder })).out);
    expect(images).toMatchObject([{ platforms: ["linux/arm64"], source: index.index.digest }]);
  }));

test("a changed configuration may take the place of the old one", () =>
  withFolder(async (folder) => {
    await saveImage(await smallIndex(), parseLocation(`oci:${folder}/image:1`));
    const argv = ["config", "-c", "USER 7", "oci:image:1", "oci:image:1"];
    const environment = { SOURCE_DATE_EPOCH: "1" };
    expect((await runTare(argv, { folder, environment })).code).toBe(0);
    const { images } = await indexAt(`oci:${folder}/image:1`);
    expect(images.map(({ config }) => [config.config?.User, config.created])).toEqual(
      Array(2).fill(["7", "1970-01-01T00:00:01Z"]),
    );
    expect(await runTare(["config", "oci:image:1", "oci:image:2"], { folder })).toMatchObject({
      code: 2,
      notes: ["there is nothing to change: give at least one --change; see `tare config --help`."],
    });
  }));

test("the same layers go upon each image of an index; the standard input is one layer at most", () =>
  withFolder(async (folder) => {
    await saveImage(await smallIndex(), parseLocation(`oci:${folder}/image:1`));
    const upper = await layerOf({ c: "3" }, "none");
    const append = (...given: string[]) =>
      runTare(["append", "oci:image:1", "oci:image:2", ...given], { folder, stdin: upper.open() });
    expect((await append("-")).code).toBe(0);
    const { images } = await indexAt(`oci:${folder}/image:2`);
    expect(images.map(({ layers }) => layers.at(-1)?.diffId)).toEqual(Array(2).fill(upper.diffId));
    expect((await append("-", "-")).notes).toEqual([
      "the standard input can be only one of them; see `tare append --help`.",
    ]);
    expect((await append("https://mirror.example/x.tar")).notes).toEqual([
      "https://mirror.example/x.tar must be fetched first: a layer is a file, a folder or -; see `tare append --help`.",
    ]);
    expect((await append("image")).notes.join("\n")).toMatch(/take the place of what it is made of/);
    await writeFile(join(folder, "x.zip"), "PK\u0003\u0004");
    expect((await append("x.zip")).notes).toEqual([
      "x.zip is not a sound tar: it looks like a zip archive; unpack it into a folder, and give the folder instead.",
    ]);
    expect((await append("nowhere")).notes.join("\n")).toMatch(/nowhere/);
  }));

test("an index is put upon a new base for each of its platforms", () =>
  withFolder(async (folder) => {
    const at = (name: string) => parseLocation(`oci:${folder}/image:${name}`);
    const upper = await layerOf({ c: "3" });
    const index = await smallIndex();
    const [amd, arm] = index.images;
    const images = [...index.images].map(({ layers, platform }) => imageOf([...layers, upper], { platform }));
    const fresh = await Promise.all(
      [amd, arm].map(async (one) =>
        imageOf([await layerOf({ d: "4" })], { platform: one?.platform ?? arm64 }),
      ),
    );
    await saveImage(index, at("old"));
    await saveImage(assembleIndex(images), at("app"));
    await saveImage(assembleIndex(fresh), at("new"));
    await saveImage(fresh[0] as (typeof fresh)[number], at("one"));
    const rebase = (...tags: string[]) =>
      runTare(["rebase", ...tags.map((tag) => (tag === "-" ? "oci-archive:-" : `oci:image:${tag}`))], {
        folder,
      });
    expect((await rebase("app", "old", "new", "app2")).code).toBe(0);
    const rebased = await indexAt(`oci:${folder}/image:app2`);
    expect(rebased.images.map(({ layers }) => layers.map(({ diffId }) => diffId))).toEqual(
      fresh.map(({ layers }) => [layers[0]?.diffId, upper.diffId]),
    );
    expect(await rebase("app", "old", "one", "app3")).toMatchObject({
      code: 2,
      notes: [`oci:${folder}/image:one has no image for linux/arm64; it has linux/amd64.`],
    });
    expect((await rebase("app", "new", "old", "app3")).notes.join("")).toMatch(
      /app is not built upon .*new: layer 1 is/,
    );
    expect((await rebase("app", "-", "old", "app3")).notes.join("")).toMatch(/^a base is not read from/);
  }));
