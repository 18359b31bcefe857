import { mkdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { exclude } from "../../src/layers/excludes.ts";
import { databaseTables } from "../../src/sources/fedora/rpm-database-keys.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { elfFile } from "../kit/elf-file.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { type BuiltRpm, buildRpm, buildRpms, type RpmData } from "../kit/rpm-package.ts";
import { rootOfRpms } from "../kit/rpm-root.ts";
import { withFolder } from "../kit/temporary.ts";

const elf = (bits: 1 | 2) => {
  // Enough of an ELF header for libmagic, which is how rpmbuild finds a file's colour.
  const machine = bits === 2 ? 62 : 3;
  const header = Buffer.alloc(bits === 2 ? 64 : 52);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits, 1, 1]).copy(header);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20);
  return header;
};

const packages: readonly RpmData[] = [
  {
    name: "setup",
    arch: "noarch",
    files: {
      "etc/passwd": {
        content: "root:x:0:0:root:/root:/bin/sh\nmail:x:8:12::/var/spool/mail:/sbin/nologin\n",
        config: "noreplace",
      },
      "etc/group": { content: "root:x:0:\ntty:x:5:\nmail:x:12:\n", config: "noreplace" },
      "var/log/lastlog": { ghost: true },
    },
  },
  {
    name: "filesystem",
    files: {
      "etc/": {},
      "usr/": {},
      "usr/bin/": { mode: 0o555 },
      "usr/lib/": {},
      "usr/lib64/": {},
      "usr/share/": {},
      "var/spool/mail/": { mode: 0o775, group: "mail" },
    },
  },
  {
    name: "libs",
    provides: ["libs.so.1()(64bit)", "cap = 2:3-4"],
    files: {
      "usr/lib64/libs.so.1": { content: elf(2), mode: 0o755 },
      "usr/bin/which-one": { content: elf(2), mode: 0o755 },
      "usr/share/shared": "the same in both",
    },
  },
  {
    name: "libs",
    arch: "i686",
    files: {
      "usr/lib/libs.so.1": { content: elf(1), mode: 0o755 },
      "usr/bin/which-one": { content: elf(1), mode: 0o755 },
      "usr/share/shared": "the same in both",
    },
  },
  {
    name: "tools",
    epoch: 1,
    version: "2.0~rc1",
    release: "3.fc41",
    requires: [
      "libs >= 1",
      "(cap if setup)",
      "(libs if (setup or none) else daemon)",
      "libs.so.1()(64bit)",
      "/usr/bin/which-one",
    ],
    recommends: ["(extra or more)"],
    suggests: ["much"],
    supplements: ["(libs and setup)"],
    enhances: ["libs"],
    conflicts: ["nothing < 1", "(none unless (libs and setup))"],
    obsoletes: ["older <= 3"],
    files: {
      "bin/tool": { content: "#!/bin/sh\n", mode: 0o755 },
      "usr/bin/a": { content: "a", mode: 0o4755 },
      "usr/bin/b": { hardlink: "usr/bin/a", mode: 0o4755 },
      "usr/bin/write": { content: "w", mode: 0o2755, group: "tty" },
      "usr/bin/ping": { content: "p", mode: 0o755, caps: "cap_net_raw=ep" },
      "usr/share/doc/tools/README": { content: "read", doc: true },
      "usr/share/tools/link": { link: "../../bin/tool" },
      "usr/share/tools/ein Wört": "x",
    },
    scriptlets: { post: "exit 0\n", preun: "exit 0\n", verifyscript: "exit 0\n" },
    triggers: [
      { kind: "triggerin", on: "libs, setup > 0", script: "exit 0\n" },
      { kind: "filetriggerin", on: "/usr/lib, /usr/lib64", script: "exit 0\n", priority: 5 },
      { kind: "transfiletriggerin", on: "/usr/share", script: "exit 0\n" },
    ],
  },
  {
    name: "daemon",
    files: {
      "usr/lib/sysusers.d/daemon.conf": 'u served 250 "A daemon" /var/lib/served\n',
      "usr/libexec/helper": { content: "helper", mode: 0o4750, user: "root", group: "served" },
      "var/lib/served/": { mode: 0o700, user: "served", group: "served" },
      "var/lib/served/state": { content: "state", mode: 0o600, user: "served", group: "served" },
    },
  },
];

