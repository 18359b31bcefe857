import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, copyFile, mkdir, readdir, readlink, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const checkout = resolve(import.meta.dirname, "../..");
const minirootfs = join(checkout, "../shared/fixtures/alpine/alpine-minirootfs-3.17.10-x86_64.tar.gz");
const slow = { timeout: 180_000 };
const nobody = 65534;

beforeEach((context) => {
  if (!existsSync(minirootfs)) context.skip("the Alpine fixture is not beside this checkout");
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `tare run` as a process of its own, as its program gets this process's own streams and signals. */
class TareRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out = "";
  err = "";

  constructor(
    folder: string,
    uid: number,
    args: readonly string[],
    input = "",
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.child = spawn(process.execPath, [join(checkout, "src/cli/main.js"), "run", ...args], {
      cwd: folder,
      uid,
      gid: uid,
      env: {
        ...process.env,
        HOME: folder,
        TARE_STORE: join(folder, "store"),
        XDG_CACHE_HOME: folder,
        ...environment,
      },
    });
    this.child.stdin?.end(input);
    this.child.stdout?.on("data", (chunk) => {
      this.out += chunk;
    });
    this.child.stderr?.on("data", (chunk) => {
      this.err += chunk;
    });
    this.ended = new Promise((done) =>
      this.child.once("close", (code) => done({ code, out: this.out, err: this.err })),
    );
  }

  /** Waits until the program says something. */
  async saying(text: string): Promise<void> {
    while (!this.out.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.err}`);
      await new Promise((next) => this.child.stdout?.once("data", next).once("close", next));
    }
  }
}

/** Alpine as an image, in a folder of a user's own. */
async function withAlpine(uid: number, work: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (outer) => {
    await chmod(outer, 0o755);
    const folder = join(outer, "home");
    await mkdir(folder);
    const changes = [
      "ENV GREETING=hello",
      "WORKDIR /srv/work",
      "VOLUME /data",
      "CMD cat /etc/alpine-release",
    ];
    const change = changes.flatMap((one) => ["-c", one]);
    const to = ["--to", "docker-archive:alpine.tar"];
    const { code, notes } = await runTare(["import", minirootfs, "alpine", ...change, ...to], {
      folder: outer,
    });
    expect([code, notes]).toEqual([0, []]);
    await copyFile(join(outer, "alpine.tar"), join(folder, "alpine.tar"));
    await chown(folder, uid, uid);
    await work(folder);
  });
}

const image = "docker-archive:alpine.tar";
/** What a program sees of its world, line by line. */
const look = [
  "id -u; pwd; echo $GREETING; test -d /data && echo data",
  "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '",
  "touch /written && echo written; cat /mnt/v/file; touch /mnt/v/new 2>/dev/null || echo readonly",
  "echo x 2>/dev/null > /proc/sys/kernel/domainname || echo kernel kept; cat; exit 7",
].join("\n");

const codes = [
  [127, "/nope"],
  [127, "nope"],
  [126, "/etc/passwd"],
  [126, "/etc"],
  [3, "sh", "-c", "exit 3"],
  [143, "sh", "-c", "sh -c 'kill -TERM $$'; exit $?"],
] as const;

const seen = "0,/srv/work,hello,data,lo,written,of the host,readonly,kernel kept,input".split(",");

describe.each([
  ["root", 0, "runc"],
  ["root", 0, "bwrap"],
  ["root", 0, "podman"],
  ["root", 0, "systemd-nspawn"],
  ["nobody", nobody, "runc"],
  ["nobody", nobody, "bwrap"],
  ["nobody", nobody, "unshare"],
])("as %s (%i), with %s", (_, uid, runtime) => {
  test(
    "Alpine runs: its user, folder, volumes and input, no network, the exit code",
    slow,
    async (context) => {
      needsPeers(context, runtime);
      needsRoot(context);
      await withAlpine(uid, async (folder) => {
        await mkdir(join(folder, "v"));
        await writeFile(join(folder, "v/file"), "of the host\n");
        const args = ["--with", runtime, "-v", "v:/mnt/v:ro", image, "sh", "-c", look];
        const { code, out, err } = await new TareRun(folder, uid, args, "input\n").ended;
        expect([out.split("\n"), code, err]).toEqual([[...seen, ""], 7, ""]);
        expect(await readdir(join(folder, "store/tmp"))).toEqual([]);
        expect(existsSync("/written")).toBe(false);
      });
    },
  );

  test("exit codes are the same, whatever starts it", slow, async (context) => {
    needsPeers(context, runtime);
    needsRoot(context);
    await withAlpine(uid, async (folder) => {
      for (const [code, ...command] of codes)
        expect([command, (await new TareRun(folder, uid, ["--with", runtime, image, ...command]).ended).code]) //
          .toEqual([command, code]);
    });
  });

  test("a terminal is the program's, and nobody else writes to it", slow, async (context) => {
    needsPeers(context, runtime, "script");
    needsRoot(context);
    await withAlpine(uid, async (folder) => {
      const inner = "test -t 0 && test -t 1 && echo a terminal; exit 4";
      const tare = [process.execPath, join(checkout, "src/cli/main.js"), "run", "-it", "--with", runtime];
      const line = [...tare, image, "sh", "-c", `'${inner}'`].join(" ");
      const env = { ...process.env, HOME: folder, TARE_STORE: join(folder, "store"), XDG_CACHE_HOME: folder };
      const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: folder, uid, gid: uid, env });
      let out = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
      });
      const code = await new Promise((done) => child.once("close", done));
      expect([out.trim(), code]).toEqual(["a terminal", 4]);
    });
  });

  test("killed, it leaves neither the container nor its files", slow, async (context) => {
    needsPeers(context, runtime);
    needsRoot(context);
    await withAlpine(uid, async (folder) => {
      // The program itself says that it lives, in a folder of this machine.
      const script = "echo >> /mnt/v/alive; echo ready; while echo >> /mnt/v/alive; do sleep 0.05; done";
      await mkdir(join(folder, "v"));
      await chown(join(folder, "v"), uid, uid);
      const args = ["--with", runtime, "-v", "v:/mnt/v", image, "sh", "-c", script];
      const run = new TareRun(folder, uid, args);
      await run.saying("ready");
      run.child.kill("SIGKILL");
      while ((await readdir(join(folder, "store/tmp"))).length > 0) await sleep(20);
      let size = -1;
      for (let now = 0; now !== size; await sleep(300))
        [size, now] = [now, (await stat(join(folder, "v/alive"))).size];
      expect(await readdir(join(folder, "store/tmp"))).toEqual([]);
    });
  });

  test("a signal reaches the program", slow, async (context) => {
    needsPeers(context, runtime);
    needsRoot(context);
    await withAlpine(uid, async (folder) => {
      const script = "trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.1; done";
      const run = new TareRun(folder, uid, ["--with", runtime, image, "--", "sh", "-c", script]);
      await run.saying("ready");
      run.child.kill("SIGTERM");
      expect(await run.ended).toMatchObject({ code: 9, out: "ready\ntold\n" });
      expect(await readdir(join(folder, "store/tmp"))).toEqual([]);
    });
  });
});

test(
  "root's image runs as its user, though only root may enter the folders on the way",
  slow,
  async (context) => {
    needsPeers(context, "runc", "bwrap");
    needsRoot(context);
    await withAlpine(0, async (folder) => {
      await mkdir(join(folder, "v"));
      await writeFile(join(folder, "v/file"), "of the host\n");
      await chmod(folder, 0o700);
      for (const runtime of ["runc", "bwrap", "podman", "systemd-nspawn"]) {
        const args = ["--with", runtime, "-u", "guest", "-v", "v:/mnt/v:ro", image, "cat", "/mnt/v/file"];
        const ended = await new TareRun(folder, 0, args).ended;
        expect([runtime, ended]).toEqual([runtime, { code: 0, out: "of the host\n", err: "" }]);
      }
    });
  },
);

test("the image's own command runs as its user, with the first runtime that works", slow, async (context) => {
  needsPeers(context, "runc", "bwrap");
  needsRoot(context);
  for (const uid of [0, nobody])
    await withAlpine(uid, async (folder) => {
      const plain = await new TareRun(folder, uid, [image]).ended;
      expect(plain).toEqual({ code: 0, out: "3.17.10\n", err: "" });
      // Without root runc has no user but root: bubblewrap takes over.
      const guest = await new TareRun(folder, uid, ["-u", "guest", image, "--", "id", "-un"]).ended;
      expect(guest).toEqual({ code: 0, out: "guest\n", err: "" });
    });
});

test("what the program leaves is removed, even what it locked away", slow, async (context) => {
  needsPeers(context, "runc");
  needsRoot(context);
  await withAlpine(nobody, async (folder) => {
    const script = "mkdir -p /a/b/c; touch /a/b/c/file; chmod 0 /a/b/c /a/b /a /srv/work";
    const args = [image, "--", "sh", "-c", script];
    expect(await new TareRun(folder, nobody, args).ended).toEqual({ code: 0, out: "", err: "" });
    expect(await readdir(join(folder, "store/tmp"))).toEqual([]);
  });
});

test("the host's network is there when it is asked for", slow, async (context) => {
  needsPeers(context, "runc", "bwrap");
  needsRoot(context);
  await withAlpine(0, async (folder) => {
    const ours = `${await readlink("/proc/self/ns/net")}\n`;
    for (const runtime of ["runc", "bwrap"])
      for (const network of ["none", "host"]) {
        const args = ["--with", runtime, "--network", network, image, "--", "readlink", "/proc/self/ns/net"];
        const { code, out } = await new TareRun(folder, 0, args).ended;
        expect([runtime, network, code, out === ours]).toEqual([runtime, network, 0, network === "host"]);
      }
  });
});

test("docker runs it, and keeps nothing of it", slow, async (context) => {
  needsPeers(context, ...dockerdPeers, "tar");
  needsRoot(context);
  await withDockerd(async (docker, socket) => {
    await withAlpine(0, async (folder) => {
      await mkdir(join(folder, "v"));
      await writeFile(join(folder, "v/file"), "of the host\n");
      const args = ["--with", "docker", "-v", "v:/mnt/v:ro", image, "--", "sh", "-c", look];
      const config = { DOCKER_HOST: socket, DOCKER_CONFIG: folder };
      const { code, out } = await new TareRun(folder, 0, args, "input\n", config).ended;
      expect([out.split("\n"), code]).toEqual([[...seen, ""], 7]);
      for (const [expected, ...command] of codes) {
        const ran = await new TareRun(folder, 0, ["--with", "docker", image, ...command], "", config).ended;
        expect([command, ran.code]).toEqual([command, expected]);
      }
      const deaf = ["--with", "docker", image, "sh", "-c", "echo ready; sleep 300"];
      const killed = new TareRun(folder, 0, deaf, "", config);
      await killed.saying("ready");
      killed.child.kill("SIGKILL");
      while ((await readdir(join(folder, "store/tmp"))).length > 0) await sleep(20);
      expect((await docker(["images", "--quiet", "--all"])).stdout).toBe("");
      expect((await docker(["ps", "--quiet", "--all"])).stdout).toBe("");
    });
  });
});
