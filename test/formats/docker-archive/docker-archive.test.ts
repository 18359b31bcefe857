import { expect, test } from "vitest";
import {
  decodeArchiveManifest,
  encodeArchiveManifest,
} from "../../../src/formats/docker-archive/manifest.ts";
import { encodeRepositories } from "../../../src/formats/docker-archive/repositories.ts";

test("manifest.json lists images in docker's words", () => {
  const images = [
    { config: "c.json", repoTags: ["a:1"], layers: ["l.tar"] },
    { config: "d.json", repoTags: [], layers: [] },
  ];
  const bytes = encodeArchiveManifest(images);
  expect(bytes.toString()).toBe(
    '[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar"]},{"Config":"d.json","RepoTags":null,"Layers":[]}]',
  );
  expect(decodeArchiveManifest(bytes, "x")).toEqual(images);
});

test("repositories maps name and tag to the topmost layer", () => {
  const names = [
    { repository: "me/shout", tag: "1", topLayer: "abc" },
    { repository: "constructor", tag: "1", topLayer: "def" },
    { repository: "me/shout", tag: "2", topLayer: "abc" },
  ];
  expect(encodeRepositories(names).toString()).toBe(
    '{"me/shout":{"1":"abc","2":"abc"},"constructor":{"1":"def"}}',
  );
});

test("a manifest.json without a configuration is refused", () => {
  expect(() => decodeArchiveManifest(Buffer.from('[{"Layers":[]}]'), "x.tar")).toThrow(
    "x.tar is not a sound docker archive: manifest.json[0].Config is not a string.",
  );
});
