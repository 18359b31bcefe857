import { chmod, mkdir, readdir, rename, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { blobFile, openStore } from "../../src/store/disk-store.ts";
import { collectGarbage, listStore, verifyStore } from "../../src/store/garbage.ts";
import { observed } from "../kit/chunks.ts";
import { runCommand } from "../kit/command.ts";
import { needsRoot } from "../kit/peers.ts";
import { seededBytes } from "../kit/seeded-bytes.ts";
import { withFolder } from "../kit/temporary.ts";

const bytes = Buffer.from("what a package is made of");
const want = { digest: digestOf(bytes), size: bytes.length };
const put = async (
  folder: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected = want,
) => (await openStore(folder)).put(source, expected, "libc6");

test("what was kept is found again, by another opening too, and read as often as one likes", () =>
  withFolder(async (folder) => {
    await put(folder, [bytes]);
    const found = await (await openStore(folder)).find(want.digest);
    expect(found).toMatchObject({
      digest: want.digest,
      size: bytes.length,
      file: blobFile(folder, want.digest),
    });
    for (let time = 0; time < 2; time += 1)
      expect(await collect(found?.open() ?? [], 99, "x")).toEqual(bytes);
  }));

test("what is here already is not read again", () =>
  withFolder(async (folder) => {
    await put(folder, [bytes]);
    const { stream, seen } = observed(Buffer.from("something else"));
    await put(folder, stream);
    expect(seen.read).toBe(0);
  }));

test("a content whose file lost its end is replaced", () =>
  withFolder(async (folder) => {
    const { file } = await put(folder, [bytes]);
    await truncate(file, 3);
    const again = await put(folder, [bytes]);
    expect(await collect(again.open(), 99, "x")).toEqual(bytes);
  }));

test.each<[string, Uint8Array[], string]>([
  [
    "other bytes",
    [Buffer.from("what a package is not made")],
    "goes on after the 25 bytes that it should have",
  ],
  ["changed bytes", [Buffer.from("what a package is made 0f")], "has the digest"],
  ["too few bytes", [bytes.subarray(1)], "ends after 24 bytes, but 25 were expected"],
  ["nothing", [], "ends after 0 bytes, but 25 were expected"],
])("%s under a digest are not kept", (_, source, why) =>
  withFolder(async (folder) => {
    await expect(put(folder, source)).rejects.toThrow(why);
    expect(await listStore(folder)).toEqual([]);
  }),
);

test("a source that fails, or a signal, keeps nothing and gives its own error", () =>
  withFolder(async (folder) => {
    const store = await openStore(folder);
    const failing = async function* () {
      yield bytes.subarray(0, 5);
      throw new Error("the cable was pulled");
    };
    await expect(store.put(failing(), want, "x")).rejects.toThrow(/^the cable was pulled$/);
    const stop = new AbortController();
    const stopping = async function* () {
      yield bytes.subarray(0, 5);
      stop.abort();
      yield bytes.subarray(5);
    };
    await expect(store.add(stopping(), "x", stop.signal)).rejects.toThrow("aborted");
    await expect(store.put([bytes], want, "x", AbortSignal.abort())).rejects.toThrow("aborted");
    expect(await listStore(folder)).toEqual([]);
  }));

test("memos come back as they were, whatever their key, and a torn one is none", () =>
  withFolder(async (folder) => {
    const store = await openStore(folder);
    for (const key of ["", "../../../escape", "a\0b", "k".repeat(100_000)]) {
      expect(await store.recall("room", key)).toBeUndefined();
      await store.remember("room", key, Buffer.from(`value of ${key.length}`));
      await store.remember("room", key, Buffer.from(`new value of ${key.length}`));
      expect((await store.recall("room", key))?.toString()).toBe(`new value of ${key.length}`);
    }
    const memos = (await listStore(folder)).filter(({ room }) => room === "memo");
    expect(memos.length).toBe(4);
    for (const { path, size } of memos) await truncate(path, size - 1);
    expect(await store.recall("room", "")).toBeUndefined();
    await truncate(memos[0]?.path as string, 2);
    expect(await store.recall("room", "")).toBeUndefined();
  }));

test("verify removes what is damaged, misplaced or misnamed, and nothing else", () =>
  withFolder(async (folder) => {
    const store = await openStore(folder);
    const sound = await store.add([bytes], "x");
    const damaged = await store.add([seededBytes(1, 3_000_000)], "x");
    await writeFile(damaged.file, seededBytes(2, 3_000_000));
    const moved = await store.add([seededBytes(3, 10)], "x");
    const wrong = join(folder, "blobs", "sha256", "00", "f".repeat(64));
    await mkdir(join(wrong, ".."), { recursive: true });
    await rename(moved.file, wrong);
    const stray = join(folder, "blobs", "README");
    await writeFile(stray, "");
    const report = await verifyStore(folder);
    expect({ ...report, damaged: [...report.damaged].sort() }).toEqual({
      checked: 4,
      damaged: [damaged.file, wrong, stray].sort(),
    });
    expect(await collect(sound.open(), 99, "x")).toEqual(bytes);
    expect(await verifyStore(folder)).toEqual({ checked: 1, damaged: [] });
  }));

test("a store that is not there is empty, clean and collected", () =>
  withFolder(async (folder) => {
    const absent = join(folder, "not", "yet");
    expect(await listStore(absent)).toEqual([]);
    expect(await collectGarbage(absent, {})).toEqual({ removed: 0, freed: 0, left: 0 });
    expect(await verifyStore(absent)).toEqual({ checked: 0, damaged: [] });
  }));

test("a link in the store leads nobody out of it", () =>
  withFolder(async (folder) => {
    const outside = join(folder, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "precious"), "x");
    const store = join(folder, "store");
    await mkdir(join(store, "tmp"), { recursive: true });
    await symlink(outside, join(store, "tmp", "link"));
    await collectGarbage(store, { maxSize: 0 });
    expect(await readdir(outside)).toEqual(["precious"]);
  }));

test("a folder that cannot be made is one sentence", () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, "file"), "");
    await expect(openStore(join(folder, "file", "store"))).rejects.toThrow(
      `${join(folder, "file", "store")} cannot be written: a part of its path is not a folder; TARE_STORE names another folder for what tare keeps.`,
    );
  }));

test("a folder that may not be written is one sentence", (context) => {
  if (process.getuid?.() === 0) return context.skip("root may write everywhere");
  return withFolder(async (folder) => {
    await chmod(folder, 0o500);
    await expect(openStore(join(folder, "store"))).rejects.toThrow("permission denied");
  });
});

test("a full disk is one sentence, keeps what is whole, and leaves nothing half-written", async (context) => {
  needsRoot(context);
  await withFolder(async (folder) => {
    const mounted = await runCommand("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
    if (mounted.code !== 0) return context.skip(`no tmpfs can be mounted here: ${mounted.stderr.trim()}`);
    try {
      const store = await openStore(folder);
      const sound = await store.add([seededBytes(1, 500_000)], "x");
      await expect(store.add([seededBytes(2, 1_000_000), seededBytes(3, 2_000_000)], "x")).rejects.toThrow(
        `There is no room left on the disk under ${join(folder, "tmp")}`,
      );
      await expect(store.remember("room", "key", seededBytes(4, 3_000_000))).rejects.toThrow(
        "There is no room left on the disk",
      );
      expect((await listStore(folder)).map(({ path }) => path)).toEqual([sound.file]);
      await store.add([seededBytes(5, 500_000)], "x");
      expect(await verifyStore(folder)).toEqual({ checked: 2, damaged: [] });
    } finally {
      await runCommand("umount", [folder]);
    }
  });
});