const place = ["--dbpath", "/usr/lib/sysimage/rpm"];
const rpm = (root: string, ...args: string[]) => runCommand("rpm", ["--root", root, ...place, ...args]);

/** The same packages in a root of rpm's own, without their scripts. */
async function rpmRoot(folder: string, built: readonly BuiltRpm[]): Promise<string> {
  const root = join(folder, "rpm");
  await mkdir(root);
  const args = ["--noscripts", "--notriggers", "--nosignature", "--nodeps", "--ignorearch"];
  for (const { fileName, bytes } of built) {
    const file = join(folder, fileName);
    await writeFile(file, bytes);
    // rpm looks for accounts in the root, and finds them once the package that brings them is there.
    await mustRun("rpm", ["--root", root, ...place, "-i", ...args, file]);
  }
  return root;
}

const queries: readonly (readonly string[])[] = [
  ["-qa"],
  ["-qal"],
  ["-qas"],
  ["-qac"],
  ["-qad"],
  ["-qa", "--dump"],
  ["-qai"],
  ["-qa", "--scripts"],
  ["-qa", "--triggers"],
  ["-qa", "--filetriggers"],
  ["-qa", "--requires"],
  ["-qa", "--provides"],
  ["-qa", "--xml"],
  [
    "-qf",
    "/usr/bin/which-one",
    "/usr/bin/write",
    "/usr/share/shared",
    "/var/lib/served",
    "/usr/lib64/libs.so.1",
  ],
  ["-q", "--whatprovides", "cap", "libs.so.1()(64bit)", "/usr/bin/ping", "tools"],
  ["-q", "--whatrequires", "libs", "cap", "setup"],
  ["-q", "--whatrecommends", "extra"],
  ["-q", "--whatsuggests", "much"],
  ["-q", "--whatsupplements", "setup"],
  ["-q", "--whatenhances", "libs"],
  ["-q", "--whatconflicts", "nothing"],
  ["-q", "--whatobsoletes", "older"],
  ["-q", "--triggeredby", "libs"],
  ["-qg", "Unspecified"],
  ["-q", "libs.i686", "tools-2.0~rc1", "none"],
];

/** Keys of a table of the database in a root, each with its package and its place. */
function rowsOf(root: string, table: string): unknown[] {
  const database = new DatabaseSync(join(root, "usr/lib/sysimage/rpm/rpmdb.sqlite"));
  try {
    const packages = `(SELECT key || length(blob) FROM Name, Packages WHERE Name.hnum = x.hnum AND Packages.hnum = x.hnum)`;
    return database.prepare(`SELECT hex(key), ${packages}, idx FROM '${table}' x ORDER BY 1, 2, 3`).all();
  } finally {
    database.close();
  }
}

/** Without the time, which is the only thing that may differ, and in an order of its own. */
function plain(text: string): string[] {
  return text
    .replaceAll(/^Install Date.*$|<integer>1[0-9]{9}<\/integer>/gm, "")
    .split("\n")
    .sort();
}

test("rpm answers every question about our root as about one of its own", async (context) => {
  needsPeers(context, "rpm", "rpmbuild");
  needsRoot(context);
  const built = await buildRpms(packages);
  await withFolder(async (folder) => {
    const { folder: ours } = await rootOfRpms(folder, built);
    const theirs = await rpmRoot(folder, built);
    for (const query of queries) {
      const [one, other] = [await rpm(ours, ...query), await rpm(theirs, ...query)];
      expect(plain(one.stdout), query.join(" ")).toEqual(plain(other.stdout));
      expect(one.stderr, query.join(" ")).toBe("");
    }
    for (const { name } of databaseTables.filter((table) => table.name !== "Installtid"))
      expect(rowsOf(ours, name), name).toEqual(rowsOf(theirs, name));
  });
});

