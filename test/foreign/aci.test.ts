import { createHash } from "node:crypto";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeAciManifest } from "../../src/formats/aci/decode-manifest.ts";
import type { AciManifest } from "../../src/formats/aci/manifest.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openNamed } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Image } from "../../src/model/image.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { withDockerd } from "../kit/dockerd.ts";
import { busyboxImage, imageOf, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { withFolder } from "../kit/temporary.ts";

const save = (image: Image, text: string, name?: string) =>
  saveImage(image, parseLocation(text), name === undefined ? {} : { name });
const open = async (text: string) => (await openNamed(parseLocation(text))).image as Image;

/** Something that runs, of three layers, with a hardlink and a deletion. */
async function shouting(): Promise<Image> {
  const { layers } = await busyboxImage(
    await layerOf({ "srv/": {}, "srv/text": "shout\n", "srv/same => srv/text": {} }),
    await layerOf({ "etc/.wh.motd": "" }),
  );
  const script = 'echo "$GREETING $(cat text same) $(busybox id -u):$(busybox id -g)"; busybox ls /etc';
  return imageOf(layers, {
    config: {
      User: "1000:100",
      Env: ["PATH=/bin", "GREETING=hi"],
      Entrypoint: ["/bin/sh", "-c"],
      Cmd: [script],
      WorkingDir: "/srv",
      ExposedPorts: { "80/tcp": {} },
      Volumes: { "/data": {} },
      Labels: { who: "tare" },
    },
  });
}
const said = "hi shout\nshout 1000:100\nos-release\npasswd\n";

/** Unpacks an ACI as the specification's example does, and reads its manifest. */
async function unpack(file: string, into: string): Promise<AciManifest> {
  await mkdir(into);
  await mustRun("tar", ["xpf", file, "-C", into]);
  return decodeAciManifest(await readFile(join(into, "manifest")), file);
}

test("GNU tar unpacks an ACI, sha512sum gives its image ID, and its app runs in runc and in bubblewrap", async (context) => {
  needsPeers(context, "tar", "sha512sum", "gunzip", "runc", "bwrap");
  needsRoot(context);
  await withFolder(async (folder) => {
    const { digest } = await save(await shouting(), `aci:${folder}/x.aci`);
    const sum = await mustRun("sh", ["-c", 'gunzip < "$0" | sha512sum', join(folder, "x.aci")]);
    expect(`sha512:${sum.split(" ")[0]}`).toBe(digest);
    const { app } = await unpack(join(folder, "x.aci"), join(folder, "pod"));
    const { exec = [], environment = [], workingDirectory = "/" } = app ?? {};
    const root = join(folder, "pod/rootfs");
    const user = { uid: Number(app?.user), gid: Number(app?.group) };
    const env = environment.map(({ name, value }) => `${name}=${value}`);
    const ran = await runInRunc(root, exec, { env, cwd: workingDirectory, user });
    expect(ran).toMatchObject({ code: 0, stdout: said });
    const variables = environment.flatMap(({ name, value }) => ["--setenv", name, value]);
    const namespaces = ["--unshare-all", "--uid", `${user.uid}`, "--gid", `${user.gid}`, "--clearenv"];
    const mounts = ["--ro-bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--chdir", workingDirectory];
    const wrapped = await mustRun("bwrap", [...mounts, ...namespaces, ...variables, "--", ...exec]);
    expect(wrapped).toBe(said);
  });
});

test("ACIs that GNU tar and bsdtar write are opened, with gzip, xz and bzip2, and say the same", async (context) => {
  needsPeers(context, "tar", "bsdtar", "gzip", "xz", "bzip2");
  await withFolder(async (folder) => {
    await save(await shouting(), `aci:${folder}/x.aci`);
    await unpack(join(folder, "x.aci"), join(folder, "pod"));
    const pack = (program: string, name: string, ...more: string[]) =>
      mustRun(program, [
        "-c",
        ...more,
        "-f",
        join(folder, name),
        "-C",
        join(folder, "pod"),
        "manifest",
        "rootfs",
      ]);
    await pack("tar", "plain.aci");
    await pack("tar", "gzip.aci", "-z");
    await pack("tar", "xz.aci", "-J");
    await pack("tar", "bzip2.aci", "-j");
    await pack("bsdtar", "bsd.aci", "-z");
    await mustRun("tar", ["-c", "-f", join(folder, "dot.aci"), "-C", join(folder, "pod"), "."]);
    const diffIds = new Set<string>();
    for (const name of ["plain", "gzip", "xz", "bzip2"]) {
      const { layers, config } = await open(`aci:${folder}/${name}.aci`);
      expect(config.config?.WorkingDir).toBe("/srv");
      diffIds.add(layers[0]?.diffId ?? "");
    }
    expect(diffIds.size).toBe(1);
    for (const name of ["bsd", "dot"]) {
      const { config } = await open(`aci:${folder}/${name}.aci`);
      expect(config.config?.Entrypoint).toEqual(["/bin/sh", "-c"]);
    }
  });
});

test("skopeo and umoci read what an ACI becomes, and docker runs it", async (context) => {
  needsPeers(context, "skopeo", "umoci", "docker", "dockerd", "containerd");
  needsRoot(context);
  await withFolder(async (folder) => {
    await save(await shouting(), `aci:${folder}/x.aci`);
    const image = await open(`aci:${folder}/x.aci`);
    await save(image, `oci:${folder}/layout:1`);
    const raw = JSON.parse(await mustRun("skopeo", ["inspect", "--config", `oci:${folder}/layout:1`]));
    expect(raw.config.Labels).toEqual({ who: "tare" });
    await mustRun("umoci", ["unpack", "--image", `${folder}/layout:1`, join(folder, "bundle")]);
    expect(await readFile(join(folder, "bundle/rootfs/srv/same"), "utf8")).toBe("shout\n");
    await save(image, `docker-archive:${folder}/d.tar:shout:1`);
    await withDockerd(async (docker) => {
      expect(await docker(["load", "-i", join(folder, "d.tar")])).toMatchObject({ code: 0 });
      const ran = await docker(["run", "--rm", "--network", "none", "shout:1"]);
      expect(ran.stdout).toContain("hi shout\nshout 1000:100\n");
    });
  });
});

test("gpg's keys, signatures and encryption", async (context) => {
  needsPeers(context, "gpg");
  await withFolder(async (folder) => {
    const home = join(folder, "gpg");
    await mkdir(home, { mode: 0o700 });
    const gpg = (...args: string[]) => mustRun("gpg", ["--homedir", home, "--batch", ...args]);
    await gpg(
      "--pinentry-mode",
      "loopback",
      "--passphrase",
      "",
      "--quick-generate-key",
      "shout <a@shout.example>",
      "ed25519",
      "sign",
    );
    await gpg("--armor", "--output", join(folder, "keys.asc"), "--export");
    await save(await shouting(), `aci:${folder}/x.aci`, "shout.example/app:1");
    // As the specification's example signs and encrypts (spec/aci.md, "Image Archives").
    await gpg("--armor", "--output", join(folder, "x.aci.asc"), "--detach-sig", join(folder, "x.aci"));
    const tag = '<meta name="ac-discovery" content="shout.example https://shout.example/{ext}">';
    const web = new Map<string, Uint8Array>([
      ["https://shout.example/app?ac-discovery=1", Buffer.from(tag)],
      ["https://shout.example/aci", await readFile(join(folder, "x.aci"))],
      ["https://shout.example/aci.asc", await readFile(join(folder, "x.aci.asc"))],
    ]);
    const keys = await readFile(join(folder, "keys.asc"));
    const { image } = await openNamed(parseLocation("aci://shout.example/app:1"), {
      scratch: async () => folder,
      discovery: {
        fetch: async ({ url }) => new Response(Buffer.from(web.get(url) ?? "")),
        now: () => new Date(),
        platform: { os: "linux", architecture: "amd64" },
        keys: async () => ({ bytes: keys, where: "keys.asc" }),
      },
    });
    expect((image as Image).config.config?.Env).toContain("GREETING=hi");
    const secret = [
      "--cipher-algo",
      "AES256",
      "--pinentry-mode",
      "loopback",
      "--passphrase",
      "x",
      "--symmetric",
    ];
    await gpg("--output", join(folder, "secret.aci"), ...secret, join(folder, "x.aci"));
    await expect(open(`aci:${folder}/secret.aci`)).rejects.toThrow(
      "it is encrypted; decrypt it with gpg first",
    );
  });
});

test("the specification's own actool finds our ACIs valid, and builds ones that we open", async (context) => {
  needsPeers(context, "actool", "tar");
  await withFolder(async (folder) => {
    const file = join(folder, "x.aci");
    await save(await shouting(), `aci:${file}`, "registry.example/team/shout:1");
    const validate = await runCommand("actool", ["--debug", "validate", file]);
    expect(validate.stdout + validate.stderr).toContain("valid app container image");
    const listed = await mustRun("actool", ["cat-manifest", file]);
    expect(JSON.parse(listed)).toMatchObject({
      name: "registry.example/team/shout",
      app: { workingDirectory: "/srv" },
    });
    await unpack(file, join(folder, "pod"));
    await mustRun("actool", ["build", join(folder, "pod"), join(folder, "built.aci")]);
    const built = await open(`aci:${folder}/built.aci`);
    expect(built.config.config).toEqual((await shouting()).config.config);
    // What it patches counts, and the rest stays.
    const patched = join(folder, "patched.aci");
    await mustRun("actool", ["patch-manifest", "--user=7", "--exec=/bin/echo new", file, patched]);
    expect((await open(`aci:${patched}`)).config.config).toMatchObject({
      User: "7:100",
      Entrypoint: ["/bin/echo", "new"],
      Labels: { who: "tare" },
    });
  });
});

test("docker2aci makes the same of the same image", async (context) => {
  needsPeers(context, "docker2aci", "docker", "dockerd", "containerd");
  needsRoot(context);
  await withFolder(async (folder) => {
    const image = await shouting();
    await save(image, `docker-archive:${folder}/d.tar:registry.example/shout:1`);
    await withDockerd(async (docker) => {
      expect(await docker(["load", "-i", join(folder, "d.tar")])).toMatchObject({ code: 0 });
      const saved = await docker(["save", "-o", join(folder, "saved.tar"), "registry.example/shout:1"]);
      expect(saved).toMatchObject({ code: 0, stderr: "" });
    });
    await mustRun("docker2aci", ["saved.tar"], { cwd: folder });
    await rename(join(folder, "shout-1.aci"), join(folder, "theirs.aci"));
    await save(image, `aci:${folder}/ours.aci`, "registry.example/shout:1");
    const theirs = await unpack(join(folder, "theirs.aci"), join(folder, "a"));
    const ours = await unpack(join(folder, "ours.aci"), join(folder, "b"));
    expect(ours.app).toEqual(theirs.app);
    expect(ours.labels).toEqual([...theirs.labels].sort((a, b) => (a.name < b.name ? -1 : 1)));
    for (const name of ["appc.io/docker/entrypoint", "appc.io/docker/cmd", "appc.io/docker/tag", "created"])
      expect(ours.annotations.find((one) => one.name === name)).toEqual(
        theirs.annotations.find((one) => one.name === name),
      );
    // It adds what Docker would have mounted over /dev; all else is the same root.
    await mustRun("sh", ["-c", "rm a/rootfs/dev/*", folder], { cwd: folder });
    await mustRun("diff", ["-r", "--no-dereference", "a/rootfs", "b/rootfs"], { cwd: folder });
    const opened = await open(`aci:${folder}/theirs.aci`);
    const { User, Labels, Env, Entrypoint, Cmd } = image.config.config ?? {};
    expect(opened.config.config).toMatchObject({ User, Labels, Env, Entrypoint, Cmd });
  });
});

test("Python agrees on the image ID and on what is in the tar", async (context) => {
  needsPeers(context, "python3");
  await withFolder(async (folder) => {
    const plain = imageOf([await layerOf({ a: "1" }, "none")]);
    const { digest } = await save(plain, `aci:${folder}/x.aci`);
    const script =
      "import hashlib,sys,tarfile; print(tarfile.open(sys.argv[1]).getnames()); print(hashlib.sha512(open(sys.argv[1],'rb').read()).hexdigest())";
    const [names, id] = (await mustRun("python3", ["-c", script, join(folder, "x.aci")])).trim().split("\n");
    expect(names).toBe("['manifest', 'rootfs', 'rootfs/a']");
    expect(`sha512:${id}`).toBe(digest);
    expect(
      createHash("sha512")
        .update(await readFile(join(folder, "x.aci")))
        .digest("hex"),
    ).toBe(id);
  });
});
