import { expect, test } from "vitest";
import { nearestVersions } from "../../../../src/sources/npm/tree/nearest-versions.ts";

const versions = ["2.0.0", "1.0.0", "1.10.0", "1.2.0", "3.0.0-rc.1", "1.9.0", "nothing", "0.1.0"];

test.each([
  ["1.9.1", ["1.2.0", "1.9.0", "1.10.0", "2.0.0"]],
  ["^3.0.0", ["1.10.0", "2.0.0"]],
  ["0.0.1", ["0.1.0", "1.0.0"]],
  ["next", ["1.10.0", "2.0.0"]],
  ["", ["0.1.0", "1.0.0"]],
])("next to %s stand %j", (wanted, near) => {
  expect(nearestVersions(versions, wanted)).toEqual(near);
});

test("where nothing was released, what came before a release is named", () => {
  expect(nearestVersions(["1.0.0-b.2", "1.0.0-b.10"], "1")).toEqual(["1.0.0-b.2", "1.0.0-b.10"]);
  expect(nearestVersions([], "1")).toEqual([]);
});
