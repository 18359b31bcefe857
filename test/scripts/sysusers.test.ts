import fc from "fast-check";
import { expect, test } from "vitest";
import { applySysusers } from "../../src/scripts/sysusers.ts";
import { Workspace } from "../../src/scripts/workspace.ts";
import { rootFrom, timestamp } from "../kit/scripted-root.ts";

const files = { "etc/passwd": "root:x:0:0::/root:/bin/sh\n", "etc/group": "root:x:0:\n" };

function applied(...texts: string[]) {
  const workspace = new Workspace(rootFrom(files), timestamp);
  return { problem: applySysusers(workspace, texts), passwd: workspace.text("/etc/passwd") ?? "" };
}

test.each([
  ["a comment", 'u evil 250 "x:0:0:root:/:/bin/sh" /'],
  ["a home", 'u evil 250 "c" "/a:b"'],
  ["a shell", 'u evil 250 "c" "/a" "/bin/sh:x"'],
])("a colon in %s would be another field of /etc/passwd, and is not followed", (_, line) => {
  const { problem, passwd } = applied(line);
  expect(problem).toBe("the account evil is not followed");
  expect(passwd).toBe(files["etc/passwd"]);
});

test("thousands of accounts are not followed", () => {
  const text = Array.from({ length: 1001 }, (_, at) => `u a${at} ${at + 1000}`).join("\n");
  expect(applied(text).problem).toBe("more than 1000 accounts are not followed");
});

test("whatever a file says, each line of /etc/passwd has its seven fields", () => {
  const word = fc.oneof(
    fc.constantFrom("u", "g", "m", "a", "root", "-", "0", "250:a", '"b c"', "\\", "%m"),
    fc.string(),
  );
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      const rows = applied(lines.join("\n")).passwd.trimEnd().split("\n");
      for (const row of rows) expect(row.split(":")).toHaveLength(7);
    }),
    { numRuns: 500, seed: 5 },
  );
});
