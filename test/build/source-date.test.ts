import { expect, test } from "vitest";
import { sourceDateEpoch } from "../../src/build/source-date.ts";

test.each([
  [undefined, undefined],
  ["", undefined],
  ["0", 0],
  ["1700000000", 1_700_000_000],
  ["253402300799", 253_402_300_799],
])("SOURCE_DATE_EPOCH %j is %s", (text, seconds) => {
  expect(sourceDateEpoch({ SOURCE_DATE_EPOCH: text })).toBe(seconds);
});

test.each(["-1", "1e9", "1700000000.5", "yesterday", " 1", "253402300800", "9".repeat(30)])(
  "%j is refused",
  (text) => {
    expect(() => sourceDateEpoch({ SOURCE_DATE_EPOCH: text })).toThrow(
      "The environment variable SOURCE_DATE_EPOCH cannot be used: it must be whole seconds since 1970",
    );
  },
);
