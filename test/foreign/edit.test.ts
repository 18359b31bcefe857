import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import type { CopyResult } from "../../src/images/copy.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { mustRun } from "../kit/command.ts";
import { type Docker, dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { busyboxImage, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { type RunOptions, runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

/** A command that has to work. */
async function edit(args: readonly string[], options: RunOptions): Promise<CopyResult> {
  const { code, out, notes } = await runTare([...args, "--json"], options);
  if (code !== 0) throw new Error(notes.join("\n"));
  return JSON.parse(out) as CopyResult;
}

async function must(docker: Docker, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** cap_net_raw+ep: the only attribute that docker exports. */
const netRaw = Buffer.from("0100000200200000000000000000000000000000", "hex");

/** Whiteouts, an opaque folder, and hardlinks that go from layer to layer. */
const layers = () =>
  Promise.all([
    layerOf({
      "data/": { mtime: 3 },
      "data/gone": "1",
      "data/gone-folder/": {},
      "data/gone-folder/deep": "1",
      "data/replaced": { content: "old", mtime: 5 },
      "data/linked": { content: "shared", mode: 0o600, uid: 7, gid: 8, mtime: 9 },
      "data/other => data/linked": { mode: 0o600, uid: 7, gid: 8, mtime: 9 },
      "data/survivor": { content: "first name goes", mtime: 4 },
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
      "data/disk": { type: "block", major: 8, minor: 1, mode: 0o660, gid: 6 },
      "data/able": { content: "c", xattrs: new Map([["security.capability", netRaw]]) },
      "data/setuid": { content: "s", mode: 0o4755 },
    }),
    layerOf(
      {
        "data/": { mtime: 10 },
        "data/.wh.gone": "",
        "data/.wh.gone-folder": "",
        "data/replaced": { content: "new", mtime: 6 },
        "data/linked": { content: "shared", mode: 0o600, uid: 7, gid: 8, mtime: 9 },
        "data/other => data/linked": { mode: 0o600, uid: 7, gid: 8, mtime: 9 },
        "data/upper => data/linked": { mode: 0o600, uid: 7, gid: 8, mtime: 9 },
        "data/opaque/": { mtime: 2 },
        "data/opaque/.wh..wh..opq": "",
        "data/opaque/new": "2",
        "data/kept/": { mode: 0o750, uid: 3_000_000 },
        "data/turns": "a file now",
        "data/becomes/": {},
        "data/becomes/x": "in it",
      },
      "none",
    ),
    layerOf({
      "data/": { mtime: 11 },
      "data/second => data/survivor": { mtime: 4 },
      "data/third => data/upper": { mode: 0o600, uid: 7, gid: 8, mtime: 9 },
    }),
    layerOf({ "data/": { mtime: 12 }, "data/.wh.survivor": "", "data/.wh.linked": "" }),
  ]);

/** Docker puts these into every container. */
const dockersOwn = /^(?:\.dockerenv|dev(?:\/.*)?|etc|etc\/(?:hosts|hostname|resolv\.conf|mtab))$/;

/** All that an archive holds but what docker adds: attributes and content by path; of hardlinks, all names. */
async function entriesIn(file: string): Promise<Map<string, object>> {
  const found = new Map<string, object>();
  const links = new Map<string, string>();
  for await (const entry of readTar([await readFile(file)], file)) {
    const { path, type, mode, uid, gid, mtime, link, major, minor, xattrs } = entry;
    const content = entry.content instanceof Uint8Array ? [entry.content] : entry.content;
    const digest = digestOf(await collect(content, 1 << 24, path));
    if (path === "" || dockersOwn.test(path)) continue;
    if (type === "hardlink") links.set(path, link ?? "");
    else found.set(path, { type, mode, uid, gid, mtime, link, major, minor, xattrs, digest });
  }
  const names = new Map<string, string[]>();
  for (const [path, target] of links) names.set(target, [...(names.get(target) ?? [target]), path]);
  for (const [target, group] of names) {
    const file = found.get(target);
    for (const path of group) found.set(path, { ...file, names: group.sort() });
  }
  return found;
}

test("a flattened image is what docker exports of it, entry by entry, and what tar: writes", async (context) => {
  needsPeers(context, "skopeo", "umoci", ...dockerdPeers);
  needsRoot(context);
  const image = await busyboxImage(...(await layers()));
  await withFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await saveImage(image, parseLocation(`docker-archive:${file("x.tar")}:tare/test:1`));
    const flat = await edit(["flatten", "docker-archive:x.tar", "oci:flat:1"], { folder });
    const again = await edit(["flatten", "docker-archive:x.tar", "docker-archive:again.tar"], { folder });
    expect(again.images[0]?.digest).toBe(flat.images[0]?.digest);
    expect(flat.notes.join("\n")).toContain(`${image.manifest.digest} became ${flat.images[0]?.digest}.`);
    const opened = (await openImage(parseLocation(`oci:${file("flat")}:1`))) as Image;
    const written = await edit(["copy", "docker-archive:x.tar", "tar:root.tar"], { folder });
    expect(opened.layers.map(({ diffId }) => diffId)).toEqual([written.images[0]?.digest]);
    const raw = JSON.parse(
      await mustRun("skopeo", ["inspect", "--config", "--raw", `oci:${file("flat")}:1`]),
    );
    expect(raw).toMatchObject({
      config: image.config.config,
      rootfs: { diff_ids: [written.images[0]?.digest] },
    });
    await mustRun("umoci", ["unpack", "--image", `${file("flat")}:1`, file("bundle")]);
    expect(await readFile(file("bundle/rootfs/data/opaque/new"), "utf8")).toBe("2");
    const inDocker = async (docker: Docker) => {
      await must(docker, "load", "--input", file("x.tar"));
      const export_ = async (name: string, to: string) => {
        const container = await must(docker, "create", "--network", "none", name);
        await must(docker, "export", "--output", file(to), container);
      };
      await export_("tare/test:1", "export.tar");
      await must(docker, "rmi", "--force", "tare/test:1");
      await must(docker, "load", "--input", file("again.tar"));
      expect(await must(docker, "run", "--rm", "--network", "none", "tare/test:1")).toBe("made of layers");
      await export_("tare/test:1", "export-flat.tar");
    };
    // Docker's overlay2 cannot load a layer whose hardlinks lead into lower ones.
    await withDockerd(inDocker, { storage: "vfs" });
    const exported = await entriesIn(file("export.tar"));
    expect(exported.get("data/third")).toMatchObject({ names: ["data/other", "data/third", "data/upper"] });
    expect([...exported.keys()].filter((path) => /gone|old|survivor/.test(path))).toEqual([]);
    expect(await entriesIn(file("root.tar"))).toEqual(exported);
    expect(await entriesIn(file("export-flat.tar"))).toEqual(exported);
  });
});

test("a changed configuration is what docker makes of the same changes, over the same layers", async (context) => {
  needsPeers(context, "skopeo", ...dockerdPeers);
  needsRoot(context);
  const image = await busyboxImage();
  const changes = [
    'CMD ["/bin/echo", "changed"]',
    "ENV PATH=/opt:$PATH NAME='a b'",
    'LABEL x.y="1"',
    "EXPOSE 80 53/udp",
    "USER 7:8",
    "WORKDIR /tmp",
    "WORKDIR sub",
    "VOLUME /data",
  ].flatMap((change) => ["--change", change]);
  await withFolder(async (folder) => {
    await saveImage(image, parseLocation(`docker-archive:${folder}/x.tar:tare/test:1`));
    await withDockerd(async (docker, socket) => {
      await must(docker, "load", "--input", join(folder, "x.tar"));
      const options = { folder, environment: { DOCKER_HOST: socket } };
      const result = await edit(
        ["config", ...changes, "docker-daemon:tare/test:1", "docker-daemon:tare/test:2"],
        options,
      );
      expect(result.notes.join("\n")).toContain("the layers are as they were");
      expect(await must(docker, "run", "--rm", "--network", "none", "tare/test:2")).toBe("changed");
      const container = await must(docker, "create", "--network", "none", "tare/test:1");
      await must(docker, "commit", ...changes, container, "tare/test:3");
      const inspect = async (name: string) => JSON.parse(await must(docker, "image", "inspect", name))[0];
      const [ours, theirs] = [await inspect("tare/test:2"), await inspect("tare/test:3")];
      // A commit also keeps of its container whether somebody was attached to it.
      const containers = ["AttachStderr", "AttachStdout", "Hostname", "Image"];
      const runtime = ({ Config }: { Config: object }) =>
        Object.entries(Config).filter(([key]) => !containers.includes(key));
      expect(runtime(ours)).toEqual(runtime(theirs));
      expect(ours.RootFS.Layers).toEqual((await inspect("tare/test:1")).RootFS.Layers);
      const history = await must(
        docker,
        "history",
        "--no-trunc",
        "--format",
        "{{.CreatedBy}}",
        "tare/test:2",
      );
      expect(history.split("\n").slice(0, 2)).toEqual(["VOLUME /data", "WORKDIR sub"]);
    });
  });
});

test("appended tarballs are layers byte for byte, which umoci, podman and docker unpack over the others", async (context) => {
  needsPeers(context, "tar", "skopeo", "umoci", "podman", ...dockerdPeers);
  needsRoot(context);
  const image = await busyboxImage(await layerOf({ "opt/": {}, "opt/old": "1", "opt/kept": "1" }));
  await withFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await saveImage(image, parseLocation(`oci:${file("base")}:1`));
    await mkdir(file("stage/opt"), { recursive: true });
    await writeFile(file("stage/opt/new"), "2\n");
    await writeFile(file("stage/opt/.wh.old"), "");
    await mustRun("tar", ["-C", file("stage"), "-cf", file("one.tar"), "opt"]);
    await mustRun("tar", ["-C", file("stage"), "-czf", file("two.tar.gz"), "opt/new"]);
    await mkdir(file("third/opt"), { recursive: true });
    await writeFile(file("third/opt/folder"), "3\n");
    const args = ["append", "oci:base:1", "docker-archive:app.tar:app:1", "one.tar", "two.tar.gz", "third"];
    const { notes } = await edit(args, { folder });
    expect(notes.join("\n")).toContain(`${image.manifest.digest} became `);
    const app = (await openImage(parseLocation(`oci-archive:${file("app.tar")}`))) as Image;
    const own = image.layers.length;
    expect(app.layers.slice(0, own).map(({ digest }) => digest)).toEqual(
      image.layers.map(({ digest }) => digest),
    );
    const [one, two, third] = app.layers.slice(own);
    expect([one?.digest, one?.diffId]).toEqual(Array(2).fill(digestOf(await readFile(file("one.tar")))));
    expect(two?.digest).toBe(digestOf(await readFile(file("two.tar.gz"))));
    expect(two?.diffId).toBe(digestOf(gunzipSync(await readFile(file("two.tar.gz")))));
    expect(third?.compression).toBe("gzip");
    const listing = "cd /opt; for f in *; do echo $f; cat $f; done";
    const want = "folder\n3\nkept\n1new\n2";
    await mustRun("skopeo", [
      "--insecure-policy",
      "copy",
      `docker-archive:${file("app.tar")}`,
      `oci:${file("copied")}:1`,
    ]);
    await mustRun("umoci", ["unpack", "--image", `${file("copied")}:1`, file("bundle")]);
    const unpacked = await mustRun("sh", ["-c", listing.replace("/opt", file("bundle/rootfs/opt"))]);
    expect(unpacked.trim()).toBe(want);
    const podman = ["--root", file("podman"), "--runroot", file("podman-run"), "--storage-driver", "vfs"];
    await mustRun("podman", [...podman, "load", "--input", file("app.tar")]);
    const mounted = (await mustRun("podman", [...podman, "image", "mount", "app:1"])).trim();
    expect((await mustRun("sh", ["-c", listing.replace("/opt", `${mounted}/opt`)])).trim()).toBe(want);
    await mustRun("podman", [...podman, "image", "umount", "--all"]);
    await withDockerd(async (docker) => {
      await must(docker, "load", "--input", file("app.tar"));
      expect(await must(docker, "run", "--rm", "--network", "none", "app:1", "/bin/sh", "-c", listing)).toBe(
        want,
      );
      const history = await must(docker, "history", "--format", "{{.CreatedBy}}", "app:1");
      expect(history.split("\n").slice(0, 4)).toEqual(
        ["third", "two.tar.gz", "one.tar"].map((from) => `tare append ${from}`).concat("layer 1"),
      );
    });
  });
});

