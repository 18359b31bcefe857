import { createReadStream } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import type { CopyResult } from "../../src/images/copy.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { mustRun } from "../kit/command.ts";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { arm64, busyboxImage, imageOf, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { type RunOptions, runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";
import { withWorkplace } from "../kit/workplace.ts";

/** `tare copy`, which has to work. */
async function copy(locations: readonly string[], options: RunOptions): Promise<CopyResult> {
  const { code, out, notes } = await runTare(["copy", "--json", ...locations], options);
  if (code !== 0) throw new Error(notes.join("\n"));
  return JSON.parse(out) as CopyResult;
}

const rawDigest = async (location: string) =>
  digestOf(await mustRun("skopeo", ["inspect", "--raw", location]));
const configDigest = async (location: string) =>
  digestOf(await mustRun("skopeo", ["inspect", "--config", "--raw", location]));

test("a built image goes to docker and runs; what docker built goes everywhere with its image ID", async (context) => {
  needsPeers(context, "skopeo", ...dockerdPeers);
  needsRoot(context);
  const busybox = { content: await readFile("/bin/busybox"), mode: 0o755 };
  const data = {
    packages: [{ name: "busybox", files: { "bin/busybox": busybox } }],
    recipe: {
      packages: { include: ["busybox"] },
      config: { cmd: ["/bin/busybox", "echo", "built by tare"] },
    },
  };
  await withWorkplace(data, ({ folder, tare }) =>
    withDockerd(async (docker, socket) => {
      const environment = { DOCKER_HOST: socket };
      const must = async (...args: string[]) => {
        const { code, stdout, stderr } = await docker(args, { cwd: folder, env: { DOCKER_BUILDKIT: "0" } });
        if (code !== 0) throw new Error(stderr);
        return stdout.trim();
      };
      const idOf = (name: string) => must("image", "inspect", "--format", "{{.Id}}", name);
      const run = (name: string) => must("run", "--rm", "--network", "none", name);

      const built = await tare("build --json --to docker-daemon:", environment);
      expect(built.notes).toEqual(["tare.lock was written."]);
      const result = JSON.parse(built.out);
      expect(result.written[0].location).toBe("docker-daemon:");
      expect(await idOf("demo:latest")).toBe(result.images[0].configuration);
      expect(await run("demo")).toBe("built by tare");

      await mkdir(join(folder, "context"));
      await copyFile("/bin/busybox", join(folder, "context/busybox"));
      await writeFile(
        join(folder, "context/Dockerfile"),
        'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "touch", "/made"]\nLABEL a=b\nCMD ["/bin/busybox", "ls", "/made"]\n',
      );
      await must("build", "--network", "none", "--tag", "theirs:1", "context");
      await must("tag", "theirs:1", "registry.example/theirs:2");
      const id = await idOf("theirs:1");
      await must("save", "--output", "saved.tar", "theirs:1", "registry.example/theirs:2");

      const options = { folder, environment };
      const stdin = createReadStream(join(folder, "saved.tar"));
      await copy(["docker-archive:-:theirs:1", "oci:saved:1"], { ...options, stdin });
      await copy(["docker-daemon:theirs:1", "oci:direct:1"], options);
      await copy([`docker-daemon:${id}`, "docker-archive:by-id.tar:x:1"], options);
      for (const place of [
        "oci:saved:1",
        "oci:direct:1",
        "docker-archive:by-id.tar",
        "docker-archive:saved.tar:theirs:1",
      ])
        expect(await configDigest(place.replace(":", `:${folder}/`))).toBe(id);
      expect(await rawDigest(`oci:${folder}/saved:1`)).toBe(await rawDigest(`oci:${folder}/direct:1`));

      const back = await copy(["oci:direct:1", "docker-daemon:back:1"], options);
      expect(back).toMatchObject({ keeps: "configuration", images: [{ digest: id }] });
      expect(await idOf("back:1")).toBe(id);
      expect(await run("back:1")).toBe("/made");

      await copy(["docker-daemon:demo", "docker-daemon:theirs:1", "docker-archive:both.tar"], options);
      await must("rmi", "--force", "demo", "theirs:1", "registry.example/theirs:2", "back:1", "x:1").catch(
        () => "",
      );
      expect((await must("load", "--input", "both.tar")).split("\n")).toEqual([
        "Loaded image: demo:latest",
        "Loaded image: theirs:1",
      ]);
      expect([await run("demo"), await run("theirs:1")]).toEqual(["built by tare", "/made"]);
      const gone = await runTare(["copy", "docker-daemon:back:1", "oci:no"], options);
      expect(gone).toMatchObject({
        code: 2,
        notes: [expect.stringContaining("holds no image named back:1")],
      });
    }),
  );
});

