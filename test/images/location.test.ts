import { expect, test } from "vitest";
import { locationText, parseLocation } from "../../src/images/location.ts";

const good: readonly (readonly [string, object])[] = [
  ["oci:out", { transport: "oci", path: "out" }],
  ["oci:out:1.2", { transport: "oci", path: "out", name: "1.2" }],
  ["oci-archive:/a/b.tar:latest", { transport: "oci-archive", path: "/a/b.tar", name: "latest" }],
  ["docker-archive:x.tar", { transport: "docker-archive", path: "x.tar" }],
  ["docker-archive:x.tar:shout", { transport: "docker-archive", path: "x.tar", name: "shout" }],
  [
    "docker-archive:x.tar:registry.example:5000/a/b:1",
    { transport: "docker-archive", path: "x.tar", name: "registry.example:5000/a/b:1" },
  ],
  ["tar:-", { transport: "tar", path: "-" }],
  ["tar:a:b.tar", { transport: "tar", path: "a:b.tar" }],
  ["dir:some/folder", { transport: "dir", path: "some/folder" }],
];

test.each(good)("%s is a location", (text, location) => {
  const parsed = parseLocation(text);
  expect(parsed).toEqual(location);
  expect(locationText(parsed)).toBe(text);
});

const wrong: readonly (readonly [string, string])[] = [
  ["out.tar", "it begins with none of oci:, oci-archive:, docker-archive:, tar:, dir:"],
  ["ocy:out", "it begins with none of"],
  ["constructor:out", "it begins with none of"],
  ["oci:", "it names no path, as in oci:PATH[:TAG]"],
  ["oci::tag", "it names no path"],
  ["oci:out:not a tag", '"not a tag" is no name, as in oci:PATH[:TAG]'],
  ["docker-archive:x.tar:Upper:1", '"Upper:1" is no name'],
  ["dir:-", "dir: is a folder, not a stream"],
];

test.each(wrong)("%s is refused", (text, why) => {
  expect(() => parseLocation(text)).toThrow(why);
});
