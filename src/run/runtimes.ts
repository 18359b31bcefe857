import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { chrootScript } from "./chroot-script.ts";
import type { Container, Runtime } from "./container.ts";
import { reachScript } from "./reach-script.ts";
import { readOnlyOfProc, writeBundle } from "./write-bundle.ts";

/** From the most to the least of a container, those that leave nothing behind on the machine first. */
export const runtimes: readonly Runtime[] = [
  ociRuntime("runc"),
  ociRuntime("crun"),
  {
    name: "bwrap",
    programs: ["bwrap"],
    passesSignals: false,
    async start(container, host, at) {
      // Its user namespace has one user: whoever starts it. As root that can be the one whom the files know, who must
      // reach them: root's own rights end there.
      if (host.uid !== 0) return { file: at("bwrap"), args: bubblewrap(container) };
      const { root, mounts, user, scratch } = container;
      const stage = join(scratch, "stage");
      await mkdir(stage);
      const files = [root, ...mounts.map(({ from }) => from)];
      const reached = mounts.map((mount, index) => ({ ...mount, from: `/tmp/${index + 1}` }));
      const reach = ["--mount", "sh", "-euc", reachScript, "sh", stage, String(files.length), ...files];
      const as = ["setpriv", "--reuid", String(user.uid), "--regid", String(user.gid), "--clear-groups"];
      const args = bubblewrap({ ...container, root: "/tmp/0", mounts: reached });
      return { file: "unshare", args: [...reach, ...as, at("bwrap"), ...args] };
    },
  },
  {
    name: "podman",
    programs: ["podman"],
    passesSignals: true,
    async start(container, host, at) {
      const { root, args, user } = container;
      const groups = host.uid === 0 ? user.groups.flatMap((id) => ["--group-add", String(id)]) : [];
      const own = [...(await ulimits()), ...groups, "--unsetenv-all"];
      const name = uniqueName();
      // Between the start and its first look at signals it would end by itself, with 0, and leave the program running.
      const tell = (signal: NodeJS.Signals) => ({
        file: at("podman"),
        args: ["kill", "--signal", signal, name],
      });
      const deaf = ["--sig-proxy=false"];
      const options = [...engineOptions(container, name), ...own, ...deaf, "--rootfs", root, ...args];
      const end = { file: at("podman"), args: ["rm", "--force", "--ignore", "--time", "0", name] };
      return { file: at("podman"), args: options, end, tell };
    },
  },
  {
    name: "docker",
    programs: ["docker", "sh", "tar"],
    passesSignals: true,
    async start(container, host, at) {
      const name = uniqueName();
      const image = `tare-run:${name}`;
      const owner = host.uid === 0 ? [] : ["--owner=0", "--group=0"];
      // It takes no folder for a root: it gets the same as a tarball.
      const script = 'docker=$1 name=$2; shift 2; "$@" | "$docker" import - "$name"';
      const tar = [at("tar"), "--numeric-owner", ...owner, "-C", container.root, "-cf", "-", "."];
      const before = { file: at("sh"), args: ["-c", script, "sh", at("docker"), image, ...tar] };
      const after = { file: at("docker"), args: ["image", "rm", "--force", image] };
      const end = { file: at("docker"), args: ["rm", "--force", name] };
      const args = [...engineOptions(container, name), "--pull", "never", image, ...container.args];
      return { file: at("docker"), args, before, after, end };
    },
  },
  {
    name: "systemd-nspawn",
    programs: ["systemd-nspawn"],
    passesSignals: false,
    refusal: (_, { uid }) => (uid === 0 ? undefined : "it needs root"),
    async start(container, host, at) {
      const console = container.terminal ? "interactive" : "pipe";
      const quiet = [
        ...["--quiet", "--register=no", "--keep-unit", `--console=${console}`],
        `--machine=${uniqueName()}`,
      ];
      // Of a bundle it takes no read-only mounts.
      const binds = container.mounts.map(
        ({ from, to, readOnly }) => `--bind${readOnly ? "-ro" : ""}=${escaped(from)}:${escaped(to)}`,
      );
      const bundle = await writeBundle({ ...container, mounts: [] }, host);
      // Quiet as it is, it complains when a folder of its own lies on a disk.
      const silence = { SYSTEMD_LOG_TARGET: "null" };
      return { file: at("systemd-nspawn"), args: [...quiet, ...binds, `--oci-bundle=${bundle}`], silence };
    },
  },
  {
    name: "unshare",
    programs: ["unshare", "sh", "mount", "env"],
    passesSignals: false,
    refusal: (_, { uid }) => (uid === 0 ? "a mere chroot holds nothing back that root starts" : undefined),
    async start({ root, args, env, workdir, user, network, mounts }, _, at) {
      const outer = [
        "--user",
        "--map-root-user",
        "--pid",
        "--ipc",
        "--uts",
        "--mount",
        "--fork",
        "--kill-child",
      ];
      const net = network === "none" ? ["--net"] : [];
      const binds = mounts.flatMap(({ from, to, readOnly }) => [
        from,
        join(root, to),
        readOnly ? "ro" : "rw",
      ]);
      const inner = ["--user", `--map-user=${user.uid}`, `--map-group=${user.gid}`];
      const enter = [at("unshare"), ...inner, "--root", root, "--wd", workdir, ...args];
      const script = [at("sh"), "-euc", chrootScript, "sh", root, String(binds.length), ...binds];
      return { file: at("unshare"), args: [...outer, ...net, ...script, ...env, ...enter] };
    },
  },
];

