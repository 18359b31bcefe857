import { expect, test } from "vitest";
import { readingScriptlet } from "../../kit/rpm-scripted.ts";

const files = {
  "etc/crypto-policies/config": "# chosen\nfuture\n",
  "usr/share/crypto-policies/DEFAULT/openssh.txt": "x",
  "usr/share/crypto-policies/FUTURE/openssh.txt": "x",
  "usr/share/crypto-policies/FUTURE/java.txt": "x",
  "usr/share/crypto-policies/default-config": "DEFAULT\n",
};
const backEnds = "/etc/crypto-policies/back-ends";
const quiet = "/usr/bin/update-crypto-policies --no-check >/dev/null 2>/dev/null || :";

test("the policy that was chosen is linked for each library", () => {
  const { findings, link, text } = readingScriptlet(quiet, files);
  expect(findings.needs).toEqual([]);
  expect([...findings.handled]).toEqual(["the policy of cryptography FUTURE"]);
  expect(link(`${backEnds}/java.config`)).toBe("/usr/share/crypto-policies/FUTURE/java.txt");
  expect(text("/etc/crypto-policies/state/current")).toBe("FUTURE\n");
});

test("the package's own policy, where none was chosen", () => {
  const { link } = readingScriptlet(quiet, { ...files, "etc/crypto-policies/config": { link: "nowhere" } });
  expect(link(`${backEnds}/openssh.config`)).toBe("/usr/share/crypto-policies/DEFAULT/openssh.txt");
  expect(link(`${backEnds}/java.config`)).toBeUndefined();
});

test("one that is set is chosen from then on", () => {
  const { link, text } = readingScriptlet("update-crypto-policies --set DEFAULT", files);
  expect(text("/etc/crypto-policies/config")).toBe("DEFAULT\n");
  expect(link(`${backEnds}/openssh.config`)).toBe("/usr/share/crypto-policies/DEFAULT/openssh.txt");
});

test.each([
  ["update-crypto-policies --set DEFAULT:NO-SHA1", {}],
  ["update-crypto-policies --set OTHER", {}],
  ["update-crypto-policies", { "etc/crypto-policies/local.d/openssh-own.config": "x" }],
  ["update-crypto-policies", { "etc/crypto-policies/config": "A\nB\n" }],
  ["update-crypto-policies --show", {}],
])("%s may be told only: %j", (script, more) => {
  const { findings, workspace } = readingScriptlet(script, { ...files, ...more });
  expect(findings.needs).toHaveLength(1);
  expect(workspace.version).toBe(0);
});
