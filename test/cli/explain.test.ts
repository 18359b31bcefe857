import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import { arm64, imageOf, layerOf } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { newFolder } from "../kit/temporary.ts";

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  const images = [
    imageOf([await layerOf({ amd: "" })]),
    imageOf([await layerOf({ arm: "" })], { platform: arm64 }),
  ];
  await saveImage(assembleIndex(images), parseLocation(`oci:${folder}/both`));
  await writeFile(join(folder, "root.tar"), "");
});

afterAll(() => remove());

const tare = (line: string) => runTare(line.split(" "), { folder });

test("an image is explained for the platform that is asked for", async () => {
  const { code, out, notes } = await tare("explain oci:both --platform linux/arm64");
  expect({ code, notes }).toEqual({ code: 0, notes: [] });
  expect(out).toContain("What oci:both is");
  expect(out).toContain("An image for linux/arm64");
  expect(out).toContain("layout='both'");
});

test("what is no image, and what names two things, is refused", async () => {
  const refused = async (line: string) => {
    const { code, out, notes } = await tare(line);
    return { code, out, note: notes.join(" ") };
  };
  expect(await refused("explain tar:root.tar")).toMatchObject({ code: 2, out: "" });
  expect((await refused("explain tar:root.tar")).note).toContain("`tare import` makes an image");
  expect((await refused("explain oci:both --file tare.yaml")).note).toContain("an image or a recipe");
  expect((await refused("explain oci:both --platform linux/arm64 --platform linux/amd64")).note).toContain(
    "one platform at a time",
  );
  expect((await refused("explain oci:none")).code).toBe(3);
});

test("a path where no recipe lies but an image is told which one it is", async () => {
  expect((await tare("explain both")).notes).toEqual([
    '"both" is no location that can be used here: it is no recipe; did you mean oci:both?',
  ]);
  await writeFile(join(folder, "prod"), "name: x\nfrom: debian\nfrob: 1\n");
  expect((await tare("explain prod")).notes.join()).toContain("prod:3:1: ");
});