test("rpm -V finds nothing changed, what was left out included; rpm adds to it and takes away", async (context) => {
  needsPeers(context, "rpm", "rpmbuild", "rpmdb");
  needsRoot(context);
  const built = await buildRpms(packages);
  await withFolder(async (folder) => {
    const excludes = [exclude("/usr/share/doc/*"), exclude("/usr/bin/a")];
    const { folder: ours, root } = await rootOfRpms(folder, built, { excludes });
    const verified = await rpm(ours, "-Va", "--nodeps", "--noscripts");
    // The accounts that a package wants are made in the files of another.
    expect(verified.stdout).toBe("S.5......  c /etc/group\nS.5......  c /etc/passwd\n");
    expect(root.coverage.filter(({ verdict }) => verdict === "needs-you")).toEqual([]);
    expect((await rpm(ours, "-qs", "tools")).stdout).toMatch(
      /^not installed +\/usr\/share\/doc\/tools\/README$/m,
    );
    expect((await runCommand("rpmdb", ["--root", ours, ...place, "--verifydb"])).code).toBe(0);

    const more = await buildRpm({
      name: "more",
      arch: "noarch",
      requires: ["tools"],
      files: { "usr/share/more": "more" },
    });
    const file = join(folder, more.fileName);
    await writeFile(file, more.bytes);
    await mustRun("rpm", ["--root", ours, ...place, "-i", "--nosignature", "--nodeps", file]);
    expect((await rpm(ours, "-q", "more")).stdout).toBe("more-1.0-1.noarch\n");
    expect((await rpm(ours, "-e", "tools")).stderr).toContain("tools is needed by (installed) more");
    await mustRun("rpm", ["--root", ours, ...place, "-e", "--noscripts", "--nodeps", "libs.i686", "more"]);
    expect((await rpm(ours, "-q", "libs")).stdout).toBe("libs-1.0-1.x86_64\n");
  });
});

test("libraries get the links and the cache that glibc's ldconfig makes, whoever calls it", async (context) => {
  needsPeers(context, "rpmbuild", "ldconfig");
  const library = (soname: string) =>
    elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libc.so.6"], soname });
  const run = { interpreter: "/sbin/ldconfig", text: "" };
  const built = await buildRpms([
    { name: "base", files: { "etc/": {}, "usr/": {}, "usr/lib/": {}, "usr/lib64/": {}, "usr/sbin/": {} } },
    {
      name: "glibc",
      version: "2.40",
      files: {
        "usr/lib64/libc.so.6": { content: library("libc.so.6"), mode: 0o755 },
        "usr/sbin/ldconfig": { content: "", mode: 0o755 },
      },
      triggers: [{ kind: "transfiletriggerin", on: "/usr/lib64", script: "/sbin/ldconfig\n" }],
    },
    {
      name: "libx",
      files: { "usr/lib64/libx.so.1.2": { content: library("libx.so.1"), mode: 0o755 } },
      scriptlets: { post: run, postun: run },
    },
  ]);
  await withFolder(async (folder) => {
    const { folder: ours, root } = await rootOfRpms(folder, built);
    const listed = await mustRun("ldconfig", ["-p", "-C", join(ours, "etc/ld.so.cache")]);
    expect(listed.replaceAll(/^\t/gm, "").split("\n").slice(1, 3)).toEqual([
      "libx.so.1 (libc6,x86-64) => /lib64/libx.so.1",
      "libc.so.6 (libc6,x86-64) => /lib64/libc.so.6",
    ]);
    expect(listed).toContain("ldconfig (GNU libc) stable release version 2.40");
    expect(await readlink(join(ours, "usr/lib64/libx.so.1"))).toBe("libx.so.1.2");
    expect(root.coverage.map(({ script, verdict }) => `${script}: ${verdict}`)).toEqual([
      "post: handled",
      "transfiletrigger: handled",
      "postun: harmless",
    ]);
  });
});
