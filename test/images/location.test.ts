import { expect, test } from "vitest";
import { locationFrom, locationText, parseLocation } from "../../src/images/location.ts";

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
  ["docker-daemon:", { transport: "docker-daemon", path: "" }],
  ["docker-daemon:shout", { transport: "docker-daemon", path: "", name: "shout" }],
  [
    "docker-daemon:registry.example:5000/a/b:1",
    { transport: "docker-daemon", path: "", name: "registry.example:5000/a/b:1" },
  ],
  ["aci://example.com/app:1.0", { transport: "aci", path: "", name: "example.com/app:1.0" }],
  ["aci:a:b.aci", { transport: "aci", path: "a:b.aci" }],
  ["nspawn:a:b.tar.zst", { transport: "nspawn", path: "a:b.tar.zst" }],
  ["incus:a:b", { transport: "incus", path: "a:b" }],
  ["wsl:-", { transport: "wsl", path: "-" }],
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
  [
    "out.tar",
    "it begins with none of oci:, oci-archive:, docker-archive:, docker-daemon:, aci:, incus:, nspawn:, wsl:, squashfs:, ext4:, tar:, dir:",
  ],
  ["ocy:out", "it begins with none of"],
  ["constructor:out", "it begins with none of"],
  ["oci:", "it names no path, as in oci:PATH[:TAG]"],
  ["oci::tag", "it names no path"],
  ["oci:out:not a tag", '"not a tag" is no name, as in oci:PATH[:TAG]'],
  ["docker-archive:x.tar:Upper:1", '"Upper:1" is no name'],
  ["docker-daemon:../x", '"../x" is no name, as in docker-daemon:NAME[:TAG]'],
  ["aci:", "it names no path, as in aci:PATH"],
  ["aci:///tmp/x.aci", '"/tmp/x.aci" is no name, as in aci://HOST/NAME[:VERSION]'],
  ["aci://example.com/app:1/2", '"example.com/app:1/2" is no name'],
  ["aci://user@example.com/app", "is no name"],
  ["aci://../app", "is no name"],
  ["wsl:x.tar.gz", "Windows goes by its name, which must end in .wsl"],
  ["nspawn:-", "it is a file, not a stream"],
  ["nspawn:root.tgz", "its name, which must end in .tar, .tar.gz or .tar.zst"],
  ["nspawn:root.tar/x", "must end in .tar"],
  ["nspawn:a\\b.tar", "goes by its name"],
  ["dir:-", "dir: is a folder, not a stream"],
];

test.each(wrong)("%s is refused", (text, why) => {
  expect(() => parseLocation(text)).toThrow(why);
});

test.each([
  ["oci:out:1", "oci:/here/out:1"],
  ["tar:../x.tar", "tar:/x.tar"],
  ["tar:/a.tar", "tar:/a.tar"],
  ["docker-archive:-:shout", "docker-archive:-:shout"],
  ["docker-daemon:shout", "docker-daemon:shout"],
  ["aci://example.com/app", "aci://example.com/app"],
])("%s in the folder /here is %s", (text, absolute) => {
  expect(locationText(locationFrom(parseLocation(text), "/here"))).toBe(absolute);
});
