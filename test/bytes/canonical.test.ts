import { expect, test } from "vitest";
import { canonical } from "../../src/bytes/canonical.ts";

test("the order of keys says nothing, that of a list does", () => {
  const value = { b: [1, { d: null, c: "é\n" }], a: true };
  expect(canonical(value)).toBe('{"a":true,"b":[1,{"c":"é\\n","d":null}]}');
  expect(canonical({ a: true, b: [1, { c: "é\n", d: null }] })).toBe(canonical(value));
  expect(canonical({ ...value, b: [{ d: null, c: "é\n" }, 1] })).not.toBe(canonical(value));
});

test("a key that names a prototype is a key like others", () => {
  expect(canonical(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
});
