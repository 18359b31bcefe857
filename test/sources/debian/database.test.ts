import { describe, expect, test } from "vitest";
import { decodeText, encodeText } from "../../../src/bytes/text.ts";
import type { GeneratedEntry } from "../../../src/model/rootfs.ts";
import { infoEntries, statusEntries } from "../../../src/sources/debian/database.ts";
import { statusStanza } from "../../../src/sources/debian/status-stanza.ts";
import type { PackageData } from "../../kit/debian-package.ts";
import { unpackedFrom } from "../../kit/scripted-root.ts";

const texts = (entries: readonly GeneratedEntry[]) =>
  Object.fromEntries(
    entries.filter(({ type }) => type === "file").map(({ path, content }) => [path, decodeText(content)]),
  );
const status = (
  packages: readonly PackageData[],
  excludes: Parameters<typeof statusEntries>[1]["excludes"] = [],
) => texts(statusEntries(packages.map(unpackedFrom), { architecture: "amd64", timestamp: 1, excludes }));

describe("a stanza of dpkg's status file", () => {
  test("has dpkg's order and spelling, its own status, and the conffiles before the description", () => {
    const deb = unpackedFrom({
      name: "thing",
      fields: {
        Description: "short\n long\n .\n more",
        "X-Own": "kept",
        DEPENDS: "a(>=1)|b ,c",
        Status: "forged",
        Conffiles: "\n /forged 0",
        section: "misc",
        "multi-arch": "same",
      },
      control: { conffiles: "/etc/b\n/etc/a\n" },
      files: { "etc/a": "a", "etc/b": "b" },
    });
    expect(statusStanza(deb)).toBe(`Package: thing
Status: install ok installed
Section: misc
Architecture: amd64
Multi-Arch: same
Version: 1.0
Depends: a (>= 1) | b, c
Conffiles:
 /etc/b 92eb5ffee6ae2fec3ad71c777531578f
 /etc/a 0cc175b9c0f1b6a831c399e269772661
Description: short
 long
 .
 more
X-Own: kept
`);
  });

  test("names of the language's own are fields like others", () => {
    const stanza = statusStanza(
      unpackedFrom({ name: "a", fields: { constructor: "x", ["__proto__"]: "y" } }),
    );
    expect(stanza).toMatch(/^constructor: x\n__proto__: y\n$/m);
  });
});

describe("what all packages share", () => {
  test("packages are sorted by name, and by architecture after that", () => {
    const made = status([
      { name: "b", fields: { "Multi-Arch": "same" }, architecture: "i386" },
      { name: "c", architecture: "all" },
      { name: "b", fields: { "Multi-Arch": "same" } },
      { name: "a" },
    ]);
    const heads = [...(made["var/lib/dpkg/status"] ?? "").matchAll(/^(?:Package|Architecture): (.*)$/gm)];
    expect(heads.map(([, value]) => value).join(" ")).toBe("a amd64 b amd64 b i386 c all");
    expect(made["var/lib/dpkg/arch"]).toBe("amd64\ni386\n");
    expect(made["var/lib/dpkg/info/format"]).toBe("1\n");
  });

  test("triggers name who waits for them, paths in one file and names in their own", () => {
    const made = status([
      {
        name: "a",
        control: { triggers: "interest-noawait /usr/lib\ninterest ldconfig # why\nactivate other\n" },
      },
      {
        name: "b",
        fields: { "Multi-Arch": "same" },
        control: { triggers: "interest-await /usr/lib\ninterest-noawait ldconfig\n" },
      },
    ]);
    expect(made["var/lib/dpkg/triggers/File"]).toBe("/usr/lib a/noawait\n/usr/lib b:amd64\n");
    expect(made["var/lib/dpkg/triggers/ldconfig"]).toBe("a\nb:amd64/noawait\n");
    expect(made["var/lib/dpkg/triggers/Unincorp"]).toBe("");
    expect(made["var/lib/dpkg/triggers/other"]).toBeUndefined();
  });

  test("triggers that would name dpkg's own files or others' are passed over", () => {
    const lines = ["File", "Lock", "Unincorp", "../../status", "a/b", ".x", "", "a b", "x".repeat(300)];
    const triggers = lines.map((name) => `interest ${name}\n`).join("");
    expect(Object.keys(status([{ name: "a", control: { triggers } }])).sort()).toEqual(
      ["arch", "info/format", "status", "triggers/File", "triggers/Unincorp"].map(
        (name) => `var/lib/dpkg/${name}`,
      ),
    );
  });

  test("what was left out is told to dpkg, in the order that decides", () => {
    const made = status(
      [],
      [
        { action: "exclude", glob: "/usr/share/doc/*" },
        { action: "include", glob: "/usr/share/doc/*/copyright" },
        { action: "exclude", glob: "/a\npath-include=/b" },
      ],
    );
    expect(made["etc/dpkg/dpkg.cfg.d/excludes"]).toBe(
      "path-exclude=/usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n",
    );
  });
});

describe("what dpkg keeps of one package", () => {
  const sums = encodeText(`${"0".repeat(32)}  usr/bin/a\n${"1".repeat(32)}  usr/share/doc/a\n`);
  const info = (data: PackageData, paths: readonly string[]) =>
    infoEntries(unpackedFrom(data), sums, paths, 1);

  test("the list and the checksums name what is there, in the archive's order", () => {
    const made = texts(info({ name: "a" }, ["", "usr", "usr/bin", "usr/bin/a"]));
    expect(made).toEqual({
      "var/lib/dpkg/info/a.list": "/.\n/usr\n/usr/bin\n/usr/bin/a\n",
      "var/lib/dpkg/info/a.md5sums": `${"0".repeat(32)}  usr/bin/a\n`,
    });
  });

  test("only Multi-Arch: same carries the architecture in its names, and only scripts may be run", () => {
    const control = { postinst: "#!/bin/sh\n", shlibs: "", "../x": "", "a.b": "" };
    const same = info({ name: "a", fields: { "Multi-Arch": "same" }, control }, []);
    expect(same.map(({ path, mode }) => `${path} ${mode.toString(8)}`)).toEqual([
      "var/lib/dpkg/info/a:amd64.list 644",
      "var/lib/dpkg/info/a:amd64.md5sums 644",
      "var/lib/dpkg/info/a:amd64.postinst 755",
      "var/lib/dpkg/info/a:amd64.shlibs 644",
    ]);
    expect(info({ name: "a", fields: { "Multi-Arch": "foreign" } }, [])[0]?.path).toBe(
      "var/lib/dpkg/info/a.list",
    );
  });

  test.each([
    ["a path for a name", { name: "../a" }, []],
    ["capitals in its name", { name: "A" }, []],
    ["a path with a line break", { name: "a" }, ["usr/a\n/etc/shadow"]],
    [
      "an architecture that is a path",
      { name: "a", architecture: "../x", fields: { "Multi-Arch": "same" } },
      [],
    ],
  ])("%s is refused", (_, data, paths) => {
    expect(() => info(data, paths)).toThrow(expect.objectContaining({ code: "BAD_ARCHIVE" }));
  });
});
