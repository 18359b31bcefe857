import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { namespaceOf } from "./loopback-gate.ts";
import type { ShippedImage } from "./shipped-image.ts";
import type { Volume } from "./start-image.ts";

/** What a runtime gets: the image in every form, and an empty folder for its own. */
export interface ToStart extends ShippedImage {
  /** The root file system, unpacked, for this one start; it may be written to. */
  readonly root: string;
  readonly scratch: string;
  readonly port: number;
  readonly volumes?: readonly Volume[];
}

export interface Started {
  /** The port of 127.0.0.1 that the runtime itself leads to the program's. */
  readonly published?: number;
  /** Without that: a process in the container's own network; undefined while there is none. */
  inside(): number | undefined;
  alive(): boolean;
  output(): string;
  stop(): Promise<void>;
}

/** A way to start an image. Throws, with a short reason, when it cannot. */
export interface Starter {
  readonly name: string;
  start(image: ToStart): Promise<Started>;
}

const asRoot = process.getuid?.() === 0;

/** What a program may expect in /dev. */
const devices = ["null", "zero", "full", "random", "urandom"];
const standardStreams = [
  ["fd", "/proc/self/fd"],
  ["stdin", "fd/0"],
  ["stdout", "fd/1"],
  ["stderr", "fd/2"],
] as const;

/** From the most to the least of a container. */
export const starters: readonly Starter[] = [
  { name: "docker", start: (image) => startInEngine(["docker"], [], image) },
  {
    name: "podman",
    start(image) {
      // A storage of its own leaves the user's alone; vfs works on every file system, and without subordinate ids.
      const storage = ["--root", join(image.scratch, "storage"), "--runroot", join(image.scratch, "run")];
      const driver = ["--storage-driver", "vfs"];
      const chown = asRoot ? [] : ["--storage-opt", "vfs.ignore_chown_errors=true"];
      const podman = ["podman", ...storage, ...driver, ...chown, "--cgroup-manager", "cgroupfs"];
      const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"];
      return startInEngine(podman, limits, image);
    },
  },
  {
    name: "runc",
    async start(image) {
      if (!asRoot && image.user.uid !== 0)
        throw new Error("without root it runs programs as root of a user namespace only");
      const bundle = writeBundle(image);
      const state = join(image.scratch, "state");
      return startHere("runc", ["--root", state, "run", "--bundle", bundle, `tare-${process.pid}`], image);
    },
  },
  {
    name: "systemd-nspawn",
    async start(image) {
      if (!asRoot) throw new Error("needs root");
      const quiet = ["--quiet", "--register=no", "--keep-unit", "--console=pipe"];
      return startHere("systemd-nspawn", [...quiet, `--oci-bundle=${writeBundle(image)}`], image);
    },
  },
  {
    name: "bwrap",
    async start(image) {
      const { uid, gid } = image.user;
      const ids = ["--unshare-user", "--uid", String(uid), "--gid", String(gid)];
      const env = image.env.flatMap((pair) => {
        const [name = ""] = pair.split("=", 1);
        return ["--setenv", name, pair.slice(name.length + 1)];
      });
      const binds = (image.volumes ?? []).flatMap(({ from, to }) => ["--bind", from, to]);
      // Its --dev would come with a second user namespace, from which nobody can enter the network.
      const dev = devices.flatMap((name) => ["--dev-bind", `/dev/${name}`, `/dev/${name}`]);
      const links = standardStreams.flatMap(([name, to]) => ["--symlink", to, `/dev/${name}`]);
      const view = [
        "--bind",
        image.root,
        "/",
        "--proc",
        "/proc",
        "--tmpfs",
        "/dev",
        ...dev,
        ...links,
        ...binds,
      ];
      const alone = ["--unshare-all", "--die-with-parent", "--clearenv", "--chdir", image.workdir];
      const bwrap = ["bwrap", ...alone, ...ids, ...view, ...env, ...image.command];
      // Its user namespace knows one id: it starts as the one that the files know, too.
      const as = ["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
      const [program = "", ...args] = asRoot && uid !== 0 ? [...as, ...bwrap] : bwrap;
      if (run("bwrap", ["--version"]).status !== 0) throw new Error("not installed");
      return startHere(program, args, image);
    },
  },
  {
    name: "unshare and chroot",
    async start({ root, user: { uid, gid }, ...image }) {
      const names = ["--net", "--pid", "--ipc", "--uts", "--mount", "--fork", "--kill-child"];
      const outer = asRoot ? names : ["--user", "--map-root-user", ...names];
      const ids = asRoot
        ? ["--setuid", String(uid), "--setgid", String(gid)]
        : ["--user", `--map-user=${uid}`, `--map-group=${gid}`];
      const binds = (image.volumes ?? []).flatMap(({ from, to }) => [from, join(root, to)]);
      const inner = [
        ...image.env,
        "unshare",
        ...ids,
        "--root",
        root,
        "--wd",
        image.workdir,
        ...image.command,
      ];
      const args = [
        ...outer,
        "sh",
        "-euc",
        chrootScript,
        "sh",
        root,
        String(binds.length),
        ...binds,
        ...inner,
      ];
      return startHere("unshare", args, image);
    },
  },
];

/**
 * Arguments: the root, how many arguments speak of volumes, those in pairs, then what `env -i` gets. The shell stays
 * until the end: it is in the user namespace that the network belongs to, and the program perhaps in one below.
 */
const chrootScript = `
root=$1 volumes=$2; shift 2
ip link set lo up
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in ${devices.join(" ")}; do
  touch "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
${standardStreams.map(([name, to]) => `ln -s ${to} "$root/dev/${name}"`).join("\n")}
while [ "$volumes" -gt 0 ]; do mount --bind "$1" "$2"; shift 2; volumes=$((volumes - 2)); done
env -i PATH="$PATH" "$@"
exit $?
`;

/** docker or podman: a published port where its networks work, else a network with nothing but loopback. */
async function startInEngine(
  engine: readonly string[],
  limits: readonly string[],
  image: ToStart,
): Promise<Started> {
  const [program = "", ...always] = engine;
  const engineRun = (...args: readonly string[]) => mustRun(program, [...always, ...args]);
  engineRun("version");
  engineRun("load", "--quiet", "--input", image.archive);
  const volumes = (image.volumes ?? []).flatMap(({ from, to }) => ["--volume", `${from}:${to}`]);
  const begin = (...network: string[]) =>
    engineRun("run", "--detach", ...limits, ...volumes, ...network, image.reference).trim();
  let container: string;
  let published: number | undefined;
  try {
    container = begin("--publish", `127.0.0.1::${image.port}`);
    published = Number(engineRun("port", container, `${image.port}/tcp`).trim().split(":").at(-1));
  } catch {
    container = begin("--network", "none");
  }
  const state = (field: string) =>
    run(program, [...always, "inspect", "--format", `{{.State.${field}}}`, container]).stdout.trim();
  return {
    ...(published !== undefined && { published }),
    inside: () => Number(state("Pid")) || undefined,
    alive: () => state("Running") === "true",
    output() {
      const { stdout, stderr } = run(program, [...always, "logs", container]);
      return `${stdout}${stderr}`;
    },
    async stop() {
      engineRun("rm", "--force", "--volumes", container);
      engineRun("image", "rm", image.reference);
    },
  };
}

/** An OCI runtime bundle, which runc and systemd-nspawn read. Returns its folder. */
function writeBundle({ root, scratch, command, env, workdir, user, volumes = [] }: ToStart): string {
  const bundle = join(scratch, "bundle");
  mkdirSync(bundle);
  const namespaces = ["pid", "ipc", "uts", "mount", "network", "cgroup", ...(asRoot ? [] : ["user"])];
  const mapping = (hostID: number) => [{ containerID: 0, hostID, size: 1 }];
  const maps = asRoot
    ? {}
    : {
        uidMappings: mapping(process.getuid?.() as number),
        gidMappings: mapping(process.getgid?.() as number),
      };
  const config = {
    ociVersion: "1.0.0",
    process: { terminal: false, user, args: command, env, cwd: workdir, noNewPrivileges: true },
    root: { path: root, readonly: false },
    hostname: "tare",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      ...volumes.map(({ from, to }) => ({
        destination: to,
        type: "bind",
        source: from,
        options: ["bind", "rw"],
      })),
    ],
    linux: { namespaces: namespaces.map((type) => ({ type })), ...maps },
  };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  return bundle;
}

