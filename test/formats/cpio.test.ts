import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { readCpio } from "../../src/formats/cpio.ts";
import { inChunks } from "../kit/chunks.ts";
import { cpioEnd, cpioMember } from "../kit/rpm-bytes.ts";

async function members(bytes: Uint8Array, chunk = 7): Promise<[string | number, string][]> {
  const found: [string | number, string][] = [];
  const sizes = [3, 0];
  for await (const { name, size, content } of readCpio(inChunks(bytes, chunk), "a.rpm", (at) => sizes[at])) {
    const text = (await collect(content, 1000, "x")).toString();
    expect(text.length).toBe(size);
    found.push([name, text]);
  }
  return found;
}

test("members come in order, named or by their place, however they are cut", async () => {
  const parts = [cpioMember("./a", "12345"), cpioMember(0, "abc"), cpioMember(1, ""), cpioMember("./ü", "")];
  const bytes = Buffer.concat([...parts, cpioEnd]);
  for (const chunk of [1, 7, 1000])
    expect(await members(bytes, chunk)).toEqual([
      ["./a", "12345"],
      [0, "abc"],
      [1, ""],
      ["./\udcfc", ""],
    ]);
  expect(await members(Buffer.concat([...parts, cpioMember(0xffff_ffff, "")]))).toHaveLength(4);
});

test("content that nobody reads is passed over", async () => {
  const names: (string | number)[] = [];
  for await (const { name } of readCpio([cpioMember("a", "12345"), cpioMember("b", "1"), cpioEnd], "a.rpm"))
    names.push(name);
  expect(names).toEqual(["a", "b"]);
});

const spoilt = (at: number, text: string) => {
  const bytes = Buffer.concat([cpioMember("a", "12345"), cpioEnd]);
  bytes.write(text, at, "latin1");
  return bytes;
};

test.each([
  ["no end mark", cpioMember("a", "12345"), "it has no end mark"],
  ["another format", spoilt(0, "070707"), "a member does not begin as one"],
  ["a size that is no number", spoilt(54, "+0000005"), "a number in it is none"],
  ["a name without an end", spoilt(111, "b"), "a name does not end where it says"],
  ["an endless name", spoilt(94, "7fffffff"), "a name of 2147483647 bytes is none"],
  ["no name", spoilt(94, "00000000"), "a name of 0 bytes is none"],
  ["more content than there is", spoilt(54, "fffffff0"), "ends after"],
  ["a place that is not in the list", Buffer.concat([cpioMember(7, ""), cpioEnd]), "which its list does not"],
  ["bytes behind its end", Buffer.concat([cpioEnd, Buffer.from("more")]), "something follows its end mark"],
  ["an end in a padding", cpioMember("a", "12345").subarray(0, 117), "it ends within a padding"],
])("%s is refused", async (_, bytes, why) => {
  await expect(members(bytes)).rejects.toThrow(why);
});
