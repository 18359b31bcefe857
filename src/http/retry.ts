import { setTimeout as delay } from "node:timers/promises";

/** Waits; rejects with the signal's reason when it is aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** The clock's own sleep: what everybody uses but tests. */
export const sleep: Sleep = async (milliseconds, signal) => {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};

/** Whether asking the same server again may help (RFC 9110, 15; RFC 6585, 4). */
export function isPassing(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status);
}

/** Milliseconds before attempt `n` (from 1) is repeated: half a second, doubled each time, at most 8 s. */
export function backoff(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), 8000);
}

/** The longest wait that a server may ask for: another mirror is nearer than that. */
const patience = 60_000;

/**
 * What `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date), in milliseconds from `now`; undefined when it is
 * absent or senseless, "too-long" past a minute.
 */
export function retryAfter(header: string | null, now: Date): number | "too-long" | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  if (Number.isNaN(wait)) return undefined;
  return wait > patience ? "too-long" : Math.max(wait, 0);
}
