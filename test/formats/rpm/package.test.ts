import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { readRpm } from "../../../src/formats/rpm/package.ts";
import { inChunks } from "../../kit/chunks.ts";
import {
  cpioEnd,
  cpioMember,
  type FileRow,
  filesHeader,
  headerBytes,
  type RpmParts,
  rpmBytes,
} from "../../kit/rpm-bytes.ts";

async function opened(bytes: Uint8Array, chunk = 4096) {
  return await readRpm(inChunks(bytes, chunk), bytes.length, "made-1-1", async ({ header, entries }) => {
    const files: string[] = [];
    for await (const { path, type, mode, link, xattrs, content } of entries) {
      const text = content instanceof Uint8Array ? "" : (await collect(content, 1 << 20, path)).toString();
      files.push([type, mode.toString(8), path, link ?? text, ...(xattrs?.keys() ?? [])].join(" ").trim());
    }
    return { name: header.text(1000), files };
  });
}

function packed(
  files: readonly FileRow[],
  members: readonly Buffer[],
  parts: Partial<RpmParts> = {},
): Buffer {
  const payload = gzipSync(Buffer.concat([...members, cpioEnd]));
  return rpmBytes({ header: headerBytes(63, filesHeader(files, payload)), payload, ...parts });
}

const hello = { path: "/usr/bin/hello", content: "#!/bin/sh\n", mode: 0o104755 };

describe("a package", () => {
  test("opens, however it is cut; what its header says of files counts", async () => {
    const files: FileRow[] = [
      { path: "/", mode: 0o040555 },
      { path: "/usr/bin", mode: 0o040755 },
      { ...hello, caps: "cap_net_raw=ep" },
      { path: "/usr/bin/hi", mode: 0o120777, link: "hello" },
      { path: "/var/log/hello", content: "", flags: 1 << 6 },
    ];
    const members = [
      cpioMember(".", ""),
      cpioMember("./usr/bin", ""),
      cpioMember("./usr/bin/hello", "#!/bin/sh\n"),
      cpioMember("./usr/bin/hi", "hello"),
    ];
    const bytes = packed(files, members);
    for (const chunk of [1, 97, 1 << 20])
      expect(await opened(bytes, chunk)).toEqual({
        name: "made",
        files: [
          "directory 555",
          "directory 755 usr/bin",
          "file 4755 usr/bin/hello #!/bin/sh\n security.capability",
          "symlink 777 usr/bin/hi hello",
        ],
      });
  });

  test("may leave names out of its archive, as those of RPM v6 and those of large files do", async () => {
    const payload = zstdCompressSync(
      Buffer.concat([cpioMember(0, "#!/bin/sh\n"), cpioMember(1, "hello"), cpioEnd]),
    );
    const files = [hello, { path: "/usr/bin/hi", mode: 0o120777, link: "hello" }];
    const header = headerBytes(63, filesHeader(files, payload, [[5114, { width: 4, numbers: [6] }]]));
    expect((await opened(rpmBytes({ header, payload }))).files).toEqual([
      "file 4755 usr/bin/hello #!/bin/sh",
      "symlink 777 usr/bin/hi hello",
    ]);
  });

  test("of hardlinks has the content at the last: here the first has it", async () => {
    const link = (path: string) => ({ path, content: "same", inode: 7 });
    const files = [link("/a"), { path: "/b", content: "b" }, link("/c"), link("/d")];
    const members = [
      cpioMember("./a", ""),
      cpioMember("./b", "b"),
      cpioMember("./c", ""),
      cpioMember("./d", "same"),
    ];
    expect((await opened(packed(files, members))).files).toEqual([
      "file 644 b b",
      "file 644 a same",
      "hardlink 644 c a",
      "hardlink 644 d a",
    ]);
    await expect(opened(packed(files, members.slice(1)))).rejects.toThrow("its archive lacks /a");
    await expect(opened(packed(files, members.slice(0, 3)))).rejects.toThrow("its archive lacks /d");
  });
});