const sources = [
  "oci:1:1",
  "oci-archive:1.oci:1",
  "docker-archive:1.tar:shout:1",
  "dir:1.dir",
  "docker-manifest",
];
const destinations = ["oci:2:2", "oci-archive:2.oci:2", "docker-archive:2.tar:other:2", "dir:2.dir"];

test.for(sources)(
  "skopeo finds the same manifest and configuration after a copy from %s",
  async (kind, context) => {
    needsPeers(context, "skopeo");
    await withFolder(async (folder) => {
      const image = await busyboxImage(await layerOf({ "etc/": {}, "etc/note": "two\n" }));
      const at = (location: string) => location.replace(":", `:${folder}/`);
      let source = kind;
      if (kind === "docker-manifest") {
        // skopeo makes a manifest of docker's own kind of an archive of docker's own kind.
        source = "dir:1.dir";
        await saveImage(image, parseLocation(`docker-archive:${folder}/hybrid.tar:shout:1`));
        const from = `docker-archive:${folder}/hybrid.tar`;
        await mustRun("skopeo", ["--insecure-policy", "copy", from, `dir:${folder}/1.dir`]);
      } else await saveImage(image, parseLocation(at(source)));
      const opened = (await openImage(parseLocation(at(source)))) as Image;
      const { digest } = opened.manifest;
      for (const destination of destinations) {
        const copied = await copy([source, destination], { folder });
        const [one] = copied.images;
        expect(one?.source).toBe(digest);
        // Docker's kind of manifest stays only where its readers look for it.
        const kept = kind !== "docker-manifest" || destination.startsWith("dir:");
        expect(one?.digest === digest).toBe(kept);
        expect(copied.notes.some((note) => note.includes(`so ${digest} became ${one?.digest}`))).toBe(!kept);
        const asOci = at(destination).replace(/^docker-archive:(.*):other:2$/, "oci-archive:$1:2");
        expect(await rawDigest(asOci)).toBe(one?.digest);
        expect(await configDigest(at(destination))).toBe(image.configuration.digest);
      }
    });
  },
);

test("an index is the same to skopeo after a copy, and one platform of it is what skopeo takes, too", async (context) => {
  needsPeers(context, "skopeo");
  await withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" });
    const index = assembleIndex([imageOf([layer]), imageOf([layer], { platform: arm64 })]);
    await saveImage(index, parseLocation(`oci:${folder}/1:1`));
    for (const place of ["oci:2:1", "oci-archive:2.tar:1", "dir:2.dir"]) {
      await copy(["oci:1:1", place], { folder });
      expect(await rawDigest(place.replace(":", `:${folder}/`))).toBe(index.index.digest);
    }
    await copy(["--platform", "linux/arm64", "oci:1:1", "oci:arm:1"], { folder });
    const theirs = ["--insecure-policy", "--override-arch", "arm64", "copy", "--preserve-digests"];
    await mustRun("skopeo", [...theirs, `oci:${folder}/1:1`, `oci:${folder}/theirs:1`]);
    expect(await rawDigest(`oci:${folder}/arm:1`)).toBe(await rawDigest(`oci:${folder}/theirs:1`));
  });
});

test("skopeo and umoci read layers that were compressed anew", async (context) => {
  needsPeers(context, "skopeo", "umoci");
  await withFolder(async (folder) => {
    const image = await busyboxImage(await layerOf({ "etc/": {}, "etc/note": "two\n" }, "none"));
    await saveImage(image, parseLocation(`oci:${folder}/1:1`));
    for (const how of ["zstd", "gzip:9", "none"]) {
      const place = `oci:${folder}/${how.slice(0, 4)}`;
      await copy(["--compression", how, "oci:1:1", `${place}:1`], { folder });
      await mustRun("skopeo", ["--insecure-policy", "copy", `${place}:1`, `dir:${place.slice(4)}.dir`]);
      expect(await configDigest(`${place}:1`)).toBe(image.configuration.digest);
    }
    await mustRun("umoci", ["unpack", "--rootless", "--image", `${folder}/gzip:1`, `${folder}/bundle`]);
    expect(await readFile(join(folder, "bundle/rootfs/etc/note"), "utf8")).toBe("two\n");
  });
});
