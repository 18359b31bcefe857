import { expect, test } from "vitest";
import { insideTar } from "../../src/extract/inside.ts";

const ext4 = new Uint8Array(8192);
ext4.set([0x53, 0xef], 1080);

test.each([
  ["ext4", ext4, "it looks like an ext2, ext3 or ext4 file system"],
  ["squashfs", Buffer.from("hsqs".padEnd(8192, "x")), "it looks like a squashfs file system"],
  ["nothing", new Uint8Array(), "it is empty"],
])("%s is not an empty tar", async (_, bytes, why) => {
  const inside = insideTar(async function* () {
    yield bytes;
  }, "tar:x");
  await expect(Array.fromAsync(inside.entries())).rejects.toThrow(`tar:x is not a sound tar: ${why}`);
});

test("an end mark alone is a tar without files", async () => {
  const inside = insideTar(async function* () {
    yield new Uint8Array(10_240);
  }, "tar:x");
  expect(await Array.fromAsync(inside.entries())).toEqual([]);
});
