import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A built image as the runtimes want it. */
export interface Shipped {
  /** A `docker load` archive, and the name it carries. */
  readonly archive: string;
  readonly reference: string;
  /** The same root file system, unpacked. */
  readonly root: string;
  /** The image's own entry point and arguments; docker and podman know them from the image. */
  readonly command: readonly string[];
  /** An empty folder that the runtime may fill. */
  readonly scratch: string;
}

/** A way to run a command in an image. Returns what it printed; throws, with a short reason, when it can't. */
export interface Runtime {
  readonly name: string;
  run(image: Shipped): string;
}

const asRoot = process.getuid?.() === 0;

/** From the most to the least of a container: all that this program knows how to start. */
export const runtimes: readonly Runtime[] = [
  {
    name: "docker",
    run({ archive, reference }) {
      start("docker", ["version"]);
      start("docker", ["load", "--quiet", "--input", archive]);
      try {
        return start("docker", ["run", "--rm", "--network", "none", reference]);
      } finally {
        start("docker", ["image", "rm", reference]);
      }
    },
  },
  {
    name: "podman",
    run({ archive, reference, scratch }) {
      // A storage of its own leaves the user's alone; vfs works on every file system, and without subordinate ids.
      const storage = [
        "--root",
        join(scratch, "storage"),
        "--runroot",
        join(scratch, "run"),
        "--storage-driver",
        "vfs",
      ];
      const chown = asRoot ? [] : ["--storage-opt", "vfs.ignore_chown_errors=true"];
      const podman = [...storage, ...chown, "--cgroup-manager", "cgroupfs"];
      start("podman", [...podman, "load", "--quiet", "--input", archive]);
      const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"];
      return start("podman", [...podman, "run", "--rm", "--network", "none", ...limits, reference]);
    },
  },
  {
    name: "runc",
    run({ root, command, scratch }) {
      const bundle = join(scratch, "bundle");
      mkdirSync(bundle);
      start("runc", ["spec", ...(asRoot ? [] : ["--rootless"]), "--bundle", bundle]);
      const file = join(bundle, "config.json");
      const config = JSON.parse(readFileSync(file, "utf8"));
      config.root = { path: root, readonly: true };
      config.process.terminal = false;
      config.process.args = command;
      // The program runs with the limits it finds: raising them is not for everybody.
      delete config.process.rlimits;
      writeFileSync(file, JSON.stringify(config));
      return start("runc", ["--root", join(scratch, "state"), "run", "--bundle", bundle, "tare-demo"]);
    },
  },
  {
    name: "systemd-nspawn",
    run({ root, command }) {
      if (!asRoot) throw new Error("needs root");
      const quiet = ["--quiet", "--register=no", "--keep-unit", "--pipe"];
      return start("systemd-nspawn", [...quiet, "--directory", root, "--as-pid2", ...command]);
    },
  },
  {
    name: "bwrap",
    run({ root, command }) {
      const view = [
        "--ro-bind",
        root,
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--unshare-all",
        "--clearenv",
      ];
      return start("bwrap", [...view, "--setenv", "PATH", path, ...command]);
    },
  },
  {
    name: "unshare and chroot",
    run({ root, command }) {
      const alone = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts"];
      return start("unshare", [...alone, "chroot", root, ...command], { PATH: path });
    },
  },
];

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  if (error && "code" in error && error.code === "ENOENT") throw new Error("not installed");
  if (error) throw new Error(error.message);
  if (status === 0) return stdout;
  const [why = `ended with ${status ?? signal}`] = stderr.trim().split("\n").slice(-1);
  throw new Error(why.slice(0, 160));
}
