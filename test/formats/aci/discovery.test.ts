import { expect, test } from "vitest";
import { discover, discoveryPages } from "../../../src/formats/aci/discovery.ts";
import { metaTags } from "../../../src/formats/aci/meta-tags.ts";
import { parseAciName } from "../../../src/formats/aci/names.ts";

const wanted = { name: "example.com/reduce-worker", version: "1.0.0", os: "linux", arch: "amd64" };

// The specification's own example (spec/discovery.md, "Discovery URL").
test("templates become the addresses of an image, its signature and its keys", () => {
  const html = `<!DOCTYPE html>
    <html><head><title>My app</title>
    <meta name="ac-discovery" content="example.com https://storage.example.com/{os}/{arch}/{name}-{version}.{ext}">
    <meta name="ac-discovery" content="example.com hdfs://storage.example.com/{name}-{version}-{os}-{arch}.{ext}">
    <meta name="ac-discovery-pubkeys" content="example.com https://example.com/pubkeys.gpg">
    </head><body></body></html>`;
  const address = "https://storage.example.com/linux/amd64/example.com/reduce-worker-1.0.0";
  expect(discover(html, wanted)).toEqual({
    endpoints: [{ image: `${address}.aci`, signature: `${address}.aci.asc` }],
    keys: ["https://example.com/pubkeys.gpg"],
  });
});

test("the page of the name comes first, then those above it", () => {
  expect(discoveryPages("example.com/project/subproject")).toEqual([
    "https://example.com/project/subproject?ac-discovery=1",
    "https://example.com/project?ac-discovery=1",
    "https://example.com?ac-discovery=1",
  ]);
});

test.each([
  ["another prefix", "example.org https://a.example/{name}.{ext}"],
  ["no prefix", "https://a.example/{name}.{ext}"],
  ["a variable that nobody knows", "example.com https://a.example/{name}-{flavour}.{ext}"],
  ["a variable of every object", "example.com https://a.example/{constructor}.{ext}"],
  ["no extension, so that image and signature would be one", "example.com https://a.example/{name}"],
  ["plain http", "example.com http://a.example/{name}.{ext}"],
  ["no address", "example.com {name}.{ext}"],
])("a tag of %s is passed over", (_, content) => {
  expect(discover(`<meta name="ac-discovery" content="${content}">`, wanted)).toEqual({
    endpoints: [],
    keys: [],
  });
});

test("meta tags, however they are written", () => {
  const html = `<META NAME=a CONTENT=b/><meta content='c "d"' name="e"/><meta name="f"
    content = "x &amp; y &#60;&#x3E; &nope;" content="second">`;
  expect(metaTags(html)).toEqual([
    { name: "a", content: "b/" },
    { name: "e", content: 'c "d"' },
    { name: "f", content: "x & y <> &nope;" },
  ]);
});

test("what only looks like a meta tag is none", () => {
  const fake = '<meta name="a" content="b">';
  const html = `<!-- ${fake} --><script>"${fake}"</script><textarea>${fake}</TEXTAREA>
    <p title='${fake}'>< meta name="a" content="b"></p><meta name="only"><metadata name="a" content="b">`;
  expect(metaTags(html)).toEqual([]);
  expect(metaTags(`<script>${fake}`)).toEqual([]);
  expect(metaTags(`<!-- ${fake}`)).toEqual([]);
  expect(metaTags(`${fake}<meta name="c" content="d`)).toEqual([{ name: "a", content: "b" }]);
});

test.each(["<", "<meta ", "<meta a=", '<meta a="', "<!--", "<script>", "&#x", "<a b='c'"])(
  "a page of nothing but %s is read in no time",
  (text) => {
    const html = text.repeat(200_000);
    expect(metaTags(html).length).toBe(0);
  },
);

test.each([
  ["example.com/app", { name: "example.com/app" }],
  ["example.com/app:1.0-rc.1+x", { name: "example.com/app", version: "1.0-rc.1+x" }],
  ["xn--bcher-kva.example/app", { name: "xn--bcher-kva.example/app" }],
  ["Example.com/app", undefined],
  ["example.com:8080/app", undefined],
  ["user@example.com", undefined],
  ["a~b/app", undefined],
  ["example.com/app:", undefined],
  ["example.com/app:{ext}", undefined],
  ["../app", undefined],
  ["", undefined],
])("%s as a name to look for", (text, name) => {
  expect(parseAciName(text)).toEqual(name);
});
