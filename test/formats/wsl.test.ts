import { expect, test } from "vitest";
import { distributionName, encodeDistributionConf } from "../../src/formats/wsl/distribution-conf.ts";

test.each([
  ["shout", "shout"],
  ["Ubuntu-24.04_x", "Ubuntu-24.04_x"],
  ["my app!\n[boot]", "my-app-boot"],
  ["..", "linux"],
  ["é", "linux"],
  ["", "linux"],
  ["x".repeat(100), "x".repeat(64)],
])("%j is called %s on Windows", (text, name) => {
  expect(distributionName(text)).toBe(name);
});

test("a distribution says its name, and who runs shells if it is not root", () => {
  const text = (defaultUid: number | undefined) =>
    encodeDistributionConf({ defaultName: "shout", defaultUid }).toString();
  expect(text(undefined)).toBe("[oobe]\ndefaultName = shout\n");
  expect(text(1000)).toBe("[oobe]\ndefaultUid = 1000\ndefaultName = shout\n");
});
