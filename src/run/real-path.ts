import { lstat, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Container } from "./container.ts";

/** As Linux has it. */
const linkLimit = 40;

/** The names that lead to a path of a container, from its root on, each where it is on this machine. */
export type RealPath = readonly string[];

/**
 * Where a path of a container leads, mounts and all, with symlinks followed inside of it; undefined where there is
 * nothing. Nothing may run in it meanwhile.
 * @param path absolute
 */
export async function realPath(
  path: string,
  { root, mounts }: Pick<Container, "root" | "mounts">,
): Promise<RealPath | undefined> {
  const onHost = (inner: string) => {
    const mount = mounts.findLast(({ to }) => inner === to || inner.startsWith(`${to}/`));
    return mount === undefined ? join(root, inner) : join(mount.from, inner.slice(mount.to.length));
  };
  const todo = path.split("/").reverse();
  let at = "/";
  for (let links = 0; todo.length > 0; ) {
    const name = todo.pop() as string;
    // A folder's own .. is the container's, whatever is mounted.
    const next = posix.join(at, name);
    const found = await lstat(onHost(next)).catch(() => undefined);
    if (found === undefined) return undefined;
    if (!found.isSymbolicLink()) at = next;
    else {
      links += 1;
      if (links > linkLimit) return undefined;
      const target = await readlink(onHost(next));
      if (target.startsWith("/")) at = "/";
      todo.push(...target.split("/").reverse());
    }
  }
  const names = at.split("/").filter(Boolean);
  return ["/", ...names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`)].map(onHost);
}
