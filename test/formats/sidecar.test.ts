import { expect, test } from "vitest";
import { TareError } from "../../src/errors.ts";
import { readSidecar, sidecarLine, sidecarOf, sidecarStart } from "../../src/formats/sidecar.ts";
import type { EntryHeader } from "../../src/model/entry.ts";
import { inChunks } from "../kit/chunks.ts";

const plain: EntryHeader = {
  path: "etc/motd",
  type: "file",
  mode: 0o4755,
  uid: 3_000_000,
  gid: 42,
  uname: "ann",
  gname: "",
  size: 12,
  mtime: -5,
  nanoseconds: 7,
  xattrs: new Map([
    ["user.note", Uint8Array.of(0, 10, 255)],
    ["__proto__", Uint8Array.of(1)],
  ]),
};

const headers: readonly EntryHeader[] = [
  { ...plain, path: "", type: "directory", size: 0 },
  plain,
  { ...plain, path: "not\udcffutf8\n", type: "symlink", size: 0, link: "/\udc80" },
  { ...plain, path: "b", type: "hardlink", size: 0, link: "etc/motd" },
  { ...plain, path: "dev/null", type: "character", size: 0, major: 1, minor: 3 },
  { ...plain, path: "__proto__", type: "fifo", size: 0 },
];

const written = (lines: readonly EntryHeader[]) => Buffer.concat([sidecarStart, ...lines.map(sidecarLine)]);

test("what was written is read back, however it is cut", async () => {
  const bytes = written(headers);
  for (const source of [[bytes], inChunks(bytes, 1)]) {
    const read = await readSidecar(source, "x");
    expect([...read.keys()]).toEqual(headers.map(({ path }) => path));
    const values = [...read.values()].map(({ xattrs, ...header }) => ({
      ...header,
      xattrs: [...(xattrs ?? [])].map(([name, value]) => [name, [...value]]),
    }));
    expect(values).toEqual(
      headers.map((header) => ({
        ...header,
        xattrs: [
          ["__proto__", [1]],
          ["user.note", [0, 10, 255]],
        ],
      })),
    );
  }
});

test("lies beside its folder", () => {
  expect(sidecarOf("/a/root/")).toBe("/a/root.tare.jsonl");
});

const line = (change: object) =>
  `${JSON.stringify({ ...JSON.parse(sidecarLine(plain).toString() || ""), ...change })}`;

test.each([
  ["nothing", ""],
  ["another format", '{"a":1}'],
  ["no JSON", `${Buffer.from(sidecarStart)}x`],
  ["a list", `${Buffer.from(sidecarStart)}[]`],
])("%s is refused", async (_, text) => {
  await expect(readSidecar([Buffer.from(text)], "x")).rejects.toThrow(TareError);
});

test.each([
  ["a path that climbs", { path: "../x" }],
  ["a path that is not plain", { path: "/etc//motd" }],
  ["a type", { type: "socket" }],
  ["a mode", { mode: 493 }],
  ["an owner", { uid: 4_294_967_295 }],
  ["a fraction", { gid: 1.5 }],
  ["a hardlink that climbs", { type: "hardlink", link: "../x" }],
  ["a symlink to nothing", { type: "symlink", link: "" }],
  ["a device without numbers", { type: "block" }],
  ["attributes", { xattrs: { a: 1 } }],
])("%s that nobody can have is refused", async (_, change) => {
  const bytes = Buffer.from(Buffer.from(sidecarStart).toString() + line(change));
  await expect(readSidecar([bytes], "x")).rejects.toThrow(TareError);
});
