import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { isIndex } from "../../src/images/blobs.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { arm64, busyboxImage, imageOf, layerOf } from "../kit/images.ts";
import { runInNspawn } from "../kit/nspawn.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { withFolder } from "../kit/temporary.ts";

const save = (image: Parameters<typeof saveImage>[0], text: string, name?: string) =>
  saveImage(image, parseLocation(text), name === undefined ? {} : { name });

const mixedImage = async () =>
  busyboxImage(
    await layerOf({ "etc/": {}, "etc/note": "two\n" }, "zstd"),
    await layerOf({ "etc/": {}, "etc/.wh.os-release": "" }, "none"),
  );

test("skopeo reads every form, and copies keep the digest", async (context) => {
  needsPeers(context, "skopeo");
  await withFolder(async (folder) => {
    const image = await mixedImage();
    for (const form of ["oci", "oci-archive", "dir"]) {
      const location = `${form}:${folder}/${form}`;
      await save(image, location);
      expect(digestOf(await mustRun("skopeo", ["inspect", "--raw", location]))).toBe(image.manifest.digest);
      for (const other of ["oci", "oci-archive", "dir"]) {
        const copy = `${other}:${folder}/${form}-${other}`;
        await mustRun("skopeo", ["--insecure-policy", "copy", "--preserve-digests", location, copy]);
        const opened = (await openImage(parseLocation(copy))) as Image;
        expect(opened.manifest.digest).toBe(image.manifest.digest);
      }
    }
  });
});

