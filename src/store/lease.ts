import { randomUUID } from "node:crypto";
import { mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { TareError } from "../errors.ts";

/** Ends a lease or an exclusive hold. Safe to call twice. */
export type Release = () => Promise<void>;

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Says that this process uses the store, so that nobody collects garbage meanwhile. Any number of processes may hold
 * one. A holder announces itself first and looks second, as does {@link holdAlone}: one of the two always sees the other.
 * @throws STORE_BUSY when a garbage collection does not end within `patience` milliseconds
 */
export async function lease(folder: string, patience = 30_000): Promise<Release> {
  const leases = join(folder, "leases");
  await mkdir(leases, { recursive: true });
  const file = join(leases, randomUUID());
  await symlink(self(), file);
  const deadline = performance.now() + patience;
  while (true) {
    const collector = await holderOf(join(folder, "gc.lock"));
    if (collector === undefined || !isAlive(collector)) return () => rm(file, { force: true });
    if (performance.now() > deadline) {
      await rm(file, { force: true });
      throw busy(folder, collector, "wait for its garbage collection to end");
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Takes the store for this process alone. @throws STORE_BUSY when another one uses it; holders that died do not count. */
export async function holdAlone(folder: string): Promise<Release> {
  const lock = join(folder, "gc.lock");
  await takeLock(folder, lock);
  const release = () => rm(lock, { force: true });
  const leases = join(folder, "leases");
  for (const name of await readdir(leases).catch(() => [])) {
    const holder = await holderOf(join(leases, name));
    if (holder !== undefined && isAlive(holder)) {
      await release();
      throw busy(folder, holder, "try again when it is done");
    }
    await rm(join(leases, name), { force: true });
  }
  return release;
}

async function takeLock(folder: string, lock: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await symlink(self(), lock);
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
      const holder = await holderOf(lock);
      if (holder !== undefined && isAlive(holder))
        throw busy(folder, holder, "wait for its garbage collection to end");
      await rm(lock, { force: true });
    }
  }
}

/** A holder is the text of a symlink: made in one step, so nobody reads half of it. */
function self(): string {
  return `${process.pid}@${hostname()}`;
}

async function holderOf(file: string): Promise<Holder | undefined> {
  const text = await readlink(file).catch(() => "");
  const match = /^([0-9]+)@(.*)$/.exec(text);
  return match ? { pid: Number(match[1]), host: match[2] ?? "" } : undefined;
}

/** A process of another machine (a store on a shared disk) cannot be asked, so it counts as alive. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

function busy(folder: string, holder: Holder, todo: string): TareError {
  return new TareError({ code: "STORE_BUSY", folder, who: `process ${holder.pid} on ${holder.host}`, todo });
}
