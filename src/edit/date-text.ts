/** 9999-12-31: later dates have no RFC 3339 form. */
const latestDate = 253_402_300_799;

/** Seconds since the epoch as RFC 3339, to the second; what is out of its range is the nearest that is not. */
export function dateText(seconds: number): string {
  const date = new Date(Math.min(Math.max(seconds, 0), latestDate) * 1000);
  return date.toISOString().replace(".000Z", "Z");
}
