import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { collect, drain } from "../../../src/bytes/bytes.ts";
import { TareError } from "../../../src/errors.ts";
import { readDeb } from "../../../src/formats/deb/deb.ts";
import { inChunks } from "../../kit/chunks.ts";
import { arOf, buildDebianPackage, type Compression } from "../../kit/debian-package.ts";
import { debOfBlocks, tarBlock, tarOfBlocks } from "../../kit/tar-blocks.ts";

const { xzSync } = await import("node-liblzma").catch(() => ({ xzSync: undefined }));

async function opened(bytes: Uint8Array, chunk = 4096, size = bytes.length) {
  return readDeb(inChunks(bytes, chunk), size, "hello 1.0", async ({ control, date, data }) => {
    const files: Record<string, string> = {};
    for await (const { path, type, content } of data)
      files[path] =
        type === "file"
          ? (content instanceof Uint8Array
              ? Buffer.from(content)
              : await collect(content, 1 << 20, path)
            ).toString()
          : type;
    return { control: [...control.keys()], date, files };
  });
}

const formats: Compression[] = xzSync === undefined ? ["gz", "zst", "none"] : ["gz", "zst", "none", "xz"];

describe.each(formats)("a package compressed with %s", (compression) => {
  const build = () =>
    buildDebianPackage({
      name: "hello",
      files: { "usr/bin/hello": "#!/bin/sh\n".repeat(400), "usr/bin/hi": { link: "hello" } },
      control: { postinst: "#!/bin/sh\nexit 0\n" },
      compression,
      mtime: 1_700_000_000,
    });

  test("opens, however it is cut", async () => {
    const { bytes } = await build();
    for (const chunk of [1, 100, bytes.length])
      expect(await opened(bytes, chunk)).toEqual({
        control: ["control", "postinst"],
        date: 1_700_000_000,
        files: {
          "": "directory",
          usr: "directory",
          "usr/bin": "directory",
          "usr/bin/hello": "#!/bin/sh\n".repeat(400),
          "usr/bin/hi": "symlink",
        },
      });
  });

  test("is refused wherever it is cut short", async () => {
    const { bytes } = await build();
    for (let length = 0; length < bytes.length - 1; length += 23)
      await expect(opened(bytes.subarray(0, length))).rejects.toThrow(TareError);
  });
});

const version: [string, Buffer] = ["debian-binary", Buffer.from("2.0\n")];
const control: [string, Buffer] = [
  "control.tar",
  tarOfBlocks([{ name: "./control", content: "Package: x\n" }]),
];
const data: [string, Buffer] = ["data.tar", tarOfBlocks([{ name: "./x" }])];

test.each<[string, [string, Uint8Array][], string]>([
  ["nothing in it", [], "it has no data.tar"],
  ["no version", [control, data], "its first member is not debian-binary"],
  [
    "format 3",
    [["debian-binary", Buffer.from("3.0\n")], control, data],
    'its format version "3.0" is not 2.x',
  ],
  [
    "a version without an end",
    [["debian-binary", Buffer.from("2.0")], control, data],
    'its format version "2.0"',
  ],
  [
    "a version that is a book",
    [["debian-binary", Buffer.alloc(5000, "2")], control, data],
    "is larger than the limit of 1024 bytes",
  ],
  ["no control", [version, data], "it has data.tar where control.tar, .gz, .xz or .zst, should stand"],
  ["data before control", [version, data, control], "it has data.tar where control.tar"],
  [
    "a stranger in between",
    [version, control, ["notes", Buffer.from("x")], data],
    "it has notes where data.tar",
  ],
  [
    "data in bzip2",
    [version, control, ["data.tar.bz2", Buffer.from("BZh91AY")]],
    "it has data.tar.bz2 where data.tar",
  ],
  [
    "bzip2 under another name",
    [version, control, ["data.tar.xz", Buffer.from("BZh91AY&SY")]],
    "bzip2 stream: it ends too early",
  ],
  [
    "no control file",
    [version, ["control.tar", tarOfBlocks([{ name: "./md5sums" }])], data],
    "its control archive has no control file",
  ],
  [
    "a control file that is a link",
    [version, ["control.tar", tarOfBlocks([{ name: "control", type: "2", link: "/etc/passwd" }])], data],
    "its control archive has no control file",
  ],
  [
    "a control archive that climbs out",
    [version, ["control.tar", tarOfBlocks([{ name: "../control" }])], data],
    "leads out of the root",
  ],
])("a package with %s is refused", async (_, members, why) => {
  await expect(opened(arOf(members, 0))).rejects.toThrow(why);
});