test("what docker built upon one base runs upon another, and podman and skopeo read it", async (context) => {
  needsPeers(context, "skopeo", "podman", ...dockerdPeers);
  needsRoot(context);
  await withFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    for (const version of ["1", "2"]) {
      const base = await busyboxImage(await layerOf({ "etc/version": `base ${version}\n` }));
      await saveImage(base, parseLocation(`docker-archive:${file(`base-${version}.tar`)}:base:${version}`));
    }
    await mkdir(file("context"));
    await writeFile(file("context/app"), "app\n");
    await writeFile(
      file("context/Dockerfile"),
      'FROM base:1\nENV OWN=1\nCOPY app /app\nCMD ["/bin/cat", "/etc/version", "/app"]\n',
    );
    await withDockerd(async (docker, socket) => {
      await must(docker, "load", "--input", file("base-1.tar"));
      const built = await docker(["build", "--network", "none", "--tag", "app:1", file("context")], {
        env: { DOCKER_BUILDKIT: "0" },
      });
      expect(built.code).toBe(0);
      const options = { folder, environment: { DOCKER_HOST: socket } };
      const bases = ["docker-archive:base-1.tar", "docker-archive:base-2.tar"];
      await edit(["rebase", "docker-daemon:app:1", ...bases, "docker-archive:app.tar:app:2"], options);
      await must(docker, "load", "--input", file("app.tar"));
      const run = (name: string) => must(docker, "run", "--rm", "--network", "none", name);
      expect([await run("app:1"), await run("app:2")]).toEqual(["base 1\napp", "base 2\napp"]);
      const inspect = async (name: string) => JSON.parse(await must(docker, "image", "inspect", name))[0];
      const [before, after] = [await inspect("app:1"), await inspect("app:2")];
      expect(after.Config).toEqual(before.Config);
      expect(after.RootFS.Layers.at(-1)).toBe(before.RootFS.Layers.at(-1));
      const history = async (name: string) =>
        (await must(docker, "history", "--no-trunc", "--format", "{{.CreatedBy}}", name)).split("\n");
      expect(await history("app:2")).toEqual(await history("app:1"));
    });
    const read = JSON.parse(await mustRun("skopeo", ["inspect", `docker-archive:${file("app.tar")}`]));
    expect(read.Layers).toHaveLength(3);
    const podman = ["--root", file("podman"), "--runroot", file("podman-run"), "--storage-driver", "vfs"];
    await mustRun("podman", [...podman, "load", "--input", file("app.tar")]);
    const mounted = (await mustRun("podman", [...podman, "image", "mount", "app:2"])).trim();
    expect(await readFile(`${mounted}/etc/version`, "utf8")).toBe("base 2\n");
    await mustRun("podman", [...podman, "image", "umount", "--all"]);
  });
});
