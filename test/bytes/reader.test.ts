import fc from "fast-check";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { ByteReader } from "../../src/bytes/reader.ts";
import { inChunks, observed } from "../kit/chunks.ts";

const alphabet = Buffer.from("abcdefghijklmnopqrstuvwxyz");
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test.each([1, 2, 5, 26, 100])("in chunks of %i, amounts come out as they were asked for", async (size) => {
  const reader = new ByteReader(inChunks(alphabet, size));
  expect(text(await reader.read(3, "x"))).toBe("abc");
  expect(text(await reader.read(0, "x"))).toBe("");
  expect((await collect(reader.stream(10, "x"), 99, "x")).toString()).toBe("defghijklm");
  expect(reader.offset).toBe(13);
  expect((await collect(reader.rest(), 99, "x")).toString()).toBe("nopqrstuvwxyz");
  expect(await reader.read(1, "x")).toBeUndefined();
  expect(await reader.some()).toBeUndefined();
});

test("any series of reads gives the same bytes as the whole", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.nat(30), { minLength: 1 }),
      async (bytes, size, amounts) => {
        const reader = new ByteReader(inChunks(bytes, size));
        const got: Uint8Array[] = [];
        for (const amount of amounts) {
          if (reader.offset + amount > bytes.length) break;
          got.push((await reader.read(amount, "x")) as Uint8Array);
        }
        for await (const rest of reader.rest()) got.push(rest);
        expect(Buffer.concat(got)).toEqual(Buffer.from(bytes));
      },
    ),
  );
});

test("what ends within an amount is truncated, and says by how much", async () => {
  const short = () => new ByteReader(inChunks(alphabet, 4));
  await expect(short().read(30, "a header")).rejects.toThrow(
    "a header ends after 26 bytes, but 30 were expected.",
  );
  await expect(collect(short().stream(27, "a file"), 99, "x")).rejects.toThrow(
    "a file ends after 26 bytes, but 27 were expected.",
  );
});

test("chunks of no length are no end", async () => {
  const reader = new ByteReader([new Uint8Array(0), Buffer.from("a"), new Uint8Array(0), Buffer.from("b")]);
  expect(text(await reader.read(2, "x"))).toBe("ab");
});

test("a closed reader lets go of its source and has nothing more", async () => {
  const { stream, seen } = observed(alphabet, 5);
  const reader = new ByteReader(stream);
  await reader.read(2, "x");
  await reader.close();
  expect(seen).toEqual({ read: 5, closed: true });
  expect(await reader.some()).toBeUndefined();
});