test("members that begin with an underscore are passed over, and so is what follows the data", async () => {
  const odd: [string, Buffer] = ["_gpgorigin", Buffer.from("signature")];
  const bytes = arOf([version, odd, control, odd, data, ["data.tar.gz", Buffer.from("not even gzip")]], 0);
  expect((await opened(bytes)).files).toEqual({ x: "" });
});

test("a package from after the year 9999 is refused, since no image could say when", async () => {
  await expect(opened(arOf([version, control, data], 253_402_300_800))).rejects.toThrow(
    "after the year 9999",
  );
});

test("a use that reads nothing leaves the rest to be checked", async () => {
  const bytes = await debOfBlocks([{ name: "./a", content: "a".repeat(3000) }], "gz");
  expect(await readDeb([bytes], bytes.length, "x", async () => 7)).toBe(7);
  await expect(readDeb([bytes.subarray(0, -9)], bytes.length, "x", async () => 7)).rejects.toThrow(TareError);
});

describe("a bomb", () => {
  const piece = Buffer.alloc(64 << 20);
  const first = tarBlock({ name: "./zeros", size: 8 * 1024 ** 3 - 1 });
  const kinds: [string, (plain: Buffer) => Uint8Array][] = [
    ["gz", gzipSync],
    ["zst", (plain) => zstdCompressSync(plain)],
  ];
  if (xzSync !== undefined) kinds.push(["xz", (plain) => xzSync(plain)]);

  test.each(kinds)("in .%s goes off at its limit, and little of it was kept", async (suffix, compress) => {
    const body = compress(piece);
    const members = [compress(first), ...Array.from({ length: 18 }, () => body)];
    const bytes = arOf([version, control, [`data.tar.${suffix}`, Buffer.concat(members)]], 0);
    const before = process.memoryUsage().rss;
    const reading = readDeb(inChunks(bytes, 1 << 16), 100_000, "bomb 1.0", async (deb) => {
      for await (const { content } of deb.data) if (!(content instanceof Uint8Array)) await drain(content);
    });
    await expect(reading).rejects.toThrow(
      "bomb 1.0, unpacked, is larger than the limit of 1073741824 bytes; it was not read further.",
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20);
  });

  test("of control files goes off, too", async () => {
    const packed = gzipSync(
      Buffer.concat([tarBlock({ name: "./templates", size: 70 << 20 }), Buffer.alloc(70 << 20)]),
    );
    const bytes = arOf([version, ["control.tar.gz", packed], data], 0);
    await expect(opened(bytes)).rejects.toThrow(
      "its control archive is larger than the limit of 67108864 bytes",
    );
  });

  test("of empty files goes off, too", async () => {
    const thousand = gzipSync(
      Buffer.concat(Array.from({ length: 1000 }, (_, at) => tarBlock({ name: `./${at}` }))),
    );
    const packed = Buffer.concat(Array.from({ length: 1001 }, () => thousand));
    const bytes = arOf([version, control, ["data.tar.gz", packed]], 0);
    const reading = readDeb([bytes], bytes.length, "many 1.0", async ({ data }) => {
      for await (const _ of data);
    });
    await expect(reading).rejects.toThrow("it has more than 1000000 files");
  });
});
