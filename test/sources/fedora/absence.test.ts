import { describe, expect, test } from "vitest";
import { absenceOf, absenceOfNamed } from "../../../src/sources/fedora/absence.ts";
import { Archive } from "../../../src/sources/fedora/candidates.ts";
import { indexedRepository } from "../../kit/rpm-index.ts";

const files = new Map([["/usr/share/data/file", [3]]]);
const archive = new Archive(
  [
    indexedRepository(
      [
        { name: "lib", version: "1" },
        { name: "lib", version: "2" },
        { name: "tool", version: "3", provides: ["cap = 1"] },
        { name: "data", files: ["/usr/bin/data"] },
        { name: "arm", architecture: "aarch64" },
        { name: "with" },
      ],
      { files, excludes: ["lib-2", "data"] },
    ),
  ],
  "x86_64",
);

describe("why a dependency is not met", () => {
  test.each([
    ["lib", undefined],
    ["with", undefined],
    ["nobody", "nothing offers that"],
    ["lib >= 2", "there is only lib-1-1.x86_64, and lib-2-1.x86_64 is excluded"],
    ["lib >= 3", "there is only lib-1-1.x86_64"],
    ["cap >= 2", "there is only 1 in tool-3-1.x86_64"],
    ["data", "data.x86_64 is excluded"],
    ["data >= 9", "data.x86_64 is excluded"],
    ["arm", "arm.aarch64 is for another machine"],
    ["/usr/bin/data", "data.x86_64 is excluded"],
    ["/usr/share/data/file", "data.x86_64 is excluded"],
  ])("%s", (text, why) => {
    expect(absenceOf(text, archive)).toBe(why);
  });

  test.each([
    ["(lib and tool)", undefined],
    ["(lib and data)", "data.x86_64 is excluded"],
    ["(nobody or arm)", "nothing offers nobody and arm.aarch64 is for another machine"],
    ["(data if lib)", "data.x86_64 is excluded"],
    ["(lib if data)", undefined],
    ["(lib if data else nobody)", "data.x86_64 is excluded and nothing offers nobody"],
    ["(tool unless data)", undefined],
    ["(lib >= 2 with tool)", "there is only lib-1-1.x86_64, and lib-2-1.x86_64 is excluded"],
    ["(lib with tool)", "no package meets that"],
    ["(lib without lib)", "no package meets that"],
  ])("%s, whose parts are told of", (text, why) => {
    expect(absenceOf(text, archive)).toBe(why);
  });
});

describe("why a word names nothing", () => {
  test.each([
    ["lib-2", "lib.x86_64 is excluded"],
    ["lib-3", "there is only lib-1-1.x86_64"],
    ["lib-1-2.x86_64", "there is only lib-1-1.x86_64"],
    ["tool.i686", "there is only tool-3-1.x86_64"],
    ["arm.aarch64", "arm.aarch64 is for another machine"],
    ["da*", "data.x86_64 is excluded"],
    ["zz*", "nothing offers that"],
    ["toool", "nothing offers that; did you mean tool?"],
    ["toool-3", "nothing offers that; did you mean tool?"],
    ["toool.x86_64", "nothing offers that; did you mean tool?"],
    ["perl(Nobody)", "nothing offers that"],
  ])("%s", (text, why) => {
    expect(absenceOfNamed(text, archive)).toBe(why);
  });
});
