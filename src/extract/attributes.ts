import { fchmodSync, fchownSync, futimesSync, lchownSync, lutimesSync } from "node:fs";
import type { EntryHeader } from "../model/entry.ts";
import type { Losses } from "./losses.ts";

/** What of an entry's attributes is set. */
export interface AttributePlan {
  /** Files get their owners: only root can do that. Otherwise they are the user's, who can always read them. */
  readonly owners: boolean;
  /** Files keep setuid and setgid, where they have their owners. */
  readonly setuid: boolean;
}

const setuidBits = 0o6000;

/** The owner of an open file or folder. Returns whether it is set: a user namespace may not have the id. */
export function setOwner(file: number, header: EntryHeader, plan: AttributePlan, losses: Losses): boolean {
  return orLoss(header, plan, losses, () => fchownSync(file, header.uid, header.gid));
}

/** The owner of what cannot be opened: a symlink or device that was just made. */
export function setOwnerAt(place: Buffer, header: EntryHeader, plan: AttributePlan, losses: Losses): boolean {
  return orLoss(header, plan, losses, () => lchownSync(place, header.uid, header.gid));
}

function orLoss(header: EntryHeader, { owners }: AttributePlan, losses: Losses, set: () => void): boolean {
  if (owners)
    try {
      set();
      return true;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== "EPERM" && code !== "EINVAL") throw cause;
    }
  losses.add("owner", header.path);
  return false;
}

/** A file's mode. Setting an owner clears setuid, so it comes after. */
export function fileMode(header: EntryHeader, owned: boolean, plan: AttributePlan, losses: Losses): number {
  const drops = (header.mode & setuidBits) !== 0 && !(plan.setuid && owned);
  if (drops) losses.add("setuid", header.path);
  const mode = drops ? header.mode & ~setuidBits : header.mode;
  return plan.owners ? mode : mode | 0o400;
}

export function setMode(file: number, mode: number): void {
  fchmodSync(file, mode);
}

type Time = Pick<EntryHeader, "mtime" | "nanoseconds">;

export function setTime(file: number, time: Time): void {
  const when = timeOf(time);
  if (when !== undefined) futimesSync(file, when, when);
}

export function setTimeAt(place: Buffer, time: Time): void {
  const when = timeOf(time);
  if (when !== undefined) lutimesSync(place, when, when);
}

/** Furthest from the epoch that a Date goes, in seconds. */
const dateLimit = 8_640_000_000_000;

/** Node takes a negative number for now, but not an early date. Undefined for a time that no file system has. */
function timeOf({ mtime, nanoseconds = 0 }: Time): number | Date | undefined {
  if (Math.abs(mtime) >= dateLimit) return undefined;
  return mtime < 0 ? new Date(mtime * 1000 + Math.floor(nanoseconds / 1e6)) : mtime + nanoseconds / 1e9;
}
