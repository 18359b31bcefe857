import { expect, test } from "vitest";
import { parseLocation } from "../../src/images/location.ts";
import { refuseMisnamed } from "../../src/images/misnamed.ts";
import { saveImage } from "../../src/images/save.ts";
import { imageOf, layerOf } from "../kit/images.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const check = (text: string) => () => refuseMisnamed(parseLocation(text));

test.each([
  [
    "docker-archive:out/mine.tar.gz:a:1",
    "without compression",
    "call it mine.tar, or compress it on its way",
  ],
  ["oci-archive:mine.tgz", "without compression", "as in oci-archive:- | gzip > mine.tar.gz"],
  ["tar:root.tar.zst", "without compression", "call it root.tar,"],
  ["incus:foo.tar.xz", "with gzip", "call it foo.tar.gz"],
  ["incus:foo.tbz2", "with gzip", "call it foo.tar.gz"],
  ["incus:foo.zst", "with gzip", "call it foo.tar.gz"],
  ["aci:foo.aci.xz", "with gzip", "call it foo.aci."],
])("%s is refused, since it is written %s", (text, how, otherwise) => {
  expect(check(text)).toThrow(`it is written ${how}, not as its name says; `);
  expect(check(text)).toThrow(otherwise);
});

test.each([
  "docker-archive:mine.tar",
  "docker-archive:-",
  "oci:image.gz:1",
  "dir:image.xz",
  "incus:foo",
  "incus:foo.tar",
  "incus:foo.tgz",
  "incus:foo.tar.zst",
  "aci:foo.aci",
  "tar:root",
  "docker-daemon:tool.gz",
])("%s is what its name says", (text) => {
  expect(refuseMisnamed(parseLocation(text))).toEqual(parseLocation(text));
});

test("saving, and the command before it opens anything, refuse it", () =>
  withFolder(async (folder) => {
    const image = imageOf([await layerOf({ a: "1" })]);
    await expect(saveImage(image, parseLocation(`tar:${folder}/x.tar.gz`))).rejects.toMatchObject({
      code: "BAD_LOCATION",
    });
    for (const argv of [
      ["copy", "oci:none:1", "docker-archive:x.tar.gz"],
      ["import", "--to", "docker-archive:x.tar.gz", "none.tar", "x"],
    ]) {
      const { code, notes } = await runTare(argv, { folder });
      expect([code, notes.join()]).toEqual([
        2,
        expect.stringContaining("without compression, not as its name"),
      ]);
    }
  }));
