import { expect, test } from "vitest";
import { readXml } from "../../../src/formats/rpm-md/xml.ts";

async function read(text: string | Uint8Array): Promise<string> {
  const seen: string[] = [];
  await readXml([Buffer.from(text as Uint8Array)], "test", "a document", {
    open: (name, attributes, depth) => seen.push(`${depth}<${name} ${JSON.stringify(attributes)}`),
    text: (text) => seen.push(text),
    close: (name, depth) => seen.push(`${depth}>${name}`),
  });
  return seen.join("|");
}

test("elements come with their depth, without their prefix, and with text and CDATA as they are", async () => {
  expect(await read('<a x="1&lt;2"><r:b>one &amp; <![CDATA[<two>]]></r:b></a>')).toBe(
    '1<a {"x":"1<2"}|2<b {}|one & |<two>|2>b|1>a',
  );
});

test("a character may be cut in two by the chunks", async () => {
  const bytes = Buffer.from("<a>ü</a>");
  const seen: string[] = [];
  const visitor = { open: () => {}, text: (text: string) => void seen.push(text), close: () => {} };
  await readXml([bytes.subarray(0, 4), bytes.subarray(4)], "test", "a document", visitor);
  expect(seen.join("")).toBe("ü");
});

test.each([
  ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /declares a document type/],
  [
    "entities that make a billion laughs",
    `<!DOCTYPE a [<!ENTITY l0 "lol">${Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join("")}]><a>&l9;</a>`,
    /declares a document type/,
  ],
  ["an external entity", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /declares a document type/],
  ["an unknown entity", "<a>&lol;</a>", /it is no XML: undefined entity/],
  ["what is nested too deep", "<a>".repeat(40), /nested more than 32 deep/],
  ["an element that is not closed", "<a><b></a>", /it is no XML: unexpected close tag/],
  ["an end that comes too early", "<a>", /it is no XML: unclosed tag: a/],
  ["bytes that are no UTF-8", Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0xfe]), /it is not UTF-8 text/],
  ["nothing at all", "", /it is no XML/],
])("%s is refused", async (_, text, why) => {
  await expect(read(text)).rejects.toMatchObject({
    code: "BAD_ARCHIVE",
    message: expect.stringMatching(why),
  });
});

test.each([
  ["text", (piece: string) => `<a>${piece}`],
  ["an attribute", (piece: string) => `<a b="${piece}`],
  ["a comment", (piece: string) => `<!--${piece}`],
  ["a document type", (piece: string) => `<!DOCTYPE ${piece}`],
  ["attributes", (piece: string) => `<a ${piece.replace(/x{10}/g, 'x="1" ')}`],
])("no more than 4 MiB of %s is gathered", async (_, around) => {
  let given = 0;
  async function* endless() {
    const piece = around("x".repeat(1 << 20));
    yield Buffer.from(piece);
    for (; given < 64; given += 1) yield Buffer.from("x".repeat(1 << 20));
  }
  const nothing = { open: () => {}, text: () => {}, close: () => {} };
  const work = readXml(endless(), "test", "a document", nothing);
  await expect(work).rejects.toMatchObject({ code: "BAD_ARCHIVE" });
  expect(given).toBeLessThan(8);
});
