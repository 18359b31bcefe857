import { expect, test } from "vitest";
import { decodeHeader } from "../../../src/formats/rpm/header.ts";
import { databaseKeys, databaseTables } from "../../../src/sources/fedora/rpm-database-keys.ts";
import { type HeaderData, headerBytes } from "../../kit/rpm-bytes.ts";

function keysOf(table: string, tags: HeaderData): string[] {
  const header = decodeHeader(headerBytes(63, [[1000, "made"], ...tags]), 63, "made");
  const signature = decodeHeader(headerBytes(62, [[273, ""]]), 62, "made");
  const found = databaseTables.find(({ name }) => name === table);
  if (found === undefined) throw new Error(`there is no table ${table}`);
  const rows = databaseKeys(found, { header, signature, time: 1, color: 3, states: [] });
  return rows.map(({ key, index }) => `${key} ${index}`);
}

test("a rich dependency is found by every name in it; what must not be there has a mark", () => {
  const row = ["plain", "(a if (b or c) else d)", "(x unless y)"];
  expect(keysOf("Recommendname", [[5046, row]])).toEqual([
    ...["plain 0", "(a if (b or c) else d) 1", "a 1", "b 1", "c 1", "d 1", "!b 1", "!c 1"],
    ...["(x unless y) 2", "x 2", "!y 2"],
  ]);
});

test("conditions within conditions cost no more than their length", () => {
  let text = "z";
  for (let depth = 0; depth < 60; depth += 1) text = `(a${depth} if ${text} else b${depth})`;
  expect(keysOf("Recommendname", [[5046, [text]]]).length).toBeLessThan(300);
});

test("what is needed only while installing is not looked up later", () => {
  const flags = { width: 4, numbers: [0, 1 << 24, 1 << 9, (1 << 9) | (1 << 12)] } as const;
  const names = ["always", "rpmlib(X)", "before", "before-and-after"];
  expect(
    keysOf("Requirename", [
      [1048, flags],
      [1049, names],
    ]),
  ).toEqual(["always 0", "before-and-after 3"]);
});

test("a package without a group is in the group of those", () => {
  expect(keysOf("Group", [])).toEqual(["Unknown 0"]);
});
