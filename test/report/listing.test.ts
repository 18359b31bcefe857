import { expect, test } from "vitest";
import type { EntryHeader } from "../../src/model/entry.ts";
import { extractedText, lossSentences } from "../../src/report/extraction.ts";
import { listingText } from "../../src/report/listing.ts";

const header = (path: string, change: Partial<EntryHeader> = {}): EntryHeader => ({
  path,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  uname: "",
  gname: "",
  size: 1,
  mtime: 1_700_000_000,
  ...change,
});

test("entries stand in columns, as tar shows them", () => {
  const text = listingText([
    header("", { type: "directory", mode: 0o1777, size: 0 }),
    header("a", { mode: 0o6755, size: 12_345 }),
    header("b", { mode: 0o7644, uid: 100_000, gid: 5, mtime: -1 }),
    header("sda", { type: "block", mode: 0o660, major: 8, minor: 0, mtime: 2 ** 45 }),
    header("p", { type: "fifo", mtime: 2 ** 53 - 1 }),
    header("l", { type: "symlink", mode: 0o777, link: "a", mtime: -62_200_000_000 }),
  ]);
  expect(text.split("\n")).toEqual([
    "drwxrwxrwt 0/0          0 2023-11-14 22:13 ./",
    "-rwsr-sr-x 0/0      12345 2023-11-14 22:13 a",
    "-rwSr-Sr-T 100000/5     1 1969-12-31 23:59 b",
    "brw-rw---- 0/0        8,0 @35184372088832  sda",
    "prw-r--r-- 0/0          1 @9007199254740991 p",
    "lrwxrwxrwx 0/0          1 @-62200000000    l -> a",
    "",
  ]);
});

test("no name moves the cursor of whoever reads it", () => {
  expect(listingText([header("a\u001b[2J\nb", { type: "symlink", link: "\u0007" })])).not.toMatch(/\p{Cc}./u);
  const link = "\u202e\u{e0001}\r";
  expect(listingText([header("a\u001b\t\\\nb", { type: "symlink", link })])).toContain(
    " a\\x1b\\t\\\\\\nb -> \\u202e\\u{e0001}\\r\n",
  );
});

test("what a folder did not keep is one sentence a kind", () => {
  const losses = [
    { kind: "owner", count: 7, paths: ["a", "b", "c", "d", "e"] },
    { kind: "attribute", count: 1, paths: ["bin/ping"] },
    { kind: "device", count: 2, paths: ["dev/null", "dev/zero"] },
  ] as const;
  const extracted = { folder: "/x", sidecar: "/x.tare.jsonl", entries: 1, size: 1500, losses };
  expect(lossSentences(extracted)).toEqual([
    "/a, /b, /c, /d, /e and 2 more belong to you, since only root gives files away.",
    "/bin/ping has extended attributes, which were not set.",
    "/dev/null, /dev/zero are devices or pipes and were left out; --devices makes them (devices need root).",
  ]);
  expect(extractedText(extracted)).toBe("/x (1 entry, 1.5 kB), and what it cannot keep in /x.tare.jsonl\n");
});
