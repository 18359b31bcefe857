import { describe, expect, test } from "vitest";
import { argumentsOf, environmentOf } from "../../src/run/process-of.ts";

const image = { Entrypoint: ["/entry", "a"], Cmd: ["b", "c"] };
const none = { args: [], env: [] };

describe("program and arguments are docker's", () => {
  test.each([
    ["ENTRYPOINT and CMD", image, none, ["/entry", "a", "b", "c"]],
    ["arguments instead of CMD", image, { ...none, args: ["x"] }, ["/entry", "a", "x"]],
    ["CMD alone", { Cmd: ["b"] }, none, ["b"]],
    ["another entry point, without CMD", image, { ...none, entrypoint: "sh" }, ["sh"]],
    ["both", image, { args: ["-c", "x"], env: [], entrypoint: "sh" }, ["sh", "-c", "x"]],
    ["no entry point at all", image, { args: ["x"], env: [], entrypoint: "" }, ["x"]],
    ["nothing", {}, none, []],
  ])("%s", (_, config, wishes, expected) => {
    expect(argumentsOf(config, wishes)).toEqual(expected);
  });
});

test("the image's environment comes before what is always there, and wishes before it", () => {
  const config = { Env: ["PATH=/bin", "A=1", "B=2", "E"] };
  expect(environmentOf(config, { args: [], env: ["B=3=4"] }, "/root", false)).toEqual([
    "PATH=/bin",
    "HOME=/root",
    "A=1",
    "B=3=4",
    "E=",
  ]);
  expect(environmentOf({}, none, "/", true)).toEqual([
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/",
    "TERM=xterm",
  ]);
});
