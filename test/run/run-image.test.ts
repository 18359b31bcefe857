import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { insideImage, insideTar } from "../../src/extract/inside.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import type { RuntimeConfig } from "../../src/model/image.ts";
import { type Lifeline, lifeline } from "../../src/run/lifeline.ts";
import { type RunOptions, runImage } from "../../src/run/run-image.ts";
import { elfFile } from "../kit/elf-file.ts";
import { fakePrograms } from "../kit/fake-programs.ts";
import { arm64, entriesOf, imageOf, layerOf, type Tree } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

/** Notes its arguments, and runs on this machine what it was to run in a container. */
const fakeBubblewrap = `
printf '%s\\n' "$@" >> "$LOG"; echo >> "$LOG"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"`;

/** Nobody reads more of it than that it is one. */
const program = {
  mode: 0o755,
  content: elfFile({ type: 2, bits: 64, littleEndian: true, machine: 62, flags: 0, needed: [] }),
};

const machine = { os: "linux", architecture: "amd64" };

async function started(config: RuntimeConfig, wishes: Partial<RunOptions> = {}) {
  return withFolder(async (folder) => {
    const scratch = join(folder, "scratch");
    await mkdir(scratch);
    const log = join(folder, "log");
    const bin = await fakePrograms(folder, { bwrap: fakeBubblewrap, setpriv: "exit 99" });
    const tree: Tree = {
      "etc/": {},
      "etc/passwd": "root:x:0:0::/root:\napp:x:7:8::/home/app:\n",
      "bin/": {},
      "bin/sh": program,
      "bin/true": program,
    };
    const image = imageOf([await layerOf(tree)], { config });
    const line = lifeline(scratch, process.env);
    const code = await runImage(insideImage(image, "an image"), image, {
      args: [],
      env: [],
      network: "none",
      volumes: [],
      runtime: "bwrap",
      lifeline: line,
      machine,
      host: { uid: 4711, gid: 4711 },
      environment: { PATH: `${bin}:/usr/bin:/bin`, LOG: log },
      terminal: false,
      ...wishes,
    });
    expect(await line.end()).toBeUndefined();
    const calls = (await readFile(log, "utf8")).trim().split("\n\n");
    return { code, calls: calls.map((call) => call.split("\n")), root: join(scratch, "root") };
  });
}

test("a runtime first shows with true(1) that it works, then starts the program, whose exit code counts", async () => {
  const config = {
    Entrypoint: ["sh", "-c"],
    Cmd: ["exit 7"],
    Env: ["A=b=c"],
    User: "app",
    WorkingDir: "/srv/app",
    Volumes: { "/data": {} },
  };
  const { code, calls, root } = await started(config);
  expect(code).toBe(7);
  expect(calls).toHaveLength(2);
  const [trial = [], call = []] = calls;
  expect(trial.at(-1)).toBe("true");
  expect(trial).not.toContain(root);
  const text = call.join(" ");
  expect(text).toContain("--unshare-all");
  expect(text).not.toContain("--share-net");
  expect(text).toContain("--uid 7 --gid 8");
  expect(text).toContain(`--bind ${root} /`);
  expect(text).toContain("--chdir /srv/app");
  expect(text).toContain("--setenv A b=c");
  expect(text).toContain("--setenv HOME /home/app");
  expect(call.slice(call.indexOf("--") + 1)).toEqual(["sh", "-c", "exit 7"]);
});

test("a program that a signal ends has the shell's exit code for it", async () => {
  expect((await started({ Cmd: ["sh", "-c", "kill -TERM $$"] })).code).toBe(143);
});

test("the host's network comes with its names", async () => {
  const { calls } = await started({ Cmd: ["true"] }, { network: "host" });
  const text = calls[1]?.join(" ");
  expect(text).toContain("--share-net");
  expect(text).toContain("--ro-bind /etc/resolv.conf /etc/resolv.conf");
});

describe("in one sentence is said", () => {
  test("that the image is for another machine", async () => {
    await withFolder(async (folder) => {
      const image = imageOf([await layerOf({})], { platform: arm64, config: { Cmd: ["x"] } });
      const run = runImage(insideImage(image, "an image"), image, optionsFor(folder));
      await expect(run).rejects.toThrow(
        "an image cannot be started: it is for linux/arm64, and this machine is linux/amd64.",
      );
      expect(await readdir(folder)).toEqual([]);
    });
  });

  test("that nothing says what to run", async () => {
    await withFolder(async (folder) => {
      const inside = insideTar(() => writeTar(entriesOf({ x: "" })), "tar:x.tar");
      await expect(runImage(inside, undefined, optionsFor(folder))).rejects.toThrow(
        "tar:x.tar cannot be started: nothing says what to run: name a program behind the image.",
      );
    });
  });

  test("why nothing can start it, for each runtime", async () => {
    await withFolder(async (folder) => {
      const scratch = join(folder, "scratch");
      await mkdir(scratch);
      const broken = (name: string) => `echo first >&2; echo "${name} is not allowed here." >&2; exit 1`;
      const names = ["runc", "crun", "bwrap", "podman", "systemd-nspawn", "unshare", "docker"];
      const bin = await fakePrograms(folder, Object.fromEntries(names.map((name) => [name, broken(name)])));
      const environment = { PATH: `${bin}:/usr/bin:/bin` };
      const inside = insideTar(() => writeTar(entriesOf({ "bin/x": program })), "tar:x.tar");
      const options = { ...optionsFor(scratch), environment, args: ["x"], user: "5:5" };
      const error = await runImage(inside, undefined, options).catch((cause) => cause);
      expect(error.code).toBe("NO_RUNTIME");
      expect(error.message).toContain("Nothing on this machine can start tar:x.tar: runc: without root it");
      expect(error.message).toContain("; bwrap: bwrap is not allowed here; ");
      expect(error.message).toContain("; systemd-nspawn: it needs root; ");
    });
  });
});

function optionsFor(folder: string): RunOptions {
  const host = { uid: 4711, gid: 4711 };
  const what = { args: [], env: [], network: "none", volumes: [], terminal: false } as const;
  const lifeline: Lifeline = { folder, holds() {}, pull: async () => {}, end: async () => undefined };
  return { ...what, lifeline, machine, host, environment: {} };
}
