import { expect, test } from "vitest";
import { quotedBytes } from "../../../src/sources/fedora/trust/persist.ts";
import { readingScriptlet } from "../../kit/rpm-scripted.ts";

const share = "usr/share/pki/ca-trust-source";
const bundle = "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem";

/** An element of DER of less than 128 bytes… or of less than 64 KiB. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const oid = (...bytes: number[]) => der(6, Buffer.from(bytes));
const text = (value: string) => der(0x0c, Buffer.from(value));

/** An authority as far as its fields go: nobody verifies a signature here. */
function authority(name: string, serial: number, key = name): Buffer {
  const subject = der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), text(name))));
  const algorithm = der(0x30, oid(0x2a, 3));
  const constraints = der(0x30, oid(0x55, 29, 19), der(4, der(0x30, der(1, Buffer.from([255])))));
  const tbs = der(
    0x30,
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([serial])),
    algorithm,
    subject,
    der(0x30, text("from"), text("to")),
    subject,
    publicKey(key),
    der(0xa3, der(0x30, constraints)),
  );
  return der(0x30, tbs, algorithm, der(3, Buffer.from([0, 1])));
}
const publicKey = (key: string) => der(0x30, der(0x30, oid(0x2a, 3)), der(3, Buffer.from(key)));
const pem = (kind: string, bytes: Buffer) =>
  `-----BEGIN ${kind}-----\n${bytes.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END ${kind}-----\n`;

const persisted = (certificate: Buffer, ...fields: string[]) =>
  `[p11-kit-object-v1]\n${fields.join("\n")}\n${pem("CERTIFICATE", certificate)}`;

/** Labels of a bundle, in its order. */
const labels = (content: string | undefined) => content?.match(/^# .*/gm)?.map((line) => line.slice(2)) ?? [];

test("anchors are what the sources trust; what one of them refuses is none", () => {
  const { text, findings } = readingScriptlet("/usr/bin/update-ca-trust\n", {
    [`${share}/ca-bundle.trust.p11-kit`]: [
      persisted(authority("one", 1), 'label: "One %26 only"', "trusted: true"),
      persisted(authority("two", 2), 'label: "Two"', "trusted: true"),
      persisted(authority("three", 3), 'label: "Three"', "x-distrusted: true"),
      persisted(authority("four", 4), 'label: "Four"'),
      persisted(authority("five", 5, "three"), 'label: "Five, of the same key"', "trusted: true"),
    ].join("# a comment\n"),
    "etc/pki/ca-trust/source/blocklist/two.pem": pem("CERTIFICATE", authority("two", 2)),
    "etc/pki/ca-trust/source/anchors/mine.der": authority("mine", 6),
    "etc/pki/ca-trust/source/anchors/README": "put yours here\n",
  });
  expect(findings.needs).toEqual([]);
  expect([...findings.handled]).toEqual(["certificates"]);
  expect(labels(text(bundle))).toEqual(["mine", "One & only"]);
});

test("an extension beside a certificate says what it is for", () => {
  const usage = der(0x30, oid(0x55, 29, 37), der(4, der(0x30, oid(0x2b, 6, 1, 5, 5, 7, 3, 4))));
  const value = [...usage].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const { text } = readingScriptlet("update-ca-trust extract\n", {
    [`${share}/some.p11-kit`]: [
      persisted(authority("mail", 1), 'label: "Mail"', "trusted: true"),
      `[p11-kit-object-v1]\nclass: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: "${value}"\n`,
      pem("PUBLIC KEY", publicKey("mail")),
      persisted(authority("any", 2), 'label: "Any"', "trusted: true"),
    ].join(""),
  });
  expect(labels(text(bundle))).toEqual(["Any"]);
  expect(labels(text(bundle.replace("tls", "email")))).toEqual(["Mail", "Any"]);
  expect(text(`${bundle.slice(0, -"pem/tls-ca-bundle.pem".length)}edk2/cacerts.bin`)).toBeDefined();
});

test("an older update-ca-trust makes what it has always made", () => {
  const { workspace } = readingScriptlet("update-ca-trust\n", {
    "usr/bin/update-ca-trust": "trust extract --format=pem-bundle …\n",
    [`${share}/anchors/one.pem`]: pem("CERTIFICATE", authority("one", 1)),
  });
  expect(workspace.list("/etc/pki/ca-trust/extracted")).toEqual(["java", "openssl", "pem"]);
  expect(workspace.list("/etc/pki/ca-trust/extracted/pem")).not.toContain("directory-hash");
});

test("where the program is not, or has nothing to work with, the bundle of a package stays", () => {
  const files = { [bundle.slice(1)]: "all of them" };
  const without = readingScriptlet("update-ca-trust || :\n", files);
  expect(without.findings.needs).toEqual([]);
  expect(without.workspace.version).toBe(0);
  const idle = readingScriptlet("update-ca-trust\n", { ...files, "usr/bin/update-ca-trust": "" });
  expect(idle.findings.needs).toHaveLength(1);
  expect(idle.workspace.version).toBe(0);
});

test.each([
  ["what is broken", { [`${share}/broken.p11-kit`]: "[p11-kit-object-v1]\nno colon\n" }, ""],
  ["a broken certificate", { [`${share}/broken.pem`]: pem("CERTIFICATE", Buffer.from("no")) }, ""],
  ["arguments of another version", {}, "--output=/elsewhere"],
])("nothing is made of %s", (_, files, args) => {
  const { findings, workspace } = readingScriptlet(`update-ca-trust ${args}\n`, files);
  expect(findings.needs).toHaveLength(1);
  expect(workspace.version).toBe(0);
});

test.each([
  ["", "default"],
  ["legacy=disable\n", "disable"],
])("ca-legacy links the list that %j wants", (configuration, list) => {
  const files = { "etc/pki/ca-trust/ca-legacy.conf": configuration, "etc/pki/ca-trust/source/": {} };
  const { link } = readingScriptlet("/usr/bin/ca-legacy install\n", files);
  expect(link("/etc/pki/ca-trust/source/ca-bundle.legacy.crt")).toBe(
    `/usr/share/pki/ca-trust-legacy/ca-bundle.legacy.${list}.crt`,
  );
});

test("quoted values are bytes; anything else is none", () => {
  expect(quotedBytes('"a%00é"')).toEqual(Buffer.from([0x61, 0, 0xc3, 0xa9]));
  for (const value of ["bare", '"%zz"', '"', undefined]) expect(quotedBytes(value)).toBeUndefined();
});
