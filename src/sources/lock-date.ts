/** A publisher's time as the lock has it: RFC 3339, to the second; undefined for what is no date. */
export function lockDate(seconds: number): string | undefined {
  if (seconds <= 0 || seconds > 253_402_300_799) return undefined;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
