import { expect, test } from "vitest";
import { hostKeys, hostMirrors } from "../../../src/sources/alpine/host.ts";
import { apkSigner } from "../../kit/apk-package.ts";
import { hostWith } from "../../kit/host-files.ts";

const mirrors = (...lines: readonly string[]) =>
  hostMirrors("v3.20", hostWith({ "/etc/apk/repositories": lines.join("\n") }));

test("the host's mirrors are what stands above a release, each once", async () => {
  expect(
    await mirrors(
      "http://mirror.example/alpine/v3.20/main",
      "http://mirror.example/alpine/v3.20/community/",
      "https://other.example/edge/testing",
      "file:///srv/alpine/latest-stable/main  ",
    ),
  ).toEqual(["http://mirror.example/alpine", "https://other.example", "file:///srv/alpine"]);
});

test("tagged lines, comments, folders and what has no release in it are no mirrors of the archive", async () => {
  expect(
    await mirrors(
      "@edge http://mirror.example/alpine/edge/main",
      "#http://mirror.example/alpine/v3.20/main",
      "/media/cdrom/apks",
      "http://mirror.example/own",
      "ftp://mirror.example/alpine/v3.20/main",
    ),
  ).toEqual([]);
  expect(await hostMirrors("v3.20", hostWith({}))).toEqual([]);
});

test("a long line without a release ends", async () => {
  expect(await mirrors(`http://${"a/v3.20/".repeat(50_000)}`)).toEqual([]);
});

test("a key of the host that cannot be read as one is named", async () => {
  const signer = apkSigner();
  const host = hostWith({
    [`/etc/apk/keys/${signer.name}`]: signer.publicPem,
    "/etc/apk/keys/broken.rsa.pub": "no key",
  });
  await expect(hostKeys("alpine/own-1", host)).rejects.toThrow("/etc/apk/keys/broken.rsa.pub");
});