function uniqueName(): string {
  return `tare-${randomUUID()}`;
}

/** systemd.nspawn(5): colons in paths. */
function escaped(path: string): string {
  return path.replace(/[\\:]/g, "\\$&");
}

/** Open files as this process has them, and processes as every machine allows: podman's defaults ask for more. */
async function ulimits(): Promise<readonly string[]> {
  const [, soft, hard] =
    /^Max open files +(\d+) +(\d+)/m.exec(await readFile("/proc/self/limits", "utf8")) ?? [];
  return ["--ulimit", "nproc=4096:4096", ...(soft && hard ? ["--ulimit", `nofile=${soft}:${hard}`] : [])];
}

/** What podman and docker have in common, from `run` on. */
function engineOptions(container: Container, name: string): readonly string[] {
  const { env, workdir, user, network, mounts, terminal } = container;
  const run = [
    "run",
    "--rm",
    "--name",
    name,
    "--interactive",
    ...(terminal ? ["--tty"] : []),
    "--network",
    network,
  ];
  const process = ["--user", `${user.uid}:${user.gid}`, "--workdir", workdir, "--hostname", "tare"];
  const variables = env.flatMap((pair) => ["--env", pair]);
  const volumes = mounts.map(({ from, to, readOnly }) => `${from}:${to}${readOnly ? ":ro" : ""}`);
  const privileges = ["--security-opt", "no-new-privileges"];
  return [...run, ...process, ...privileges, ...variables, ...volumes.flatMap((one) => ["--volume", one])];
}

function ociRuntime(name: string): Runtime {
  return {
    name,
    programs: [name],
    passesSignals: true,
    refusal({ user }, host) {
      const other = host.uid !== 0 && (user.uid !== 0 || user.gid !== 0);
      return other ? "without root it starts programs as root of a user namespace only" : undefined;
    },
    async start(container, host, at) {
      const bundle = await writeBundle(container, host);
      const own = ["--root", join(container.scratch, "state")];
      const id = uniqueName();
      const end = { file: at(name), args: [...own, "delete", "--force", id] };
      return { file: at(name), args: [...own, "run", "--bundle", bundle, id], end };
    },
  };
}

function bubblewrap(container: Container): readonly string[] {
  const { root, args, env, workdir, user, network, mounts, terminal } = container;
  const alone = ["--unshare-all", "--die-with-parent", "--as-pid-1", "--hostname", "tare"];
  if (network === "host") alone.push("--share-net");
  // Away from the terminal it must not reach one.
  if (!terminal) alone.push("--new-session");
  const ids = ["--unshare-user", "--uid", String(user.uid), "--gid", String(user.gid)];
  const view = ["--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--chdir", workdir];
  // It does so by itself, but not for root.
  const kept = readOnlyOfProc.flatMap((name) => ["--ro-bind-try", `/proc/${name}`, `/proc/${name}`]);
  const binds = mounts.flatMap(({ from, to, readOnly }) => [readOnly ? "--ro-bind" : "--bind", from, to]);
  const variables = env.flatMap((pair) => {
    const [name = ""] = pair.split("=", 1);
    return ["--setenv", name, pair.slice(name.length + 1)];
  });
  return [...alone, ...ids, ...view, ...kept, ...binds, "--clearenv", ...variables, "--", ...args];
}
