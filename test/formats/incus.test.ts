import { expect, test } from "vitest";
import { parse } from "yaml";
import { incusArchitecture, platformOfIncus } from "../../src/formats/incus/architectures.ts";
import { decodeIncusMetadata } from "../../src/formats/incus/decode-metadata.ts";
import { encodeIncusMetadata } from "../../src/formats/incus/metadata.ts";

const decode = (text: string) => decodeIncusMetadata(Buffer.from(text), "metadata.yaml");

test.each([
  ["amd64", undefined, "x86_64"],
  ["386", undefined, "i686"],
  ["arm64", undefined, "aarch64"],
  ["arm64", "v8", "aarch64"],
  ["arm", "v6", "armv6l"],
  ["arm", "v7", "armv7l"],
  ["arm", undefined, "armv7l"],
  ["ppc64le", undefined, "ppc64le"],
  ["loong64", undefined, "loongarch64"],
  ["wasm", undefined, undefined],
])("linux/%s %s is %s for incus", (architecture, variant, name) => {
  expect(incusArchitecture({ os: "linux", architecture, ...(variant && { variant }) })).toBe(name);
  if (name !== undefined) expect(platformOfIncus(name)).toMatchObject({ os: "linux", architecture });
});

test("other systems and unknown names have no word on the other side", () => {
  expect(incusArchitecture({ os: "windows", architecture: "amd64" })).toBeUndefined();
  expect(platformOfIncus("constructor")).toBeUndefined();
  expect(platformOfIncus("armhf")).toEqual({ os: "linux", architecture: "arm", variant: "v7" });
});

test("metadata says the same to YAML 1.2 whatever is in it, and comes back", () => {
  const odd = 'a "b" \\ : # \u0085\u2028\n\u0007é 🚀 \ud800';
  const properties = new Map([
    ["release", "3.10"],
    ["description", odd],
    ["no", "yes"],
  ]);
  const bytes = encodeIncusMetadata({ architecture: "x86_64", created: -1, properties, templates: ["/x"] });
  const said = { description: 'a "b" \\ : #  é 🚀 \ufffd', no: "yes", release: "3.10" };
  expect(parse(bytes.toString())).toEqual({
    architecture: "x86_64",
    creation_date: -1,
    properties: said,
  });
  expect(decodeIncusMetadata(bytes, "x")).toEqual({
    architecture: "x86_64",
    created: -1,
    properties: new Map(Object.entries(said)),
    templates: [],
  });
  const bare = { architecture: "i686", created: 0, properties: new Map(), templates: [] };
  expect(encodeIncusMetadata(bare).toString()).toBe('architecture: "i686"\ncreation_date: 0\n');
});

test("what incus's own images say is read: numbers as they are written, templates by their names", () => {
  const text = `architecture: amd64
creation_date: 1424284563
expiry_date: 0
properties: {release: 3.10, os: Alpine, list: [1]}
templates:
  /etc/hostname: {when: [create], template: hostname.tpl}
`;
  expect(decode(text)).toEqual({
    architecture: "amd64",
    created: 1424284563,
    properties: new Map([
      ["release", "3.10"],
      ["os", "Alpine"],
    ]),
    templates: ["/etc/hostname"],
  });
  expect(decode("architecture: x\nproperties:\n__proto__: {a: b}\n")).toMatchObject({ created: 0 });
});

test.each([
  ["", "it names no architecture"],
  ["[]", "the whole is no mapping"],
  ["architecture: [x]", "it names no architecture"],
  ["architecture: x\ncreation_date: soon", "creation_date is no number"],
  ["architecture: x\ncreation_date: 9999999999999", "creation_date is no number"],
  ["architecture: x\nproperties: [1]", "properties is no mapping"],
  ["architecture: x\ntemplates: a", "templates is no mapping"],
  ["a: b: c", "it is not sound YAML"],
  ["a: 1\na: 2", "it is not sound YAML"],
  ["a: &a [*a]", "a sound incus image"],
  [`a: ${"[".repeat(100_000)}`, "it is not sound YAML"],
  [
    `a: &a [${"1,".repeat(99)}1]\nb: &b [${"*a,".repeat(99)}*a]\nc: [${"*b,".repeat(99)}*b]`,
    "it is not sound YAML",
  ],
])("%# %.40s is refused", (text, why) => {
  expect(() => decode(text)).toThrow(why);
});

test("bytes that are no text are refused", () => {
  expect(() => decodeIncusMetadata(Buffer.of(0xff, 0xfe), "x")).toThrow("it is not sound YAML");
});
