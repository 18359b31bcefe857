import { describe, expect, test } from "vitest";
import type { RpmFile } from "../../../src/formats/rpm/files.ts";
import { filesByPlace, isShared, settle } from "../../../src/sources/fedora/shared-files.ts";
import type { UnpackedRpm } from "../../../src/sources/fedora/unpacked.ts";

const plain: RpmFile = {
  path: "usr/bin/tool",
  type: "file",
  mode: 0o755,
  user: "root",
  group: "root",
  size: 1,
  mtime: 1,
  digest: "aa",
  link: "",
  flags: 0,
  languages: "",
  capabilities: "",
  color: 0,
  device: 0,
  inode: undefined,
};

describe("two packages have one file", () => {
  test.each<[string, Partial<RpmFile>]>([
    ["of the same content, though its time is another", { mtime: 2 }],
    ["that only one of them calls documentation", { flags: 2 }],
    ["that is for some languages in one of them", { languages: "de" }],
  ])("%s", (_, more) => expect(isShared(plain, { ...plain, ...more })).toBe(true));

  test.each<[string, Partial<RpmFile>]>([
    ["of another content", { digest: "bb" }],
    ["of another mode", { mode: 0o644 }],
    ["of another owner", { user: "daemon" }],
    ["of another group", { group: "daemon" }],
    ["with capabilities", { capabilities: "cap_net_raw=ep" }],
    ["of another kind", { type: "directory" }],
  ])("not: one %s", (_, more) => expect(isShared(plain, { ...plain, ...more })).toBe(false));

  test("not where nothing is known of its content", () => {
    const unknown = { ...plain, digest: "" };
    expect(isShared(unknown, unknown)).toBe(false);
  });

  test("of a link where it leads to the same, whatever its mode", () => {
    const link: RpmFile = { ...plain, type: "symlink", digest: "", link: "there" };
    expect(isShared(link, { ...link, mode: 0 })).toBe(true);
    expect(isShared(link, { ...link, link: "elsewhere" })).toBe(false);
  });
});

describe("a path of two packages goes", () => {
  const small = { ...plain, color: 1, digest: "32" };
  const large = { ...plain, color: 2, digest: "64" };

  test.each<[string, RpmFile | undefined, RpmFile | undefined, string]>([
    ["to the first where they are the same", plain, plain, "earlier"],
    ["to the program of 64 bits, if it comes later", small, large, "later"],
    ["to the program of 64 bits, if it comes first", large, small, "earlier"],
    ["to nobody where two are of the same bits", large, { ...large, digest: "other" }, "conflict"],
    ["to nobody where one is no program", large, plain, "conflict"],
    ["to nobody where one of them does not know it", undefined, plain, "conflict"],
  ])("%s", (_, earlier, later, verdict) => expect(settle(earlier, later)).toBe(verdict));
});

test("a file is found where it lies once /usr is merged", () => {
  const files = ["bin/sh", "usr/lib64/libz.so.1", "etc/bin/x"].map((path) => ({ ...plain, path }));
  expect([...filesByPlace({ files } as unknown as UnpackedRpm).keys()]).toEqual([
    "usr/bin/sh",
    "usr/lib64/libz.so.1",
    "etc/bin/x",
  ]);
});
