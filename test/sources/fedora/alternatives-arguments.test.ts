import { describe, expect, test } from "vitest";
import { parseAlternativesArguments } from "../../../src/sources/fedora/alternatives-arguments.ts";

const leader = { link: "/usr/bin/editor", name: "editor", path: "/usr/bin/vim" };
const follower = { link: "/usr/bin/view", name: "view", path: "/usr/bin/vim.view" };

/** The lines of SYNOPSIS in alternatives(8) of chkconfig that a scriptlet can use. */
describe("alternatives", () => {
  test.each<[string, object]>([
    [
      "--install /usr/bin/editor editor /usr/bin/vim 50",
      { action: "install", leader, priority: 50, followers: [] },
    ],
    [
      "--install /usr/bin/editor editor /usr/bin/vim 50 --follower /usr/bin/view view /usr/bin/vim.view --initscript vimd --family big",
      {
        action: "install",
        leader,
        priority: 50,
        followers: [follower],
        initscript: "vimd",
        family: "big",
      },
    ],
    [
      "--slave /usr/bin/view view /usr/bin/vim.view --verbose --install //usr/bin/editor editor /usr//bin/vim -5",
      { action: "install", leader, priority: -5, followers: [follower] },
    ],
    ["--remove editor /usr/bin/vim", { action: "remove", name: "editor", path: "/usr/bin/vim" }],
    ["--set editor /usr/bin/vim", { action: "set", name: "editor", path: "/usr/bin/vim" }],
    ["--set editor big", { action: "set", name: "editor", path: "big" }],
    ["--auto editor", { action: "auto", name: "editor" }],
    ["--display editor", { action: "display", name: "editor" }],
    ["--list", { action: "list" }],
    ["--remove-all editor", { action: "remove-all", name: "editor" }],
    [
      "--add-follower editor /usr/bin/vim /usr/bin/view view /usr/bin/vim.view",
      { action: "add-follower", name: "editor", path: "/usr/bin/vim", follower },
    ],
    [
      "--remove-follower editor /usr/bin/vim view",
      { action: "remove-follower", name: "editor", path: "/usr/bin/vim", follower: "view" },
    ],
  ])("%s", (line, command) => expect(parseAlternativesArguments(line.split(" "))).toEqual(command));

  test.each([
    "",
    "editor",
    "--config editor",
    "--keep-missing --auto editor",
    "--keep-foreign --remove editor /usr/bin/vim",
    "--altdir /elsewhere --auto editor",
    "--auto editor --display editor",
    "--install /usr/bin/editor editor /usr/bin/vim",
    "--install /usr/bin/editor /editor /usr/bin/vim 50",
    "--remove editor vim",
  ])("%s is not known, and nothing is guessed", (line) => {
    expect(() => parseAlternativesArguments(line.split(" ").filter(Boolean))).toThrow("not known");
  });
});
