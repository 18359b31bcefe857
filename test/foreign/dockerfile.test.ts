import { randomUUID } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../src/bytes/digest.ts";
import { byText } from "../../src/bytes/text.ts";
import { singleImage } from "../../src/images/blobs.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { writeFolder } from "../kit/context-folder.ts";
import { type DockerfileCase, knownDifferences, sameEverywhere } from "../kit/dockerfiles.ts";
import { treeOf } from "../kit/image-tree.ts";
import { busyboxImage, imageOf, layerOf } from "../kit/images.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runInRunc } from "../kit/runc.ts";
import { runTare } from "../kit/tare.ts";
import { newFolder } from "../kit/temporary.ts";

const cases = await sameEverywhere();
const differing = await knownDifferences();

let folder = "";
let remove = async () => {};
/** buildah makes a name of an image's path, which must be lower case then. */
const bases = join(tmpdir(), `tare-test-${randomUUID()}`);

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  await mkdir(bases);
  const lower = await layerOf({
    "etc/": {},
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n",
    "etc/group": "root:x:0:\napp:x:1001:\n",
    "home/": { mode: 0o711 },
    "home/app/": { mode: 0o750, uid: 1000, gid: 1001 },
    "home/app/old": { content: "old\n", uid: 1000, gid: 1001, mode: 0o600 },
    "home/app/same => home/app/old": { uid: 1000, gid: 1001, mode: 0o600 },
    "home/gone": "gone\n",
    "usr/lib/": {},
    "lib -> usr/lib": "",
    "srv -> /usr/lib": "",
  });
  const upper = await layerOf({
    "home/": { mode: 0o711 },
    "home/.wh.gone": "",
    "usr/lib/so": { content: "so\n", mode: 0o755 },
  });
  const config = {
    Env: ["PATH=/bin", "LESS=less"],
    Cmd: ["old"],
    WorkingDir: "/home",
    User: "0",
    Labels: { l: "1" },
    Volumes: { "/v": {} },
    ExposedPorts: { "1/tcp": {} },
  };
  await saveImage(imageOf([lower, upper], { config }), parseLocation(`oci:${bases}/base:1`));
  const triggers = { ...config, Shell: ["/bin/bash", "-c"], OnBuild: ["COPY a.txt /t/", "ENV T=$LESS"] };
  await saveImage(
    imageOf([lower, upper], { config: triggers }),
    parseLocation(`docker-archive:${bases}/base.tar:localhost/base:1`),
  );
}, 60_000);

afterAll(async () => {
  await remove();
  await rm(bases, { recursive: true, force: true });
});

/** An image in comparable form: a line for each path, and the configuration without what is empty. */
async function shown(location: string) {
  const image = singleImage(await openImage(parseLocation(location)), location);
  const files = await treeOf(image.layers);
  const { config = {}, author } = image.config;
  const { Labels, ...rest } = config;
  const labels = Object.fromEntries(
    Object.entries(Labels ?? {}).filter(([key]) => key !== "io.buildah.version"),
  );
  const known = ["Env", "Entrypoint", "Cmd", "ExposedPorts", "Volumes", "WorkingDir", "User", "StopSignal"];
  // buildah puts what is set anew at the end, docker leaves it where it was.
  const Env = rest.Env?.toSorted(byText);
  const all = { ...rest, Env, Labels: labels, author };
  const told = Object.entries(all).filter(
    ([key, value]) =>
      [...known, "Labels", "Healthcheck", "OnBuild", "Shell", "author"].includes(key) && !isEmpty(value),
  );
  return { files, config: Object.fromEntries(told.sort(([a], [b]) => byText(a, b))) };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === "" ||
    (typeof value === "object" && Object.keys(value ?? {}).length === 0)
  );
}

