import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { readAr } from "../../../src/formats/deb/ar.ts";
import { inChunks, observed } from "../../kit/chunks.ts";
import { arOf } from "../../kit/debian-package.ts";

async function members(bytes: Uint8Array, chunk = 64): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, content } of readAr(inChunks(bytes, chunk), "x.deb"))
    found.push(`${name}: ${(await collect(content, 1 << 20, "x")).toString()}`);
  return found;
}

const two = arOf(
  [
    ["debian-binary", Buffer.from("2.0\n")],
    ["odd", Buffer.from("abc")],
    ["last", Buffer.from("de")],
  ],
  1000,
);

/** `two` with other text in the header of its first member. */
function damaged(at: number, text: string): Buffer {
  const bytes = Buffer.from(two);
  bytes.write(text, 8 + at, "latin1");
  return bytes;
}

test("members come in order, however the archive is cut, with odd ones padded", async () => {
  for (const chunk of [1, 7, 60, 4096])
    expect(await members(two, chunk)).toEqual(["debian-binary: 2.0\n", "odd: abc", "last: de"]);
});

test("a name may end in a slash, as GNU writes it", async () => {
  expect(await members(arOf([["data.tar/", Buffer.from("x")]], 0))).toEqual(["data.tar: x"]);
});

test("a last odd member without its padding is whole", async () => {
  const bytes = arOf([["odd", Buffer.from("abc")]], 0);
  expect(await members(bytes.subarray(0, -1))).toEqual(["odd: abc"]);
});

test.each<[string, Buffer, string]>([
  ["nothing", Buffer.alloc(0), "it does not begin as one"],
  ["another magic", Buffer.from("!<thin>\nx"), "it does not begin as one"],
  ["half a magic", Buffer.from("!<ar"), "ends after 4 bytes, but 8 were expected"],
  ["half a header", two.subarray(0, 40), "ends after 32 bytes, but 60 were expected"],
  ["a header without its end", damaged(58, "xx"), "a member's header is damaged"],
  ["a size in hex", damaged(48, "0x4       "), "the size of its member debian-binary is not a number"],
  ["a negative size", damaged(48, "-4        "), "the size of its member debian-binary is not a number"],
  ["no size", damaged(48, "          "), "the size of its member debian-binary is not a number"],
  [
    "a size with a fraction",
    damaged(48, "4.0       "),
    "the size of its member debian-binary is not a number",
  ],
  ["a size beyond the end", damaged(48, "9999999999"), "but 9999999999 were expected"],
  ["a size that swallows the next header", damaged(48, "40        "), "a member's header is damaged"],
  ["a size that is too small", damaged(48, "2         "), "a member's header is damaged"],
  [
    "a time that is none",
    damaged(16, "soon        "),
    "the time of its member debian-binary is not a number",
  ],
  ["no name", damaged(0, " ".repeat(16)), "a member's name is not a plain one"],
  ["a name with a slash", damaged(0, "../../etc/passwd"), "a member's name is not a plain one"],
  ["a name with a NUL", damaged(0, "data\0tar        "), "a member's name is not a plain one"],
  ["BSD's long names", damaged(0, "#1/20           "), "a member's name is not a plain one"],
  ["GNU's table of names", damaged(0, "//              "), "a member's name is not a plain one"],
  ["a symbol table", damaged(0, "/               "), "a member's name is not a plain one"],
])("%s is refused", async (_, bytes, why) => {
  await expect(members(bytes)).rejects.toThrow(why);
});

test("who leaves a member early gets the next one whole, and who leaves altogether lets go", async () => {
  const bytes = arOf(
    [
      ["large", Buffer.alloc(5001, "x")],
      ["next", Buffer.from("n")],
    ],
    0,
  );
  const { stream, seen } = observed(bytes, 100);
  const found: string[] = [];
  for await (const { name, content } of readAr(stream, "x.deb")) {
    found.push(name);
    for await (const _ of content) break;
    if (name === "next") break;
  }
  expect(found).toEqual(["large", "next"]);
  expect(seen.closed).toBe(true);
});
