import { expect, test } from "vitest";
import { readFilelists } from "../../../src/formats/rpm-md/filelists.ts";
import { parseMetalink } from "../../../src/formats/rpm-md/metalink.ts";
import { parseMirrorlist } from "../../../src/formats/rpm-md/mirrorlist.ts";
import { type PrimaryPackage, readPrimary } from "../../../src/formats/rpm-md/primary.ts";
import { parseRepomd } from "../../../src/formats/rpm-md/repomd.ts";

const hex = (digit: string) => digit.repeat(64);

test("repomd.xml names files with their digests and sizes; weak digests do not count", async () => {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
    <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
      <revision>1700000000</revision>
      <data type="primary">
        <checksum type="sha256">${hex("a")}</checksum>
        <open-checksum type="sha256">${hex("b")}</open-checksum>
        <location href="repodata/primary.xml.zst"/>
        <timestamp>1700000001.5</timestamp><size>12</size><open-size>345</open-size>
      </data>
      <data type="filelists"><checksum type="sha">${"c".repeat(40)}</checksum><location href="repodata/f.xml.gz"/></data>
    </repomd>`;
  const repomd = await parseRepomd(Buffer.from(text), "repomd.xml of test");
  expect([...repomd.files.values()]).toEqual([
    {
      type: "primary",
      location: "repodata/primary.xml.zst",
      digest: `sha256:${hex("a")}`,
      size: 12,
      openSize: 345,
    },
  ]);
  expect(repomd.timestamp).toBe(1_700_000_001);
});

test("what is no repomd.xml is said to be none", async () => {
  await expect(parseRepomd(Buffer.from("<html><body/></html>"), "repomd.xml of test")).rejects.toThrow(
    "repomd.xml of test is not a sound repomd.xml: it begins with html.",
  );
});

const primary = (packages: string) =>
  `<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">${packages}</metadata>`;

async function packagesOf(text: string): Promise<PrimaryPackage[]> {
  const found: PrimaryPackage[] = [];
  await readPrimary([Buffer.from(primary(text))], "primary of test", (one) => found.push(one));
  return found;
}

test("primary.xml gives each package with its dependencies as rpm spells them", async () => {
  const [one, ...others] = await packagesOf(`
    <package type="rpm">
      <name>httpd</name><arch>x86_64</arch>
      <version epoch="1" ver="2.4" rel="1.fc41"/>
      <checksum type="sha256" pkgid="YES">${hex("d")}</checksum>
      <summary>A &lt;server&gt;</summary><description/>
      <time file="1" build="2"/><size package="100" installed="200" archive="300"/>
      <location href="Packages/h/httpd.rpm"/>
      <format>
        <rpm:license>x</rpm:license>
        <rpm:sourcerpm>httpd-2.4-1.fc41.src.rpm</rpm:sourcerpm>
        <rpm:provides><rpm:entry name="httpd" flags="EQ" epoch="1" ver="2.4" rel="1.fc41"/><rpm:entry name="webserver"/></rpm:provides>
        <rpm:requires>
          <rpm:entry name="libc.so.6(GLIBC_2.34)(64bit)"/>
          <rpm:entry name="/bin/sh" pre="1"/>
          <rpm:entry name="apr" flags="GE" epoch="0" ver="1.7"/>
          <rpm:entry name="(mod_http2 if httpd-core)"/>
        </rpm:requires>
        <rpm:obsoletes><rpm:entry name="apache" flags="LT" epoch="0" ver="2" rel="1"/></rpm:obsoletes>
        <rpm:supplements><rpm:entry name="web"/></rpm:supplements>
        <file>/usr/sbin/httpd</file><file type="dir">/etc/httpd</file>
      </format>
    </package>`);
  expect(others).toEqual([]);
  expect(one).toEqual({
    name: "httpd",
    architecture: "x86_64",
    epoch: "1",
    version: "2.4",
    release: "1.fc41",
    checksumType: "sha256",
    checksum: hex("d"),
    location: "Packages/h/httpd.rpm",
    size: 100,
    sourceRpm: "httpd-2.4-1.fc41.src.rpm",
    provides: ["httpd = 1:2.4-1.fc41", "webserver"],
    requires: ["libc.so.6(GLIBC_2.34)(64bit)", "/bin/sh", "apr >= 1.7", "(mod_http2 if httpd-core)"],
    conflicts: [],
    obsoletes: ["apache < 2-1"],
    recommends: [],
    suggests: [],
    supplements: ["web"],
    enhances: [],
    files: ["/usr/sbin/httpd", "/etc/httpd"],
  });
});

test("a package with a flood of relations, or a relation of many lines, is refused", async () => {
  const format = (inside: string) =>
    `<package type="rpm"><format><rpm:requires>${inside}</rpm:requires></format></package>`;
  await expect(packagesOf(format('<rpm:entry name="x"/>'.repeat(200_001)))).rejects.toThrow(
    "one of its packages has more than 200000 relations",
  );
  await expect(packagesOf(format('<rpm:entry name="x&#10;y"/>'))).rejects.toThrow(/has a line break in it/);
  await expect(packagesOf(format(`<rpm:entry name="${"x".repeat(70_000)}"/>`))).rejects.toThrow(/too long/);
});

test("names of JavaScript's own are names like others", async () => {
  const [one] = await packagesOf(
    '<package type="rpm"><name>__proto__</name><format><rpm:requires><rpm:entry name="constructor" flags="toString" ver="1"/></rpm:requires></format></package>',
  );
  expect(one).toMatchObject({ name: "__proto__", requires: ["constructor"] });
});

test("filelists.xml gives every file with the checksum of its package", async () => {
  const text = `<filelists packages="1"><package pkgid="abc" name="a" arch="noarch"><version epoch="0" ver="1" rel="1"/><file>/usr/share/a &amp; b</file><file type="dir">/opt</file></package></filelists>`;
  const found: string[] = [];
  await readFilelists([Buffer.from(text)], "x", (path, checksum) => found.push(`${checksum} ${path}`));
  expect(found).toEqual(["abc /usr/share/a & b", "abc /opt"]);
});

test("a metalink names repomd.xml's addresses, https and preferred ones first, and its digests, older ones too", async () => {
  const text = `<metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager"><files><file name="repomd.xml">
    <mm0:timestamp>1</mm0:timestamp><size>10</size>
    <verification><hash type="md5">${"1".repeat(32)}</hash><hash type="sha256">${hex("a")}</hash></verification>
    <mm0:alternates><mm0:alternate><verification><hash type="sha256">${hex("b")}</hash></verification></mm0:alternate></mm0:alternates>
    <resources maxconnections="1">
      <url protocol="rsync" type="rsync" preference="100">rsync://mirror.example/r/repodata/repomd.xml</url>
      <url protocol="http" type="http" preference="100">http://mirror.example/r/repodata/repomd.xml</url>
      <url protocol="https" type="https" preference="90">https://one.mirror.example/r/repodata/repomd.xml</url>
      <url protocol="https" type="https" preference="95">https://two.mirror.example/r/repodata/repomd.xml</url>
    </resources></file></files></metalink>`;
  expect(await parseMetalink(Buffer.from(text), "metalink of test")).toEqual({
    urls: [
      "https://two.mirror.example/r/repodata/repomd.xml",
      "https://one.mirror.example/r/repodata/repomd.xml",
      "http://mirror.example/r/repodata/repomd.xml",
    ],
    digests: [`sha256:${hex("a")}`, `sha256:${hex("b")}`],
  });
  await expect(parseMetalink(Buffer.from("<metalink/>"), "metalink of test")).rejects.toThrow(
    "metalink of test is not a sound metalink: it names no address of repomd.xml.",
  );
});

test("a mirrorlist names base addresses, one a line", () => {
  expect(parseMirrorlist("# repo = test\nhttps://mirror.example/r/\nrsync://x\n\n", "list")).toEqual([
    "https://mirror.example/r/",
  ]);
  expect(() => parseMirrorlist("<html>", "the list")).toThrow("the list is not a sound mirrorlist");
});

/** An index as a stream, however large: it is never there as a whole. */
async function* endless(one: string, most: number) {
  yield Buffer.from('<metadata packages="1">');
  for (let count = 0; count < most; count += 1) yield Buffer.from(one);
}
const packageWith = (provides: string) =>
  `<package type="rpm"><name>a</name><format><provides>${provides}</provides></format></package>`;

test.each<[string, () => AsyncIterable<Uint8Array>, string]>([
  [
    "one package with relations that grow together",
    () =>
      endless(
        `<package type="rpm"><format><provides>${`<entry name="${"a".repeat(65_000)}"/>`.repeat(260)}`,
        1,
      ),
    "one of its packages has more than 16777216 characters",
  ],
  [
    "a package with more relations than any has",
    () => endless(packageWith('<entry name="a"/>'.repeat(200_001)), 1),
    "one of its packages has more than 200000 relations",
  ],
  [
    "packages whose relations grow together",
    () => endless(packageWith(`<entry name="${"a".repeat(65_000)}"/>`.repeat(250)), 20),
    "it has more than 200000000 characters",
  ],
  [
    "a version of a hundred thousand characters",
    () => endless(`<package type="rpm"><version ver="${"1.".repeat(50_000)}"/></package>`, 1),
    "one of its texts is too long",
  ],
])(
  "%s: refused",
  async (_, source, why) => {
    await expect(readPrimary(source(), "primary of test", () => {})).rejects.toMatchObject({
      code: "BAD_ARCHIVE",
      message: `primary of test is not a sound primary.xml: ${why}.`,
    });
  },
  60_000,
);