/** A runtime that stays in the foreground, as a child of this process. */
function startHere(
  program: string,
  args: readonly string[],
  { scratch }: { readonly scratch: string },
): Promise<Started> {
  // A file, not a pipe: a program that opens /dev/stdout anew may then, whoever it runs as.
  const file = join(scratch, "output");
  const out = openSync(file, "a");
  chmodSync(file, 0o666);
  const child = spawn(program, args, { stdio: ["ignore", out, out] });
  closeSync(out);
  const alive = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const started: Started = {
    inside: () => (alive() ? strangerBelow(child.pid as number) : undefined),
    alive,
    output: () => readFileSync(file, "utf8"),
    async stop() {
      if (!alive()) return;
      // The first process of a container takes the others along, and the runtime then tidies up.
      const inside = strangerBelow(child.pid as number);
      if (inside !== undefined) process.kill(inside, "SIGKILL");
      const late = setTimeout(() => child.kill("SIGKILL"), inside === undefined ? 0 : 10_000);
      await ended;
      clearTimeout(late);
    },
  };
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(started));
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ENOENT" ? new Error("not installed") : error),
    );
  });
}

/** The nearest process below `pid` whose network is not ours. */
function strangerBelow(pid: number): number | undefined {
  const ours = namespaceOf("self", "net");
  const near = childrenOf(pid);
  for (const child of near) {
    const its = namespaceOf(child, "net");
    if (its !== undefined && its !== ours) return child;
  }
  for (const child of near) {
    const found = strangerBelow(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of all its threads. */
function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"));
    return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

/** Runs a program to its end; a failure is an answer, too. */
export function run(program: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
}

function mustRun(program: string, args: readonly string[]): string {
  const { error, status, signal, stdout, stderr } = run(program, args);
  if (error && "code" in error && error.code === "ENOENT") throw new Error("not installed");
  if (error) throw new Error(error.message);
  if (status === 0) return stdout;
  const [why = `ended with ${status ?? signal}`] = stderr.trim().split("\n").slice(-1);
  throw new Error(why.slice(0, 160));
}