test("skopeo reads the hybrid as a docker archive and as an OCI archive", async (context) => {
  needsPeers(context, "skopeo");
  await withFolder(async (folder) => {
    const image = await busyboxImage(await layerOf({ "etc/": {}, "etc/note": "two\n" }));
    const file = join(folder, "x.tar");
    await save(image, `docker-archive:${file}:shout:1`);
    const raw = await mustRun("skopeo", ["inspect", "--raw", `oci-archive:${file}`]);
    expect(digestOf(raw)).toBe(image.manifest.digest);
    const listed = await mustRun("skopeo", ["list-tags", `docker-archive:${file}`]);
    expect(JSON.parse(listed).Tags).toEqual(["shout:1"]);
    for (const name of [`docker-archive:${file}`, `docker-archive:${file}:shout:1`]) {
      const config = await mustRun("skopeo", ["inspect", "--config", "--raw", name]);
      expect(digestOf(config)).toBe(image.configuration.digest);
    }
    // skopeo writes docker archives of its own; ours reads them back to the same configuration and layers.
    await mustRun("skopeo", [
      "--insecure-policy",
      "copy",
      `oci-archive:${file}`,
      `docker-archive:${file}.2:a:1`,
    ]);
    const opened = (await openImage(parseLocation(`docker-archive:${file}.2`))) as Image;
    expect(opened.configuration.digest).toBe(image.configuration.digest);
    expect(opened.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
    await save(opened, `tar:${folder}/root.tar`);
  });
});

test("skopeo copies an index of several platforms whole", async (context) => {
  needsPeers(context, "skopeo");
  await withFolder(async (folder) => {
    const layer = await layerOf({ a: "1" });
    const index = assembleIndex([imageOf([layer]), imageOf([layer], { platform: arm64 })]);
    for (const form of ["oci", "oci-archive", "dir"]) {
      await save(index, `${form}:${folder}/${form}`);
      for (const other of ["oci", "dir"]) {
        const copy = `${other}:${folder}/${form}-${other}`;
        const args = ["--insecure-policy", "copy", "--all", "--preserve-digests"];
        await mustRun("skopeo", [...args, `${form}:${folder}/${form}`, copy]);
        const opened = await openImage(parseLocation(copy));
        expect(isIndex(opened) && opened.index.digest).toBe(index.index.digest);
      }
    }
  });
});

test("skopeo and umoci add tags to a layout of ours, and we to theirs", async (context) => {
  needsPeers(context, "skopeo", "umoci");
  await withFolder(async (folder) => {
    const image = await busyboxImage();
    const layout = join(folder, "layout");
    await save(image, `oci:${layout}:ours`);
    await mustRun("skopeo", ["--insecure-policy", "copy", `oci:${layout}:ours`, `oci:${layout}:theirs`]);
    await mustRun("umoci", ["tag", "--image", `${layout}:theirs`, "third"]);
    await save(imageOf([await layerOf({ a: "1" })]), `oci:${layout}:ours`);
    const tags = (await mustRun("umoci", ["ls", "--layout", layout])).trim().split("\n").sort();
    expect(tags).toEqual(["ours", "theirs", "third"]);
    const opened = (await openImage(parseLocation(`oci:${layout}:third`))) as Image;
    expect(opened.manifest.digest).toBe(image.manifest.digest);
    await mustRun("umoci", ["gc", "--layout", layout]);
    await openImage(parseLocation(`oci:${layout}:ours`));
  });
});

test("umoci unpacks what tar: writes, and it runs in runc and in systemd-nspawn", async (context) => {
  needsPeers(context, "umoci", "tar", "runc", "systemd-nspawn");
  needsRoot(context);
  await withFolder(async (folder) => {
    const upper = await layerOf({
      "etc/": {},
      "etc/motd": "the upper one\n",
      "etc/.wh.passwd": "",
      "etc/keep => etc/motd": "",
    });
    const image = await busyboxImage(upper);
    await save(image, `oci:${folder}/layout:1`);
    const bundle = join(folder, "bundle");
    await mustRun("umoci", ["unpack", "--image", `${folder}/layout:1`, bundle]);
    await save(image, `tar:${folder}/root.tar`);
    const root = join(folder, "root");
    await mkdir(root);
    // A folder's entries are not side by side when layers add to it: without the option GNU tar restores its time early.
    await mustRun("tar", ["-C", root, "--delay-directory-restore", "-xpf", `${folder}/root.tar`]);
    const listing = ["-printf", "%P %y %m %U %G %s %T@ %l %n\\n"];
    const ours = await mustRun("find", [root, ...listing]);
    const theirs = await mustRun("find", [`${bundle}/rootfs`, ...listing]);
    expect(ours.split("\n").sort()).toEqual(theirs.split("\n").sort());
    expect(await readFile(join(root, "etc/keep"), "utf8")).toBe("the upper one\n");
    expect(await runInRunc(root, ["/bin/cat", "/etc/motd"])).toMatchObject({
      code: 0,
      stdout: "the upper one\n",
    });
    const failing = await runInRunc(root, ["/bin/sh", "-c", "exit 7"]);
    expect(failing.code).toBe(7);
    const spawned = await runInNspawn(root, ["/bin/cat", "/etc/motd"]);
    expect(spawned).toMatchObject({ code: 0, stdout: "the upper one\n" });
  });
});

test("podman loads every form under the name it was given, and runs it", async (context) => {
  needsPeers(context, "podman", "runc");
  needsRoot(context);
  await withFolder(async (folder) => {
    const storage = ["--root", `${folder}/store`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
    const podman = (...args: string[]) =>
      runCommand("podman", [...storage, "--cgroup-manager", "cgroupfs", "--runtime", "runc", ...args]);
    const image = await busyboxImage();
    await save(image, `docker-archive:${folder}/hybrid.tar`, "shout:1");
    await save(image, `oci-archive:${folder}/oci.tar`, "registry.example/shout:2");
    await save(image, `oci-archive:${folder}/nameless.tar`);
    expect((await podman("load", "-i", `${folder}/hybrid.tar`)).stdout).toContain(
      "docker.io/library/shout:1",
    );
    expect((await podman("load", "-i", `${folder}/oci.tar`)).stdout).toContain("registry.example/shout:2");
    expect((await podman("load", "-i", `${folder}/nameless.tar`)).stdout).toContain("Loaded image");
    const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"];
    const ran = await podman("run", "--rm", ...limits, "--network", "none", "docker.io/library/shout:1");
    expect(ran).toMatchObject({ code: 0, stdout: "made of layers\n" });
    await podman("rmi", "--all", "--force");
  });
});

test("a disk that fills up keeps what was there, and nothing half-written", async (context) => {
  needsPeers(context, "mount", "umount");
  needsRoot(context);
  await withFolder(async (folder) => {
    const mounted = await runCommand("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
    if (mounted.code !== 0) context.skip("may not mount here");
    try {
      await writeFile(join(folder, "x.tar"), "before");
      const image = imageOf([await layerOf({ a: { content: randomBytes(3 << 20) } })]);
      for (const form of ["docker-archive", "oci-archive", "tar"])
        await expect(save(image, `${form}:${folder}/x.tar`)).rejects.toMatchObject({ code: "DISK_FULL" });
      expect(await readdir(folder)).toEqual(["x.tar"]);
      expect(await readFile(join(folder, "x.tar"), "utf8")).toBe("before");
      await expect(save(image, `oci:${folder}/layout`)).rejects.toMatchObject({ code: "DISK_FULL" });
      expect((await readdir(folder, { recursive: true })).filter((name) => name.includes(".part"))).toEqual(
        [],
      );
    } finally {
      await runCommand("umount", [folder]);
    }
  });
});
