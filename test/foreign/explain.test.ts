import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf, hexOf } from "../../src/bytes/digest.ts";
import { chainIds } from "../../src/explain/chain-ids.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { parseLocation } from "../../src/images/location.ts";
import { saveImage } from "../../src/images/save.ts";
import type { Compression } from "../../src/model/image.ts";
import { mustRun } from "../kit/command.ts";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { arm64, busyboxImage, imageOf, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const main = join(import.meta.dirname, "../../src/cli/main.js");

/** An image with everything that a shell could take amiss. */
async function image(compression: Compression = "zstd") {
  const layers = await Promise.all([
    layerOf({ "etc/": {}, "etc/motd": "one\n" }),
    layerOf({ "etc/": {}, "etc/it's": "two\n" }, compression),
    layerOf({ "etc/": {}, "etc/.wh.motd": "" }, "none"),
  ]);
  const Env = ['A=it\'s 100% \\n "of" $HOME `id`', "B=käse\u0000\n\u001b[31m\u202e", "C='; touch pwned; '"];
  return imageOf(layers, { config: { Env, Cmd: ["/bin/sh", "-c", "printf '%s\\n' x"] } });
}

async function explain(location: string, folder: string): Promise<Explanation> {
  const { code, out, notes } = await runTare(["explain", location, "--json"], { folder });
  if (code !== 0) throw new Error(notes.join("\n"));
  return JSON.parse(out) as Explanation;
}

/** The commands as a user has them: out of the text, every line that is indented as one. */
async function printedCommands(location: string, folder: string): Promise<string[]> {
  const { out } = await runTare(["explain", location], { folder });
  const { steps } = await explain(location, folder);
  const commands = steps.flatMap((step) => step.commands);
  const lines = out.split("\n");
  for (const command of commands) expect(lines).toContain(`     ${command}`);
  return commands;
}

/** Runs the commands in the folder; what they print, and where they made the image. */
async function byHand(commands: readonly string[], folder: string, env: Record<string, string> = {}) {
  await mkdir(join(folder, "bin"), { recursive: true });
  await writeFile(join(folder, "bin/tare"), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(join(folder, "bin/tare"), 0o755);
  await mkdir(join(folder, "tmp"), { recursive: true });
  const script = ["set -euo pipefail", ...commands, 'printf "\\n%s\\n" "$made"'].join("\n");
  const out = await mustRun("bash", [], {
    cwd: folder,
    input: script,
    env: {
      PATH: `${join(folder, "bin")}:${process.env.PATH}`,
      TMPDIR: join(folder, "tmp"),
      TARE_STORE: join(folder, ".store"),
      ...env,
    },
  });
  return { out, made: out.trimEnd().split("\n").at(-1) as string };
}

const withoutDocker = (commands: readonly string[]) =>
  commands.filter((command) => !command.includes("docker i") && !command.startsWith("docker"));

async function digestsAt(location: string) {
  const raw = await mustRun("skopeo", ["inspect", "--raw", location]);
  const config = await mustRun("skopeo", ["inspect", "--config", "--raw", location]);
  const { rootfs } = JSON.parse(config);
  return { manifest: digestOf(raw), config: digestOf(config), diffIds: rootfs.diff_ids };
}

test.for([
  "oci:it's here",
  "oci-archive:it's.tar",
  "docker-archive:x.tar",
  "docker-archive:foreign.tar",
  "dir:blobs",
  "oci:both",
])("the commands for %s show its digests and make it again, as skopeo sees it", async (location, context) => {
  needsPeers(context, "skopeo", "bash", "zstd", "tar");
  await withFolder(async (folder) => {
    // Docker's manifests know no zstd, so skopeo does not take it there.
    const made = await image(location.includes("foreign") ? "gzip" : "zstd");
    const at = (text: string) => parseLocation(text.replace(":", `:${folder}/`));
    const inFolder = (text: string) => text.replace(":", `:${folder}/`);
    if (location === "oci:both") {
      const other = imageOf([await layerOf({ arm: "" })], { platform: arm64 });
      await saveImage(assembleIndex([made, other]), at(location));
    } else if (location.includes("foreign")) {
      await saveImage(made, at("oci:source"));
      await mustRun("skopeo", ["copy", "--quiet", inFolder("oci:source"), inFolder(location)]);
    } else await saveImage(made, at(location));
    const commands = withoutDocker(await printedCommands(location, folder));
    const { out, made: result } = await byHand(commands, folder);
    const diffIds = made.layers.map(({ diffId }) => diffId);
    const want = { config: made.configuration.digest, diffIds };
    expect(await digestsAt(`oci:${result}`)).toMatchObject(want);
    expect(await digestsAt(`oci-archive:${result}.tar`)).toMatchObject(want);
    if (!location.includes("foreign"))
      expect((await digestsAt(`oci:${result}`)).manifest).toBe(made.manifest.digest);
    else expect(out).toContain(hexOf((await digestsAt(`oci:${result}`)).manifest as `sha256:${string}`));
    for (const digest of [...diffIds, ...chainIds(diffIds), made.configuration.digest])
      expect(out).toContain(`${hexOf(digest)}  `);
    for (const text of ["etc/motd", "etc/it's", "etc/.wh.motd"]) expect(out).toContain(text);
    const { steps } = await explain(location, folder);
    expect(steps.find(({ title }) => title === "The chain")?.rows?.rows.map((row) => row[1])).toEqual(
      chainIds(diffIds),
    );
    expect(await mustRun("ls", [folder])).not.toContain("pwned");
  });
});

test("a manifest of docker's kind stays one, and the archive is docker's", async (context) => {
  needsPeers(context, "skopeo", "bash", "tar");
  await withFolder(async (folder) => {
    await saveImage(await image("gzip"), parseLocation(`oci:${folder}/source`));
    const foreign = `dir:${folder}/foreign`;
    await mustRun("skopeo", ["copy", "--quiet", "--format", "v2s2", `oci:${folder}/source`, foreign]);
    const { made } = await byHand(withoutDocker(await printedCommands("dir:foreign", folder)), folder);
    const want = await digestsAt(foreign);
    expect(digestOf(await readFile(join(made, "blobs/sha256", hexOf(want.manifest))))).toBe(want.manifest);
    expect(await digestsAt(`docker-archive:${made}.tar`)).toMatchObject({
      ...want,
      manifest: expect.anything(),
    });
    const { steps } = await explain("dir:foreign", folder);
    expect(steps[0]?.rows?.rows[0]).toContain(want.manifest);
  });
});

test("docker loads what was made by hand, and imports its tarball to the same diffID", async (context) => {
  needsPeers(context, "skopeo", "bash", ...dockerdPeers);
  needsRoot(context);
  await withFolder(async (folder) => {
    const made = await busyboxImage();
    await saveImage(made, parseLocation(`docker-archive:${folder}/x.tar:tare/test:1`));
    await withDockerd(async (docker, socket) => {
      const commands = await printedCommands("docker-archive:x.tar", folder);
      const { out } = await byHand(commands, folder, { DOCKER_HOST: socket, DOCKER_CONFIG: folder });
      const shown = JSON.stringify(made.layers.map(({ diffId }) => diffId));
      expect(out.split("\n").filter((line) => line === shown)).toHaveLength(2);
      const { stdout } = await docker(["image", "inspect", "--format", "{{.Id}}", "by-hand:latest"]);
      expect(stdout.trim()).toBe(made.configuration.digest);
      const daemons = { folder, environment: { DOCKER_HOST: socket } };
      const kept = JSON.parse((await runTare(["explain", "docker-daemon:by-hand", "--json"], daemons)).out);
      const again = withoutDocker((kept as Explanation).steps.flatMap((step) => step.commands));
      const { made: copy } = await byHand(again, folder, { DOCKER_HOST: socket });
      expect((await digestsAt(`oci:${copy}`)).config).toBe(made.configuration.digest);
      const ran = await docker(["run", "--rm", "--network", "none", "by-hand:latest"]);
      expect(ran.stdout).toBe("made of layers\n");
    });
  });
});
