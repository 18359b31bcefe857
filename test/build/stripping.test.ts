import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeMember } from "../../src/build/member.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { readTar } from "../../src/formats/tar/decode.ts";
import { exclude } from "../../src/layers/excludes.ts";
import type { Package } from "../../src/model/package.ts";
import type { Unpacker } from "../../src/model/source.ts";
import { inChunks } from "../kit/chunks.ts";
import { elfFile } from "../kit/elf-file.ts";
import { sectioned } from "../kit/elf-sections.ts";
import { strippedBytes } from "../kit/elf-stripped.ts";
import { memoryStore } from "../kit/memory-store.ts";
import { type TarBlock, tarOfBlocks } from "../kit/tar-blocks.ts";
import { withFolder } from "../kit/temporary.ts";

const machine = { bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libc.so.6"] } as const;
const addon = sectioned(elfFile(machine), [
  { name: ".debug_info", type: 1, data: Buffer.alloc(700_000, "debug") },
  { name: ".symtab", type: 2, data: Buffer.alloc(4800, "s"), alignment: 8, link: ".strtab" },
  { name: ".strtab", type: 3, data: Buffer.alloc(5000, "t") },
]);
const stripped = strippedBytes(addon) as Buffer;
const selfExtracting = Buffer.concat([addon, Buffer.from("payload")]);

/** Opens what is a plain tar. */
const tarUnpacker = (chunk: number): Unpacker => ({
  name: "tar",
  async unpack(source, size, where, use) {
    const bytes = await collect(source, size, where);
    return use({
      date: 0,
      entries: readTar(inChunks(bytes, chunk), where),
      record: () => [],
      capture: () => false,
      md5: () => false,
      about: () => undefined,
    });
  },
});

/** The files of the package's member. */
async function filesOf(blocks: readonly TarBlock[], options: { strip?: boolean; chunk?: number } = {}) {
  const { strip = true, chunk = 1 << 16 } = options;
  const bytes = tarOfBlocks(blocks);
  const store = memoryStore();
  const want = { digest: digestOf(bytes), size: bytes.length };
  const file = await store.put([bytes], want, "x");
  return withFolder(async (scratch) => {
    const made = await makeMember(
      {
        package: { name: "x", version: "1", ...want } as Package,
        unpacker: tarUnpacker(chunk),
        policy: {
          aliases: [],
          excludes: [exclude("/usr/lib/unwanted.so")],
          omit: [],
          below: "",
          strip,
          latest: undefined,
        },
        compressor: { format: "none", level: 0 },
      },
      file,
      { store, scratch, inFlight: 1, signal: new AbortController().signal },
    );
    expect((await readdir(scratch)).map((name) => `${scratch}/${name}`)).toEqual([made.plain]);
    const member = store.kept.get(made.member.digest) as Uint8Array;
    expect(member.length).toBe(made.member.plainSize);
    const files = new Map<string, Buffer | string>();
    for await (const entry of readTar([member, Buffer.alloc(1024)], "member"))
      files.set(
        entry.path,
        entry.type === "file"
          ? await collect(entry.content as AsyncIterable<Uint8Array>, 1 << 24, "x")
          : `${entry.type} to ${entry.link}`,
      );
    return { files, facts: made.facts };
  });
}

const blocks: TarBlock[] = [
  { name: "usr/bin/script", content: "#!/bin/sh\n" },
  { name: "usr/lib/addon.node", content: addon, mode: 0o755 },
  { name: "usr/lib/same.node", type: "1", link: "usr/lib/addon.node" },
  { name: "usr/lib/short", content: "\x7fEL" },
  { name: "usr/lib/other.node", content: selfExtracting },
  { name: "usr/lib/last.so", content: addon },
];

for (const chunk of [1 << 20, 1000])
  test(`programs and libraries of a package are stripped, read in chunks of ${chunk}`, async () => {
    const { files, facts } = await filesOf(blocks, { chunk });
    const text = (path: string) => files.get(path)?.toString("latin1");
    expect([...files.keys()]).toEqual(blocks.map(({ name }) => name));
    expect(text("usr/lib/addon.node")).toBe(stripped.toString("latin1"));
    expect(text("usr/lib/last.so")).toBe(stripped.toString("latin1"));
    expect(text("usr/lib/same.node")).toBe("hardlink to usr/lib/addon.node");
    expect(text("usr/lib/other.node")).toBe(selfExtracting.toString("latin1"));
    expect(text("usr/bin/script")).toBe("#!/bin/sh\n");
    expect(text("usr/lib/short")).toBe("\x7fEL");
    const fact = facts.entries.find(({ path }) => path === "usr/lib/addon.node");
    expect(fact).toMatchObject({ size: stripped.length, mode: 0o755, elf: { needed: ["libc.so.6"] } });
  });

test("nothing is stripped where nobody asked for it", async () => {
  const { files } = await filesOf(blocks, { strip: false });
  expect(files.get("usr/lib/addon.node")?.toString("latin1")).toBe(addon.toString("latin1"));
});

test("a hardlink that takes the content of a file that is left out takes it stripped", async () => {
  const { files } = await filesOf([
    { name: "usr/lib/unwanted.so", content: addon },
    { name: "usr/lib/wanted.so", type: "1", link: "usr/lib/unwanted.so" },
  ]);
  expect([...files]).toEqual([["usr/lib/wanted.so", stripped]]);
});
