import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { decodeText, encodeText } from "../../../src/bytes/text.ts";
import { readTar } from "../../../src/formats/tar/decode.ts";
import { writeTar } from "../../../src/formats/tar/encode.ts";
import type { Entry, EntryHeader } from "../../../src/model/entry.ts";

const run = promisify(execFile);

function entry(path: string, rest: Partial<Entry> = {}): Entry {
  const content = rest.content ?? new Uint8Array(0);
  return {
    path,
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    uname: "",
    gname: "",
    mtime: 0,
    size: content instanceof Uint8Array ? content.length : 0,
    ...rest,
    content,
  };
}

async function back(entries: Entry[], chunk = 1 << 16): Promise<Entry[]> {
  const bytes = await collect(writeTar(entries), 1 << 26, "test");
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  const found: Entry[] = [];
  for await (const one of readTar(chunks, "test.tar")) {
    const content =
      one.content instanceof Uint8Array ? one.content : await collect(one.content, 1 << 26, "x");
    found.push({ ...one, content: new Uint8Array(content) });
  }
  return found;
}

const long = `${"directory-with-a-long-name/".repeat(12)}file`;

test.each<[string, Entry]>([
  ["an id above 2,097,151", entry("a", { uid: 3_000_000, gid: 4_294_967_294 })],
  ["the year 2600", entry("a", { mtime: 20_000_000_000_000 })],
  ["a time before 1970", entry("a", { mtime: -86_400 })],
  ["nanoseconds before 1970", entry("a", { mtime: -1, nanoseconds: 500_000_000 })],
  ["nanoseconds", entry("a", { mtime: 1_700_000_000, nanoseconds: 1 })],
  ["a path that fits no header", entry(long)],
  ["a path that splits at a slash", entry(`${"d".repeat(120)}/${"f".repeat(90)}`)],
  ["a directory", entry("usr/bin", { type: "directory", mode: 0o755 })],
  ["the root itself", entry("", { type: "directory", mode: 0o755 })],
  ["a symlink with a long target", entry("l", { type: "symlink", link: `../${"x".repeat(300)}` })],
  ["a hardlink", entry("l", { type: "hardlink", link: "usr/bin/env" })],
  ["a device", entry("dev/null", { type: "character", major: 1, minor: 3, mode: 0o666 })],
  ["a fifo", entry("run/f", { type: "fifo" })],
  ["setuid and sticky bits", entry("su", { mode: 0o7755 })],
  ["a name outside ASCII", entry("usr/share/ca/NetLock_Arany_Főtanúsítvány.crt")],
  ["a name that is not UTF-8", entry(decodeText(Buffer.from([0x61, 0xff, 0xfe, 0x62])))],
  ["a newline in a name", entry("a\nb=c\n20 path=x")],
  [
    "binary attributes",
    entry("ping", { xattrs: new Map([["security.capability", Uint8Array.of(1, 0, 0, 2, 0, 10, 255)]]) }),
  ],
  ["owner names", entry("a", { uname: "root", gname: "g".repeat(40) })],
])("%s is read back as it was written", async (_, one) => {
  expect(await back([one])).toEqual([{ ...one, content: new Uint8Array(0) }]);
});

test("content of any length comes back, in chunks of any size", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 1500 }),
      async (contents, chunk) => {
        const entries = contents.map((content, at) => entry(`f${at}`, { content, size: content.length }));
        expect(await back(entries, chunk)).toEqual(entries.map((one) => ({ ...one })));
      },
    ),
    { numRuns: 60 },
  );
});

test("text that is not UTF-8 survives", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(new Uint8Array(encodeText(decodeText(bytes)))).toEqual(bytes);
    }),
  );
});

test("GNU tar lists what we wrote", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tare-tar-"));
  try {
    const file = join(folder, "a.tar");
    const entries = [
      entry("etc", { type: "directory", mode: 0o755 }),
      entry("etc/motd", { content: Buffer.from("hello"), size: 5, mtime: 1_700_000_000, uid: 3_000_000 }),
      entry(long, { mtime: 20_000_000_000 }),
      entry("etc/link", { type: "symlink", link: "motd", mode: 0o777 }),
    ];
    await writeFile(file, await collect(writeTar(entries), 1 << 20, "t"));
    const { stdout } = await run("tar", ["--numeric-owner", "--utc", "--full-time", "-tvf", file]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.replace(/ +/g, " ")),
    ).toEqual([
      "drwxr-xr-x 0/0 0 1970-01-01 00:00:00 etc/",
      "-rw-r--r-- 3000000/0 5 2023-11-14 22:13:20 etc/motd",
      `-rw-r--r-- 0/0 0 2603-10-11 11:33:20 ${long}`,
      "lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 etc/link -> motd",
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each<[string, Partial<EntryHeader>, string]>([
  ["climbs out", { path: "../etc/passwd" }, "leads out of the root"],
  ["climbs out in the middle", { path: "a/../../b" }, "leads out of the root"],
  ["links out", { path: "a", type: "hardlink", link: "../../etc/shadow" }, "leads out of the root"],
])("a path that %s is refused", async (_, header, why) => {
  await expect(back([entry("x", header)])).rejects.toThrow(why);
});

test("absolute and dotted paths are taken relative to the root", async () => {
  const names = (await back([entry("/etc/passwd"), entry("./usr//bin/./env")])).map((one) => one.path);
  expect(names).toEqual(["etc/passwd", "usr/bin/env"]);
});

test("a damaged checksum is refused with the archive's name", async () => {
  const bytes = await collect(writeTar([entry("a")]), 1 << 20, "t");
  bytes[0] = 0x62;
  const read = async () => {
    for await (const _ of readTar([bytes], "damaged.tar"));
  };
  await expect(read()).rejects.toThrow("damaged.tar is not a sound tar: a header's checksum is wrong.");
});

test("an archive that stops within a file is refused", async () => {
  const content = Buffer.alloc(4000);
  const bytes = await collect(writeTar([entry("a", { content, size: 4000 })]), 1 << 20, "t");
  const read = async () => {
    for await (const _ of readTar([bytes.subarray(0, 2000)], "short.tar"));
  };
  await expect(read()).rejects.toThrow("short.tar: a ends after 1488 bytes, but 4000 were expected.");
});

test("a reader that leaves an entry early gets the next one whole", async () => {
  const content = Buffer.alloc(3000, 1);
  const bytes = await collect(writeTar([entry("a", { content, size: 3000 }), entry("b")]), 1 << 20, "t");
  const chunks = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, at) =>
    bytes.subarray(at * 100, at * 100 + 100),
  );
  const names: string[] = [];
  for await (const one of readTar(chunks, "t.tar")) {
    names.push(one.path);
    if (!(one.content instanceof Uint8Array)) for await (const _ of one.content) break;
  }
  expect(names).toEqual(["a", "b"]);
});
