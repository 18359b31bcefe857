import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { drain } from "../../../src/bytes/bytes.ts";
import { digestOf } from "../../../src/bytes/digest.ts";
import type { InstalledPackage } from "../../../src/model/source.ts";
import { fedora } from "../../../src/sources/fedora/distribution.ts";
import { observed } from "../../kit/chunks.ts";
import { configuredRpms, installedRpm, type MadeRpm } from "../../kit/installed-rpm.ts";
import { cpioEnd, filesHeader, type HeaderData, headerBytes, rpmBytes } from "../../kit/rpm-bytes.ts";

const accounts: MadeRpm = {
  name: "setup",
  files: [
    { path: "/etc", mode: 0o040755 },
    { path: "/etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
    { path: "/etc/group", content: "root:x:0:\ntty:x:5:\n" },
  ],
};

test("packages of two machines have names of their own", () => {
  expect(fedora.idOf({ name: "glibc", architecture: "i686" } as InstalledPackage["package"])).toBe(
    "glibc.i686",
  );
});

test("the database is the same bytes for the same packages, and a link leads to it", async () => {
  const packages = await Promise.all([installedRpm(accounts), installedRpm({ name: "empty" })]);
  const { entries } = configuredRpms(packages);
  const database = entries.get("usr/lib/sysimage/rpm/rpmdb.sqlite");
  expect(database?.content.subarray(0, 15)).toEqual(Buffer.from("SQLite format 3"));
  // Neither the version of SQLite nor its counts of changes.
  expect(Buffer.from(database?.content ?? []).toString("hex", 24, 28)).toBe("00000001");
  expect(digestOf(database?.content ?? "")).toBe(
    digestOf(configuredRpms(packages).entries.get("usr/lib/sysimage/rpm/rpmdb.sqlite")?.content ?? ""),
  );
  expect(entries.get("var/lib/rpm")).toMatchObject({ type: "symlink", link: "../../usr/lib/sysimage/rpm" });
});

test("it stands where the distribution's own rpm has it", async () => {
  const { entries } = configuredRpms([
    await installedRpm({ name: "rpm", files: [{ path: "/var/lib/rpm", mode: 0o040755 }] }),
  ]);
  expect([...entries.keys()]).toEqual(["var/lib/rpm/rpmdb.sqlite"]);
});

test("a file that two packages have alike is shared; another is a conflict", async () => {
  const one = await installedRpm({ name: "one", files: [{ path: "/bin/same", content: "same" }] });
  const other = await installedRpm({ name: "other", files: [{ path: "/usr/bin/same", content: "same" }] });
  const different = await installedRpm({
    name: "different",
    files: [{ path: "/usr/bin/same", content: "not" }],
  });
  const arbiter = fedora.arbiter([one, other, different]);
  expect(arbiter("usr/bin/same", "one.x86_64", "other.x86_64")).toBe("earlier");
  expect(arbiter("usr/bin/same", "one.x86_64", "different.x86_64")).toBe("conflict");
  expect(arbiter("usr/bin/none", "one.x86_64", "other.x86_64")).toBe("conflict");
});

test("of a program of 32 and of 64 bits, that of 64 stays", async () => {
  const of = (architecture: string, color: number) =>
    installedRpm({
      name: "both",
      architecture,
      files: [{ path: "/usr/bin/tool", content: architecture }],
      tags: [[1140, { width: 4, numbers: [color] }]],
    });
  const packages = [await of("i686", 1), await of("x86_64", 2)];
  expect(fedora.arbiter(packages)("usr/bin/tool", "both.i686", "both.x86_64")).toBe("later");
  expect(fedora.arbiter(packages)("usr/bin/tool", "both.x86_64", "both.i686")).toBe("earlier");
});

test("files go to accounts that packages declare; until then nobody runs them with root's rights", async () => {
  const daemon = await installedRpm({
    name: "daemon",
    files: [
      { path: "/usr/bin/run-as", content: "x", mode: 0o106755 },
      { path: "/usr/bin/write", content: "w", mode: 0o102755 },
      { path: "/usr/lib/sysusers.d/daemon.conf", content: "u served 250\n" },
    ],
    tags: [
      [1039, ["served", "root", "root"]],
      [1040, ["served", "tty", "root"]],
    ],
  });
  const unpacked = new Map(daemon.facts.entries.map((entry) => [entry.path, entry]));
  expect(unpacked.get("usr/bin/run-as")).toMatchObject({ uid: 0, gid: 0, mode: 0o755, uname: "served" });
  expect(unpacked.get("usr/bin/write")).toMatchObject({ uid: 0, gid: 5, mode: 0o2755 });

  const { entries, coverage } = configuredRpms([await installedRpm(accounts), daemon]);
  expect(entries.get("usr/bin/run-as")).toMatchObject({ uid: 250, gid: 250, mode: 0o6755, uname: "served" });
  expect(entries.has("usr/bin/write")).toBe(false);
  expect(coverage).toContainEqual({
    package: "daemon",
    script: "sysusers",
    verdict: "handled",
    notes: ["accounts of sysusers.d"],
  });
});

test("an owner whom nobody declares is told, and root keeps the files", async () => {
  const stranger = await installedRpm({
    name: "stranger",
    files: [{ path: "/usr/bin/x", content: "x", mode: 0o104755 }],
    tags: [[1039, ["nobody-knows"]]],
  });
  const { entries, coverage } = configuredRpms([await installedRpm(accounts), stranger]);
  expect(entries.has("usr/bin/x")).toBe(false);
  expect(coverage).toEqual([
    {
      package: "stranger",
      script: "owners",
      verdict: "needs-you",
      notes: ["there is no user nobody-knows, so root keeps its files"],
    },
  ]);
});

test("scriptlets are read in the order in which rpm runs them; what is not understood is told", async () => {
  const scripted = await installedRpm({
    name: "scripted",
    files: [{ path: "/etc/scripted", mode: 0o040755 }],
    tags: [
      [1023, "[ -d /etc/scripted ] && exit 1\nmkdir -p /etc/scripted\necho pre > /etc/scripted/order\n"],
      [1024, "echo post >> /etc/scripted/order\n"],
      [1025, "rm -rf /\n"],
      [1085, ["/bin/sh"]],
      [1086, ["/bin/sh"]],
      [1087, ["/bin/sh"]],
      [1151, "posix.chmod(path, mode)\n"],
      [1152, "echo later >> /etc/scripted/order\n"],
      [1153, ["<lua>"]],
      [1154, ["/bin/sh"]],
    ],
  });
  const { entries, coverage } = configuredRpms([scripted]);
  expect(Buffer.from(entries.get("etc/scripted/order")?.content ?? []).toString()).toBe("pre\npost\nlater\n");
  expect(coverage.map(({ script, verdict }) => `${script}: ${verdict}`)).toEqual([
    "pretrans: needs-you",
    "pre: handled",
    "post: handled",
    "posttrans: handled",
    "preun: harmless",
  ]);
});

test("Lua that only runs programs, and Lua that is known, is done; other Lua is not", async () => {
  const trigger =
    'pid = posix.fork()\nif pid == 0 then\n  assert(posix.exec("/usr/bin/systemctl", "daemon-reload"))\nelseif pid > 0 then\n  posix.wait(pid)\nend\n';
  const lua = await installedRpm({
    name: "glibc-gconv-extra",
    files: [
      ...["/usr", "/usr/lib64", "/usr/lib64/gconv"].map((path) => ({ path, mode: 0o040755 })),
      { path: "/usr/lib64/gconv/gconv-modules.cache", content: "old" },
    ],
    tags: [
      [1023, trigger],
      [1024, "update_gconv_modules_cache ()\n"],
      [1085, ["<lua>"]],
      [1086, ["<lua>"]],
      [1151, "posix.mkdir('/x')\n"],
      [1153, ["<lua>"]],
    ],
  });
  const { entries, coverage } = configuredRpms([lua]);
  expect(entries.get("usr/lib64/gconv/gconv-modules.cache")?.content).toHaveLength(0);
  expect(coverage.map(({ script, verdict }) => `${script}: ${verdict}`)).toEqual([
    "pretrans: needs-you",
    "pre: harmless",
    "post: handled",
  ]);
});

test("a file trigger runs where a package brings what it waits for", async () => {
  const triggers = (prefix: string): HeaderData => [
    [5076, ["echo ran > /etc/ran\n"]],
    [5077, ["/bin/sh"]],
    [5079, [prefix]],
    [5080, { width: 4, numbers: [0] }],
    [5081, [""]],
    [5082, { width: 4, numbers: [1 << 16] }],
  ];
  const files = [{ path: "/etc", mode: 0o040755 }];
  const waiting = await installedRpm({ name: "waiting", files, tags: triggers("/usr/lib") });
  const bringing = await installedRpm({ name: "bringing", files: [{ path: "/usr/lib/x", content: "" }] });
  expect(configuredRpms([waiting]).entries.has("etc/ran")).toBe(false);
  expect(configuredRpms([waiting]).coverage[0]).toMatchObject({
    verdict: "harmless",
    notes: ["nothing sets it off"],
  });
  expect(configuredRpms([waiting, bringing]).entries.has("etc/ran")).toBe(true);
});

test("a file trigger reads which files set it off", async () => {
  const trigger: HeaderData = [
    [5066, ["while read path; do echo $path >> /etc/ran; done\n"]],
    [5067, ["/bin/sh"]],
    [5069, ["/usr/lib/x"]],
    [5070, { width: 4, numbers: [0] }],
    [5071, [""]],
    [5072, { width: 4, numbers: [1 << 16] }],
  ];
  const files = ["/etc", "/usr", "/usr/lib", "/usr/lib/x"].map((path) => ({ path, mode: 0o040755 }));
  const waiting = await installedRpm({
    name: "waiting",
    files: [...files, { path: "/usr/lib/x/b", content: "" }, { path: "/usr/lib/x/a", content: "" }],
    tags: trigger,
  });
  const { entries, coverage } = configuredRpms([waiting]);
  expect(coverage[0]).toMatchObject({ script: "filetrigger", verdict: "handled" });
  expect(Buffer.from(entries.get("etc/ran")?.content ?? []).toString()).toBe(
    "/usr/lib/x\n/usr/lib/x/a\n/usr/lib/x/b\n",
  );
});

test("a shell without a script does nothing", async () => {
  const empty = await installedRpm({ name: "empty", files: [], tags: [[1086, ["/bin/sh"]]] });
  expect(configuredRpms([empty]).coverage).toMatchObject([{ script: "post", verdict: "harmless" }]);
});

test("a distribution whose /usr is not merged is refused as soon as its filesystem is read", async () => {
  const folder = (path: string) => ({ path, mode: 0o040755 });
  const old = installedRpm({ name: "filesystem", files: [folder("/lib64"), folder("/usr")] });
  await expect(old).rejects.toMatchObject({ problem: { code: "USR_NOT_MERGED", path: "lib64" } });
  await installedRpm({ name: "filesystem", files: [folder("/usr"), folder("/usr/lib64")] });
  await installedRpm({ name: "other", files: [folder("/lib64")] });
});

test("reading to the end is what checks a package", async () => {
  const payload = gzipSync(cpioEnd);
  const bytes = rpmBytes({
    header: headerBytes(63, filesHeader([], payload)),
    payload: gzipSync(cpioEnd, { level: 0 }),
  });
  const reading = fedora.unpacker.unpack(observed(bytes).stream, bytes.length, "x", async ({ entries }) => {
    for await (const { content } of entries) if (!(content instanceof Uint8Array)) await drain(content);
  });
  await expect(reading).rejects.toThrow("its payload has the digest");
});

test.each([
  ["= 1-1", true],
  ["< 1", false],
  [">= 1", true],
  ["> 1", false],
])("a trigger for a package %s runs: %s", async (range, runs) => {
  const [operator = "", version = ""] = range.split(" ");
  const bits = { "<": 2, ">": 4, "=": 8 };
  const flags = [...operator].reduce((sum, sign) => sum | bits[sign as "="], 1 << 16);
  const waiting = await installedRpm({
    name: "waiting",
    files: [{ path: "/etc", mode: 0o040755 }],
    tags: [
      [1065, ["echo ran > /etc/ran\n"]],
      [1066, ["target"]],
      [1067, [version]],
      [1068, { width: 4, numbers: [flags] }],
      [1069, { width: 4, numbers: [0] }],
      [1092, ["/bin/sh"]],
    ],
  });
  expect(configuredRpms([waiting, await installedRpm({ name: "target" })]).entries.has("etc/ran")).toBe(runs);
});

test("a package that is another than its index says is refused", async () => {
  const { package: wanted, facts } = await installedRpm({ name: "tool" });
  for (const other of [{ version: "2-1" }, { name: "other" }, { architecture: "i686" }])
    expect(() => configuredRpms([{ package: { ...wanted, ...other }, facts }])).toThrow(
      "of test cannot be used: its file is tool 1-1 for x86_64",
    );
  expect(() => configuredRpms([{ package: { ...wanted, version: "0:1-1" }, facts }])).not.toThrow();
});
