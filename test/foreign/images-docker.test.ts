import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { busyboxImage, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

/** cap_net_raw+ep: the only attribute that docker exports. */
const netRaw = Buffer.from("0100000200200000000000000000000000000000", "hex");

/** What an archive holds under `bin/` and `data/`: attributes and content by path; hardlinks by all names of their file. */
async function dataOf(file: string): Promise<Map<string, object>> {
  const found = new Map<string, object>();
  const links = new Map<string, string>();
  for await (const entry of readTar([await readFile(file)], file)) {
    const { path, type, mode, uid, gid, mtime, link, major, minor, xattrs } = entry;
    const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
    const text = (await collect(content, 1 << 24, path)).toString("latin1");
    if (!/^(?:bin|data)/.test(path)) continue; // docker adds files of its own to the rest
    if (type === "hardlink") links.set(path, link ?? "");
    else found.set(path, { type, mode, uid, gid, mtime, link, major, minor, xattrs, content: text });
  }
  const names = new Map<string, string[]>();
  for (const [path, target] of links) names.set(target, [...(names.get(target) ?? [target]), path]);
  for (const [target, group] of names) {
    const file = found.get(target);
    for (const path of group) found.set(path, { ...file, names: group.sort() });
  }
  return found;
}

test("docker loads and runs the hybrid; what it exports and saves is what tar: and our reader say", async (context) => {
  needsPeers(context, ...dockerdPeers);
  needsRoot(context);
  const lower = await layerOf({
    "data/": {},
    "data/gone": "1",
    "data/replaced": { content: "old", mtime: 5 },
    "data/linked": { content: "shared", mode: 0o600, uid: 7, gid: 8 },
    "data/other => data/linked": { mode: 0o600, uid: 7, gid: 8 },
    "data/third => data/linked": { mode: 0o600, uid: 7, gid: 8 },
    "data/opaque/": {},
    "data/opaque/old": "1",
    "data/kept/": { mode: 0o700 },
    "data/kept/x": "x",
    "data/turns/": {},
    "data/turns/x": "x",
    "data/becomes": "a file",
    "data/link -> ../etc/motd": "",
    "data/pipe": { type: "fifo" },
    "data/null": { type: "character", major: 1, minor: 3, mode: 0o666 },
    "data/able": { content: "c", xattrs: new Map([["security.capability", netRaw]]) },
  });
  const upper = await layerOf(
    {
      "data/": { mtime: 10 },
      "data/.wh.gone": "",
      "data/replaced": { content: "new", mtime: 6 },
      "data/linked": "no longer shared",
      "data/opaque/": {},
      "data/opaque/.wh..wh..opq": "",
      "data/opaque/new": "2",
      "data/kept/": { mode: 0o750, uid: 3_000_000 },
      "data/turns": "a file now",
      "data/becomes/": {},
      "data/becomes/x": "in it",
    },
    "none",
  );
  const image = await busyboxImage(lower, upper);
  await withFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await saveImage(image, parseLocation(`docker-archive:${file("x.tar")}:tare/test:1`));
    await saveImage(image, parseLocation(`tar:${file("root.tar")}`));
    await withDockerd(async (docker) => {
      expect(await docker(["load", "--input", file("x.tar")])).toMatchObject({
        code: 0,
        stdout: "Loaded image: tare/test:1\n",
      });
      const id = await docker(["image", "inspect", "--format", "{{.Id}}", "tare/test:1"]);
      expect(id.stdout.trim()).toBe(image.configuration.digest);
      expect(await docker(["run", "--rm", "--network", "none", "tare/test:1"])).toMatchObject({
        code: 0,
        stdout: "made of layers\n",
      });
      const container = (await docker(["create", "--network", "none", "tare/test:1"])).stdout.trim();
      await docker(["export", "--output", file("export.tar"), container]);
      await docker(["save", "--output", file("saved.tar"), "tare/test:1"]);
    });
    const exported = await dataOf(file("export.tar"));
    expect(exported.size).toBeGreaterThan(15);
    expect(await dataOf(file("root.tar"))).toEqual(exported);
    const saved = (await openImage(
      parseLocation(`docker-archive:${file("saved.tar")}:tare/test:1`),
    )) as Image;
    expect(saved.configuration.digest).toBe(image.configuration.digest);
    expect(saved.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
  });
});

test("docker loads by their whole names what two tags of a layout are copied to", async (context) => {
  needsPeers(context, ...dockerdPeers);
  needsRoot(context);
  await withFolder(async (folder) => {
    for (const [name, tag] of [
      ["registry.example/web", "2"],
      ["shout:1", "3"],
    ] as const)
      await saveImage(await busyboxImage(), parseLocation(`oci:${folder}/image:${tag}`), { name });
    const copied = await runTare(["copy", "oci:image:2", "oci:image:3", "docker-archive:x.tar"], { folder });
    expect(copied.code).toBe(0);
    await withDockerd(async (docker) => {
      const { stdout } = await docker(["load", "--input", join(folder, "x.tar")]);
      expect(stdout).toBe("Loaded image: registry.example/web:2\nLoaded image: shout:3\n");
    });
  });
});
