import { randomUUID } from "node:crypto";
import { lstat, readdir, readlink, rm, symlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolders } from "../bytes/make-folders.ts";
import { writeFailure } from "../bytes/write-file.ts";
import { TareError } from "../errors.ts";

/** Ends a lease or an exclusive hold. Safe to call twice. */
export type Release = () => Promise<void>;

/** `leases`: processes that use the store. `collectors`: those that want it for themselves. */
type Room = "leases" | "collectors";

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
  const { file, release } = await announce(folder, "leases");
  const deadline = performance.now() + patience;
  while (true) {
    const collector = await another(folder, "collectors", file);
    if (collector === undefined) return release;
    if (performance.now() > deadline) {
      await release();
      throw busy(folder, collector, "wait for its garbage collection to end");
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/**
 * Takes the store for this process alone; holders that died do not count. Of two processes that ask at the same
 * moment, both may be refused, but never are both let in.
 * @throws STORE_BUSY when another one uses it or collects garbage
 */
export async function holdAlone(folder: string): Promise<Release> {
  const { file, release } = await announce(folder, "collectors");
  const collector = await another(folder, "collectors", file);
  const user = collector ?? (await another(folder, "leases", file));
  if (user === undefined) return release;
  await release();
  throw busy(
    folder,
    user,
    collector ? "wait for its garbage collection to end" : "try again when it is done",
  );
}

/** A holder is the text of a symlink: made in one step, so nobody reads half of it. Its name is nobody else's. */
async function announce(folder: string, room: Room): Promise<{ file: string; release: Release }> {
  const file = join(folder, room, randomUUID());
  try {
    await makeFolders(join(folder, room));
    await symlink(`${process.pid}@${hostname()}`, file);
  } catch (cause) {
    throw writeFailure(cause, file);
  }
  return { file, release: () => rm(file, { force: true }) };
}

/** Somebody in the room who lives and is not `self`; announcements of the dead are removed. */
async function another(folder: string, room: Room, self: string): Promise<Holder | undefined> {
  let found: Holder | undefined;
  for (const name of await readdir(join(folder, room)).catch(() => [])) {
    const file = join(folder, room, name);
    if (file === self) continue;
    const holder = await holderOf(file);
    if (holder !== undefined && (await isAlive(holder, file, self))) found ??= holder;
    else await rm(file, { force: true }).catch(() => undefined);
  }
  return found;
}

async function holderOf(file: string): Promise<Holder | undefined> {
  const text = await readlink(file).catch(() => "");
  const match = /^([0-9]{1,10})@(.*)$/.exec(text);
  return match ? { pid: Number(match[1]), host: match[2] ?? "" } : undefined;
}

/** Longer than any build: 24 hours in milliseconds. */
const strangersDay = 86_400_000;

/**
 * A process of another machine or container (a store on a shared disk) cannot be asked: it counts as alive for a day.
 * The day is measured by the disk's own clock, on which both announcements were made.
 */
async function isAlive(holder: Holder, file: string, self: string): Promise<boolean> {
  if (holder.host !== hostname()) {
    const times = await Promise.all([lstat(self), lstat(file)]).catch(() => undefined);
    return times !== undefined && times[0].mtimeMs - times[1].mtimeMs < strangersDay;
  }
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
