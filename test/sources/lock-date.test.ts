import { expect, test } from "vitest";
import { lockDate } from "../../src/sources/lock-date.ts";

test.each([
  [1, "1970-01-01T00:00:01Z"],
  [1_700_000_000, "2023-11-14T22:13:20Z"],
  [1_700_000_000.9, "2023-11-14T22:13:20Z"],
  [253_402_300_799, "9999-12-31T23:59:59Z"],
])("%d is %s", (seconds, date) => expect(lockDate(seconds)).toBe(date));

test.each([0, -1, 253_402_300_800, 1e300])("%d is no date of a publisher", (seconds) =>
  expect(lockDate(seconds)).toBeUndefined(),
);
