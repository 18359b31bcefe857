import { readOnlyOfProc } from "./write-bundle.ts";

/** What a program may expect in /dev. */
const devices: readonly string[] = ["null", "zero", "full", "random", "urandom", "tty"];
const streams: readonly (readonly [string, string])[] = [
  ["fd", "/proc/self/fd"],
  ["stdin", "fd/0"],
  ["stdout", "fd/1"],
  ["stderr", "fd/2"],
];

/**
 * Run by sh(1) as the first process of new namespaces; becomes the program in the end. Arguments: the root, how many
 * arguments speak of mounts, those in threes, then what `env -i` gets. Everything that is mounted upon is a plain
 * folder or file of the root.
 */
export const chrootScript: string = `
root=$1 mounts=$2; shift 2
mount -t proc proc "$root/proc"
for name in ${readOnlyOfProc.join(" ")}; do
  [ -e "$root/proc/$name" ] || continue
  mount --bind "$root/proc/$name" "$root/proc/$name"
  mount -o remount,bind,ro,nosuid,nodev,noexec "$root/proc/$name"
done
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for name in ${devices.join(" ")}; do
  : > "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
${streams.map(([name, to]) => `ln -s ${to} "$root/dev/${name}"`).join("\n")}
while [ "$mounts" -gt 0 ]; do
  mount --rbind "$1" "$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$2"
  shift 3; mounts=$((mounts - 3))
done
if command -v ip > /dev/null; then ip link set lo up || true; fi
exec env -i "$@"
`;
