import fc from "fast-check";
import { expect, test } from "vitest";
import { TareError } from "../../../src/errors.ts";
import { readFilelists } from "../../../src/formats/rpm-md/filelists.ts";
import { parseMetalink } from "../../../src/formats/rpm-md/metalink.ts";
import { readPrimary } from "../../../src/formats/rpm-md/primary.ts";
import { parseRepoFile, withVariables } from "../../../src/formats/rpm-md/repo-file.ts";
import { parseRepomd } from "../../../src/formats/rpm-md/repomd.ts";
import { IndexPacker } from "../../../src/sources/fedora/index/pack.ts";

const where = "a document";
const readers: readonly (readonly [name: string, read: (bytes: Uint8Array) => Promise<unknown>])[] = [
  ["repomd.xml", (bytes) => parseRepomd(bytes, where)],
  ["metalink", (bytes) => parseMetalink(bytes, where)],
  ["filelists.xml", (bytes) => readFilelists([bytes], where, () => {})],
  [
    "primary.xml",
    async (bytes) => {
      const packer = new IndexPacker();
      await readPrimary([bytes], where, (one) => packer.add(one));
      packer.finish();
    },
  ],
];

/** Names that mean something to a reader, or to the language that it is written in. */
const name = fc.constantFrom(
  ..."repomd metalink filelists metadata data package name arch version checksum size location format".split(
    " ",
  ),
  ..."requires rpm:requires rpm:entry file hash url timestamp open-size sourcerpm __proto__ constructor".split(
    " ",
  ),
);
const attribute = fc.tuple(
  fc.constantFrom(
    "type",
    "href",
    "name",
    "flags",
    "ver",
    "epoch",
    "pkgid",
    "package",
    "xml:base",
    "__proto__",
  ),
  fc.constantFrom(
    "primary",
    "rpm",
    "sha256",
    "../x",
    "repomd.xml",
    "EQ",
    "1",
    "-1",
    "1e300",
    "&#10;",
    "a\tb",
  ),
);
const text = fc.constantFrom(
  "",
  "x",
  "1e300",
  "https://mirror.example/repodata/repomd.xml",
  "<![CDATA[<]]>",
  "&lt;",
  "&x;",
);
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      name,
      fc.array(attribute, { maxLength: 4 }),
      fc.array(fc.oneof(text, tie("element")), { maxLength: 4 }),
    )
    .map(([name, attributes, inner]) => {
      const given = new Map(attributes);
      return `<${name}${[...given].map(([key, value]) => ` ${key}="${value}"`).join("")}>${inner.join("")}</${name}>`;
    }),
}));
const root = fc.tuple(
  fc.constantFrom("repomd", "metalink", "filelists", "metadata"),
  fc.array(element, { maxLength: 5 }),
);

test.each(readers)("whatever a %s holds, it is read or refused in words", async (_, read) => {
  await fc.assert(
    fc.asyncProperty(root, fc.option(fc.nat(400)), async ([name, inner], end) => {
      const whole = Buffer.from(`<${name}>${inner.join("")}</${name}>`);
      try {
        await read(whole.subarray(0, end ?? whole.length));
      } catch (error) {
        expect(error).toBeInstanceOf(TareError);
      }
    }),
    { numRuns: 500, seed: 5 },
  );
});

test("any text is a .repo file, and none takes a section's id for more than a name", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "[a]",
      "[__proto__]",
      "[main]",
      "baseurl=x $releasever ${",
      " more",
      "=",
      "priority=1e9",
      "enabled",
    ),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      for (const { id, baseurl, priority } of parseRepoFile(lines.join("\n"))) {
        expect(id).not.toBe("main");
        expect(Number.isSafeInteger(priority)).toBe(true);
        for (const url of baseurl) withVariables(url, { releasever: "42" });
      }
    }),
    { numRuns: 1000, seed: 5 },
  );
  expect(Object.hasOwn(Object.prototype, "baseurl")).toBe(false);
});