async function withBoth({ text, context = {}, args = [], target }: DockerfileCase, index: string) {
  const place = join(folder, index);
  await mkdir(place);
  await writeFolder(join(place, "context"), context);
  const dockerfile = text
    .replaceAll("BASE", `oci:${bases}/base:1`)
    .replaceAll("ARCHIVE", `docker-archive:${bases}/base.tar`);
  await writeFile(join(place, "context/Dockerfile"), dockerfile);
  const options = [...args.flatMap((arg) => ["--build-arg", arg]), ...(target ? ["--target", target] : [])];
  const common = ["build", "-f", "context/Dockerfile", ...options];
  const store = ["--root", `${folder}/root`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"];
  const buildah = (...rest: string[]) => [...store, ...rest];
  const quiet = ["--isolation", "chroot", "--format", "docker"];
  const tag = `localhost/case-${index}`;
  const ours = await runTare([...common, "--to", "oci:ours:1", "context"], {
    folder: place,
    environment: { TARE_STORE: `${folder}/store` },
  });
  const theirs = await runCommand("buildah", buildah(...common, ...quiet, "-t", tag, "context"), {
    cwd: place,
  });
  if (theirs.code === 0)
    await mustRun("buildah", buildah("push", tag, `dir:${place}/theirs`), { cwd: place });
  return {
    ours: ours.code === 0 ? await shown(`oci:${place}/ours:1`) : ours.notes.join("\n"),
    theirs: theirs.code === 0 ? await shown(`dir:${place}/theirs`) : `refused: ${theirs.stderr}`,
  };
}

describe("a Dockerfile built by tare and by buildah", () => {
  test.for(cases.map((one, index) => [one.name, one, `${index}`] as const))(
    "is the same: %s",
    { timeout: 60_000 },
    async ([, one, index], context) => {
      needsPeers(context, "buildah");
      needsRoot(context);
      const { ours, theirs } = await withBoth(one, index);
      expect(ours).toEqual(theirs);
    },
  );

  test.for(differing.map((one, index) => [one.name, one, `d${index}`] as const))(
    "differs, as docs/dockerfile.md says: %s",
    { timeout: 60_000 },
    async ([, { ours: want, theirs: wanted, ...one }, index], context) => {
      needsPeers(context, "buildah");
      needsRoot(context);
      const { ours, theirs } = await withBoth(one, index);
      expect(differenceOf(ours, theirs)).toEqual({ ours: want, theirs: wanted });
    },
  );
});

test("what umoci unpacks of it is what was meant, and runs", { timeout: 60_000 }, async (context) => {
  needsPeers(context, "umoci", "runc");
  needsRoot(context);
  const place = join(folder, "runs");
  await mkdir(place);
  await saveImage(await busyboxImage(), parseLocation(`oci:${place}/busybox:1`));
  await writeFolder(join(place, "app"), {
    Dockerfile: [
      "FROM scratch AS files",
      "COPY . /all",
      "FROM oci:../busybox:1",
      "ARG WHO=nobody",
      "WORKDIR /app",
      "COPY --from=files --chown=7:8 /all/lib ./lib/",
      "COPY --chmod=755 <<EOF /app/run",
      "#!/bin/sh",
      "echo hello $WHO from `/bin/cat lib/name`",
      "EOF",
      'CMD ["/app/run"]',
    ].join("\n"),
    "lib/name": "a file\n",
    "lib/again => lib/name": "",
    "lib/link -> name": "",
  });
  const line = ["build", "-f", "app/Dockerfile", "--build-arg", "WHO=world", "--to", "oci:out:1"];
  const { code, notes } = await runTare(line, { folder: place });
  expect([code, notes]).toEqual([0, []]);
  await mustRun("umoci", ["unpack", "--image", `${place}/out:1`, `${place}/bundle`]);
  const rootfs = join(place, "bundle/rootfs");
  const image = singleImage(await openImage(parseLocation(`oci:${place}/out:1`)), "out");
  expect(await linesBelow(rootfs, "")).toEqual(await treeOf(image.layers));
  const { Cmd = [], WorkingDir: cwd = "/", Env: env = [] } = image.config.config ?? {};
  const ran = await runInRunc(rootfs, Cmd, { cwd, env });
  expect(ran.stdout).toBe("hello world from a file\n");
});

/** A folder of this machine, in the form of `treeOf`. */
async function linesBelow(top: string, path: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await readdir(join(top, path))) {
    const below = path === "" ? name : `${path}/${name}`;
    const file = join(top, below);
    const found = await lstat(file);
    const type = found.isDirectory() ? "directory" : found.isSymbolicLink() ? "symlink" : "file";
    const what =
      type === "file"
        ? digestOf(await readFile(file)).slice(7, 15)
        : type === "symlink"
          ? await readlink(file)
          : "";
    lines.push(`${below} ${type} ${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid} ${what}`);
    if (found.isDirectory()) lines.push(...(await linesBelow(top, below)));
  }
  return lines.sort();
}

type Shown = Awaited<ReturnType<typeof shown>> | string;

/** Only what the other side does not have. */
function differenceOf(ours: Shown, theirs: Shown) {
  const lines = (one: Shown) =>
    typeof one === "string"
      ? [one.startsWith("refused: ") ? "refused" : one]
      : [
          ...one.files,
          ...Object.entries(one.config).map(([key, value]) => `${key} ${JSON.stringify(value)}`),
        ];
  const [a, b] = [lines(ours), lines(theirs)];
  return { ours: a.filter((line) => !b.includes(line)), theirs: b.filter((line) => !a.includes(line)) };
}