describe("is refused: a package", () => {
  const member = cpioMember("./usr/bin/hello", hello.content);
  test.each<[what: string, bytes: () => Buffer, why: string]>([
    ["that is something else", () => Buffer.from("!<arch>\n".repeat(20)), "it does not begin as one"],
    ["that ends in its header", () => packed([hello], [member]).subarray(0, 700), "more than the file has"],
    [
      "whose file has another content",
      () => packed([hello], [cpioMember("./usr/bin/hello", "#!/bin/ls\n")]),
      "/usr/bin/hello has the digest",
    ],
    [
      "whose file is longer",
      () => packed([hello], [cpioMember("./usr/bin/hello", "longer than that")]),
      "by its header",
    ],
    ["that lacks a file", () => packed([hello], []), "its archive lacks /usr/bin/hello"],
    ["with a file twice", () => packed([hello], [member, member]), "its archive brings /usr/bin/hello twice"],
    [
      "with a file beside its list",
      () => packed([hello], [member, cpioMember("./etc/shadow", "")]),
      "does not name",
    ],
    [
      "with a path out of its root",
      () => packed([{ path: "/../etc/x", content: "" }], []),
      "is not one below the root",
    ],
    ["with a relative path", () => packed([{ path: "etc/x", content: "" }], []), "is not one below the root"],
    ["with an empty name", () => packed([{ path: "/etc//x", content: "" }], []), "is not one below the root"],
    [
      "whose paths together fill memory, since one long folder has many files",
      () => {
        const folder = `/${"a/".repeat(2000)}`;
        return packed(
          Array.from({ length: 34_000 }, (_, at) => ({ path: `${folder}${at}`, content: "" })),
          [],
        );
      },
      "the list of its files is larger than the limit of 134217728 bytes",
    ],
    ["with a path twice", () => packed([hello, hello], [member]), "it names /usr/bin/hello twice"],
    [
      "with a socket",
      () => packed([{ path: "/run/x", mode: 0o140755 }], []),
      "of a type that no package can bring",
    ],
    [
      "with capabilities that are none",
      () => packed([{ ...hello, caps: "cap_x=ep" }], [member]),
      'has the capabilities "cap_x=ep", which no file can have',
    ],
    [
      "whose payload was changed",
      () => packed([hello], [member], { payload: gzipSync(Buffer.concat([member, cpioEnd]), { level: 0 }) }),
      "its payload has the digest",
    ],
    [
      "whose header was changed",
      () => {
        const bytes = packed([hello], [member]);
        bytes.write("fade", bytes.lastIndexOf("made"));
        return bytes;
      },
      "its header has the digest",
    ],
    [
      "packed with lzma",
      () =>
        rpmBytes({
          header: headerBytes(63, [
            [1000, "x"],
            [1125, "lzma"],
          ]),
          payload: Buffer.alloc(0),
        }),
      'its payload is packed with "lzma", which is not read here',
    ],
    [
      "of sources",
      () =>
        rpmBytes({
          header: headerBytes(63, [
            [1000, "x"],
            [1106, { width: 4, numbers: [1] }],
          ]),
          payload: Buffer.alloc(0),
        }),
      "it is a source package",
    ],
    [
      "with lists of different lengths",
      () => {
        const tags = filesHeader([hello, { path: "/b", content: "" }], Buffer.alloc(0));
        const header = tags.map(([tag, value]) => [tag, tag === 1039 ? ["root"] : value] as const);
        return rpmBytes({ header: headerBytes(63, header), payload: Buffer.alloc(0) });
      },
      "it has 2 files and 1 owners",
    ],
    [
      "from before regions",
      () => rpmBytes({ header: headerBytes(61, [[1000, "x"]]), payload: Buffer.alloc(0) }),
      "has no region that could be signed",
    ],
  ])("%s", async (_, bytes, why) => {
    await expect(opened(bytes())).rejects.toThrow(why);
  });
});

describe("is refused: a header that lies", () => {
  const row = 16;
  const spoilt = (spoil: (index: Buffer, data: Buffer) => void) =>
    opened(
      rpmBytes({
        header: headerBytes(
          63,
          [
            [1000, "made"],
            [1006, { width: 4, numbers: [1] }],
            [1117, ["a", "b"]],
          ],
          spoil,
        ),
        payload: Buffer.alloc(0),
      }),
    );
  test.each<[what: string, spoil: (index: Buffer, data: Buffer) => void, why: string]>([
    [
      "of an offset behind its end",
      (index) => index.writeUInt32BE(0x7fff_ff00, 3 * row + 8),
      "leads out of the header",
    ],
    ["of a negative offset", (index) => index.writeInt32BE(-16, 3 * row + 8), "leads out of the header"],
    [
      "of an offset into another value",
      (index) => index.writeUInt32BE(0, 3 * row + 8),
      "has a value where none can be",
    ],
    ["of an odd offset", (index) => index.writeUInt32BE(9, 2 * row + 8), "has a value where none can be"],
    [
      "of a million values",
      (index) => index.writeUInt32BE(1_000_000, 3 * row + 12),
      "leads out of the header",
    ],
    [
      "of two billion values",
      (index) => index.writeUInt32BE(0x7fff_ffff, 2 * row + 12),
      "claims 2147483647 values",
    ],
    ["of no value", (index) => index.writeUInt32BE(0, 2 * row + 12), "claims 0 values"],
    ["of a type", (index) => index.writeUInt32BE(17, 2 * row + 4), "has the unknown type 17"],
    ["of one text that is two", (index) => index.writeUInt32BE(2, row + 12), "is one text, and claims more"],
    ["of a tag twice", (index) => index.writeUInt32BE(1000, 2 * row), "a tag of its header stands twice"],
    ["of a text without end", (_, data) => data.fill(1, 12, data.length - 16), "leads out of the header"],
    ["of its region's end", (_, data) => data.writeInt32BE(-16, data.length - 8), "does not end as one"],
    ["of its region's place", (index) => index.writeUInt32BE(0, 8), "tags outside of its region"],
    [
      "of texts that are numbers",
      (index) => index.writeUInt32BE(1, 3 * row + 4),
      "tag 1117 does not hold texts",
    ],
  ])("%s", async (_, spoil, why) => {
    await expect(spoilt(spoil)).rejects.toThrow(why);
  });

  test("of its size is not believed", async () => {
    const bytes = packed([hello], []);
    const at = bytes.lastIndexOf(Buffer.from("8eade801", "hex"));
    bytes.writeUInt32BE(0x0fff_ffff, at + 12);
    await expect(opened(bytes)).rejects.toThrow("more than the file has");
    bytes.writeUInt32BE(0xffff_ffff, at + 12);
    await expect(opened(bytes)).rejects.toThrow("larger than the limit");
    bytes.writeUInt32BE(0xffff_ffff, at + 8);
    await expect(opened(bytes)).rejects.toThrow("claims 4294967295 tags");
  });
});
