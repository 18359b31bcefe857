import { encodeText } from "../bytes/text.ts";
import { TareError } from "../errors.ts";
import type { Entry } from "../model/entry.ts";

/** What a file system has room for. */
export interface Room {
  /** Begins sentences: `A squashfs image`. */
  readonly place: string;
  readonly holdsAttribute: (name: string) => boolean;
  /** Seconds since the epoch. */
  readonly earliest: number;
  readonly latest: number;
}

/** Bytes of a name in a folder, in Linux. */
const nameLimit = 255;

/**
 * Entries as a file system holds them: attributes of other kinds are left out, and times outside its range are the
 * nearest inside. `lost` takes the paths that this happens to.
 * @throws CANNOT_WRITE for a name that is too long
 */
export async function* fitted(
  entries: AsyncIterable<Entry>,
  room: Room,
  file: string,
  lost: LostParts,
): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    const name = entry.path.slice(entry.path.lastIndexOf("/") + 1);
    if (encodeText(name).length > nameLimit)
      throw new TareError({
        code: "CANNOT_WRITE",
        file,
        why: `${entry.path.slice(0, 100)}… has a name of more than ${nameLimit} bytes, which a file system cannot hold`,
      });
    const mtime = Math.min(Math.max(entry.mtime, room.earliest), room.latest);
    if (mtime !== entry.mtime) lost.times.push(entry.path);
    const xattrs = [...(entry.xattrs ?? [])].filter(([attribute]) => room.holdsAttribute(attribute));
    if (xattrs.length < (entry.xattrs?.size ?? 0)) lost.attributes.push(entry.path);
    yield { ...entry, mtime, ...(entry.xattrs && { xattrs: new Map(xattrs) }) };
  }
}

/** Paths whose time or attributes are not as they were. */
export interface LostParts {
  readonly times: string[];
  readonly attributes: string[];
}

/** Whole sentences. */
export function lossNotes({ times, attributes }: LostParts, { place, earliest, latest }: Room): string[] {
  const years = [earliest, latest].map((seconds) => new Date(seconds * 1000).getUTCFullYear());
  const notes = [];
  if (times.length > 0)
    notes.push(
      `${place} has no times before ${years[0]} or after ${years[1]}: ${some(times)} got the nearest.`,
    );
  if (attributes.length > 0)
    notes.push(`${place} has no place for some of the extended attributes of ${some(attributes)}.`);
  return notes;
}

function some([first = "", ...others]: readonly string[]): string {
  return others.length === 0 ? `/${first}` : `/${first} and ${others.length} more`;
}
