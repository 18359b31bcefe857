import { expect, test } from "vitest";
import { whyUnknownPlatform } from "../../src/model/known-platform.ts";
import { type Platform, parsePlatform } from "../../src/model/platform.ts";

const whyNot = (text: string) => whyUnknownPlatform(parsePlatform(text) as Platform);

test.each([
  "linux/amd64",
  "linux/amd64/v3",
  "linux/arm",
  "linux/arm/v7",
  "linux/arm64/v8",
  "linux/386",
  "linux/riscv64",
  "linux/s390x",
  "windows/amd64",
])("%s is a platform", (text) => {
  expect(whyNot(text)).toBeUndefined();
});

test.each([
  ["linux/x86_64", 'there is no architecture "x86_64"; did you mean linux/amd64?'],
  ["linux/aarch64", 'there is no architecture "aarch64"; did you mean linux/arm64?'],
  ["linux/armhf", 'there is no architecture "armhf"; did you mean linux/arm/v7?'],
  ["linux/bar", 'there is no architecture "bar"; it is one of 386, amd64,'],
  ["foo/amd64", 'there is no system "foo"'],
  ["linux/arm/v9", 'arm has no variant "v9"'],
  ["linux/amd64/v8", 'amd64 has no variant "v8"'],
])("%s is none, and a sentence says why", (text, why) => {
  expect(whyNot(text)).toContain(why);
});
