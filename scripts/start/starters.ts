import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { writeBundle } from "./bundle.ts";
import { startInEngine } from "./engine.ts";
import { startHere } from "./foreground.ts";
import { asRoot, run } from "./program.ts";
import type { Started, ToStart } from "./started.ts";

/** A way to start an image. Throws, with a short reason, when it cannot. */
export interface Starter {
  readonly name: string;
  start(image: ToStart): Promise<Started>;
}

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
      return startHere("runc", ["--root", state, "run", "--bundle", bundle, `tare-${randomUUID()}`], image);
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
      const view = ["--bind", image.root, "/", "--proc", "/proc", "--tmpfs", "/dev"];
      const alone = ["--unshare-all", "--die-with-parent", "--clearenv", "--chdir", image.workdir];
      const bwrap = ["bwrap", ...alone, ...ids, ...view, ...dev, ...links, ...binds, ...env];
      // Its user namespace knows one id: it starts as the one that the files know, too.
      const as = ["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
      const [program = "", ...args] = asRoot && uid !== 0 ? [...as, ...bwrap] : bwrap;
      if (run("bwrap", ["--version"]).status !== 0) throw new Error("not installed");
      return startHere(program, [...args, ...image.command], image);
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
      const enter = ["unshare", ...ids, "--root", root, "--wd", image.workdir, ...image.command];
      const sh = ["sh", "-euc", chrootScript, "sh", root, String(binds.length), ...binds];
      const args = [...outer, ...sh, ...image.env, ...enter];
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
