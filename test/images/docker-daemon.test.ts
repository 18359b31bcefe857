import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { dockerHost } from "../../src/images/docker-host.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openNamed } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image, Layer } from "../../src/model/image.ts";
import type { Fetch } from "../../src/model/seams.ts";
import { imageOf, layerOf } from "../kit/images.ts";
import { memoryDaemon } from "../kit/memory-daemon.ts";
import { withFolder } from "../kit/temporary.ts";

const there = parseLocation("docker-daemon:shout:1");
const smallImage = async () => imageOf([await layerOf({ a: "1" })]);

test("what a daemon gets is what docker-archive: writes, and comes back the same", () =>
  withFolder(async (folder) => {
    const image = await smallImage();
    const { connect, images, loaded, asked } = memoryDaemon();
    const saved = await saveImage(image, there, { connect });
    const [archive] = loaded as [Buffer];
    expect(saved).toEqual({ digest: image.manifest.digest, bytes: archive.byteLength, path: "" });
    await saveImage(image, parseLocation(`docker-archive:${folder}/x.tar:shout:1`));
    expect(archive.equals(await readFile(join(folder, "x.tar")))).toBe(true);
    images.set("shout:1", archive);
    const opened = await openNamed(there, { connect, scratch: async () => folder });
    expect((opened.image as Image).manifest.digest).toBe(image.manifest.digest);
    expect(asked).toEqual([
      "GET /_ping",
      "POST /v1.41/images/load?quiet=0",
      "GET /_ping",
      "GET /v1.41/images/shout:1/json",
      "GET /v1.41/images/get?names=shout%3A1",
    ]);
  }));

test.each([
  ["1.24", "1.24"],
  ["1.51", "1.51"],
  ["1.99", "1.51"],
  ["2.0", "1.51"],
  [null, "1.24"],
  ["nonsense/../..", "1.24"],
])("a daemon that speaks %s is spoken to in %s", async (apiVersion, spoken) => {
  const { connect, asked } = memoryDaemon({ apiVersion });
  await saveImage(await smallImage(), there, { connect });
  expect(asked[1]).toBe(`POST /v${spoken}/images/load?quiet=0`);
});

test("the name of the recipe serves where the location has none; a digest and nothing do not", async () => {
  const { connect, loaded } = memoryDaemon();
  const image = await smallImage();
  const nowhere = parseLocation("docker-daemon:");
  await saveImage(image, nowhere, { connect, name: "registry.example/shout" });
  expect(loaded[0]?.includes('"RepoTags":["registry.example/shout:latest"]')).toBe(true);
  await expect(saveImage(image, nowhere, { connect })).rejects.toThrow(
    '"docker-daemon:" is no location that can be used here: it does not say what docker shall call the image, as in docker-daemon:NAME[:TAG].',
  );
  const id = parseLocation(`docker-daemon:${image.configuration.digest}`);
  await expect(saveImage(image, id, { connect })).rejects.toThrow(
    "docker takes an image under a name, not a digest",
  );
  await expect(openNamed(nowhere, { connect })).rejects.toThrow(
    "it names no image, as in docker-daemon:NAME",
  );
  await expect(openNamed(there, { connect })).rejects.toThrow("there is no scratch folder to keep it in");
});

test("a daemon that says no is quoted, in its answer or in the midst of it", async () => {
  const image = await smallImage();
  const failing = (load: () => Response) =>
    saveImage(image, there, { connect: memoryDaemon({ load }).connect });
  const sentence = (why: string) =>
    `The docker daemon at unix:///var/run/docker.sock does not load the image: ${why}.`;
  await expect(
    failing(() => new Response('{"message":"no space left on device\\n"}', { status: 500 })),
  ).rejects.toThrow(sentence("no space left on device"));
  await expect(
    failing(
      () => new Response('{"stream":"a"}\n{"error":"x","errorDetail":{"message":"invalid tar header."}}'),
    ),
  ).rejects.toThrow(sentence("invalid tar header"));
  await expect(failing(() => new Response(null, { status: 507 }))).rejects.toThrow(sentence("status 507"));
});

test("content that is not what it should be ends the sending with its own sentence", async () => {
  const layer = await layerOf({ a: "1" });
  const bad: Layer = { ...layer, digest: `sha256:${"0".repeat(64)}` };
  await expect(saveImage(imageOf([bad]), there, { connect: memoryDaemon().connect })).rejects.toMatchObject({
    code: "DIGEST_MISMATCH",
  });
});

test.each([
  ["ENOENT", "there is no such socket; start docker, or say in DOCKER_HOST where it listens"],
  ["ECONNREFUSED", "nobody listens there; start docker, or say in DOCKER_HOST where it listens"],
  ["EACCES", "permission denied; join the group that owns the socket (docker, as a rule)"],
  ["ECONNRESET", "the connection broke (ECONNRESET); look at the daemon's log"],
])("%s has one sentence", async (code, sentence) => {
  const broken: Fetch = async () => {
    const cause = Object.assign(new Error(code), { code });
    throw new TareError({ code: "HTTP_FAILED", where: "x", why: code, again: false }, { cause });
  };
  const failed = saveImage(await smallImage(), there, { connect: () => broken });
  await expect(failed).rejects.toThrow(
    `The docker daemon at unix:///var/run/docker.sock cannot be reached: ${sentence}.`,
  );
});

test("an image that is not there is told with those that are", () =>
  withFolder(async (folder) => {
    const { connect, images } = memoryDaemon();
    for (let at = 0; at < 12; at += 1) images.set(`image-${at}:1`, Buffer.alloc(0));
    await expect(openNamed(there, { connect, scratch: async () => folder })).rejects.toThrow(
      /holds no image named shout:1: name one of image-0:1, .*image-4:1 and 7 more\.$/,
    );
  }));

test.each([
  [undefined, { socketPath: "/var/run/docker.sock" }],
  ["", { socketPath: "/var/run/docker.sock" }],
  ["unix:///run/user/1000/docker.sock", { socketPath: "/run/user/1000/docker.sock" }],
  ["tcp://docker.example", { host: "docker.example", port: 2375 }],
  ["tcp://127.0.0.1:80/", { host: "127.0.0.1", port: 80 }],
  ["http://[::1]:4000", { host: "::1", port: 4000 }],
])("DOCKER_HOST=%s leads there", (host, endpoint) => {
  const { connect, endpoints } = memoryDaemon();
  dockerHost({ environment: { DOCKER_HOST: host }, connect });
  expect(endpoints).toEqual([endpoint]);
});

test.each([
  "ssh://me@docker.example",
  "unix://relative",
  "npipe:////./pipe/docker",
  "tcp://",
  "/var/run/docker.sock",
])("DOCKER_HOST=%s is refused", (host) => {
  expect(() => dockerHost({ environment: { DOCKER_HOST: host } })).toThrow(
    `The environment variable DOCKER_HOST cannot be used: ${host} is neither unix:///PATH nor tcp://HOST:PORT;`,
  );
});

test("a daemon behind TLS is refused, since nothing here speaks it", () => {
  const environment = { DOCKER_HOST: "tcp://docker.example:2376", DOCKER_TLS_VERIFY: "1" };
  expect(() => dockerHost({ environment })).toThrow("DOCKER_TLS_VERIFY cannot be used");
});
