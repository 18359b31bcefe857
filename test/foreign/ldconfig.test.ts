import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linkerFiles } from "../../src/rootfs/ldconfig.ts";
import { debianLinker } from "../../src/sources/debian/glibc.ts";
import { type ElfRecipe, elfFile } from "../kit/elf-file.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";

const triplet = "x86_64-linux-gnu";
const lib = `usr/lib/${triplet}`;

/** A 64-bit x86 library; pass what differs. */
function library(facts: Partial<ElfRecipe> = {}): Buffer {
  return elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed: ["libc.so.6"], ...facts });
}

describe("ldconfig writes the same cache and the same links", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tare-ldconfig-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const link = (path: string, target: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  };
  const mergedUsr = () => {
    mkdirSync(join(root, "usr/lib"), { recursive: true });
    link("lib", "usr/lib");
  };

  /** The machine's ldconfig and its own package version. */
  function agrees(wantedLinks: Record<string, string> = {}) {
    const version = /GLIBC ([^)]+)\)/.exec(
      execFileSync(ldconfig(), ["--version"], { encoding: "utf8" }),
    )?.[1];
    const made = linkerFiles(folderRoot(root), debianLinker("amd64", version ?? "") as never);
    execFileSync(ldconfig(), ["-r", root], { stdio: "ignore" });
    const printed = (cache: Uint8Array) => {
      writeFileSync(join(root, "cache"), cache);
      return execFileSync(ldconfig(), ["-p", "-r", root, "-C", "/cache"], { encoding: "utf8" });
    };
    const theirs = readFileSync(join(root, "etc/ld.so.cache"));
    expect(printed(made.cache)).toBe(printed(theirs));
    expect(made.cache.toString("latin1")).toBe(theirs.toString("latin1"));
    expect(Object.fromEntries(made.links.map((one) => [one.path, one.link]))).toEqual(wantedLinks);
    for (const { path, link: text } of made.links) expect(readlinkSync(join(root, path))).toBe(text);
  }
  const ldconfig = () => findPeer("ldconfig") as string;
  const here = (context: Parameters<typeof needsPeers>[0]) => {
    needsPeers(context, "ldconfig");
    if (process.arch !== "x64") context.skip("this machine's ldconfig is not for amd64");
    mergedUsr();
    write("etc/ld.so.conf", "# comment\ninclude /etc/ld.so.conf.d/*.conf\n");
    write(
      `etc/ld.so.conf.d/${triplet}.conf`,
      `/usr/local/lib/${triplet}\n/lib/${triplet}\n/usr/lib/${triplet}\n`,
    );
    write("etc/ld.so.conf.d/libc.conf", "/usr/local/lib  \n");
  };

  test("for an empty root", (context) => {
    here(context);
    agrees();
  });

  test("for libraries with and without their soname links", (context) => {
    here(context);
    write(`${lib}/libone.so.1.2.3`, library({ soname: "libone.so.1" }));
    link(`${lib}/libone.so.1`, "libone.so.1.2.3");
    link(`${lib}/libone.so`, "libone.so.1");
    write(`${lib}/libtwo.so.2.0`, library({ soname: "libtwo.so.2" }));
    write(`${lib}/libtwo.so.2.0-gdb.py`, "print()\n");
    write(`${lib}/libdata.so.3`, library({ soname: "libdata.so.3", needed: [] }));
    write(`${lib}/libnosoname.so`, library());
    write(`${lib}/libscript.so`, "GROUP ( libone.so )\n");
    write(`${lib}/notlib.so.1`, library({ soname: "notlib.so.1" }));
    write("usr/local/lib/liblocal.so.10", library({ soname: "liblocal.so.10" }));
    write("usr/local/lib/liblocal.so.9", library({ soname: "liblocal.so.9" }));
    agrees({ [`${lib}/libtwo.so.2`]: "libtwo.so.2.0" });
  });

  test("for two files of one soname the newer wins, and a stale link is put right", (context) => {
    here(context);
    write(`${lib}/libx.so.1.9`, library({ soname: "libx.so.1" }));
    write(`${lib}/libx.so.1.10`, library({ soname: "libx.so.1" }));
    link(`${lib}/libx.so.1`, "libx.so.1.9");
    agrees({ [`${lib}/libx.so.1`]: "libx.so.1.10" });
  });

  test("for a link under another name", (context) => {
    here(context);
    write(`${lib}/libimpl.so.3`, library({ soname: "libfront.so.3" }));
    link(`${lib}/libalias.so`, "libimpl.so.3");
    agrees({ [`${lib}/libfront.so.3`]: "libimpl.so.3" });
  });

  test("for hardware subdirectories", (context) => {
    here(context);
    for (const [level, needed] of [
      ["x86-64-v2", 2],
      ["x86-64-v3", 4],
      ["x86-64-v4", 8],
    ] as const) {
      write(
        `${lib}/glibc-hwcaps/${level}/libfast.so.1.0`,
        library({ soname: "libfast.so.1", isaNeeded: needed }),
      );
      link(`${lib}/glibc-hwcaps/${level}/libfast.so.1`, "libfast.so.1.0");
    }
    write(`usr/lib/glibc-hwcaps/x86-64-v3/libfast.so.1`, library({ soname: "libfast.so.1" }));
    write(`${lib}/libfast.so.1`, library({ soname: "libfast.so.1", isaNeeded: 1 }));
    agrees();
  });

  test("for 32-bit and foreign libraries beside its own", (context) => {
    here(context);
    write(
      "usr/lib/i386-linux-gnu/libc.so.6",
      elfFile({ bits: 32, littleEndian: true, machine: 3, flags: 0, needed: [], soname: "libc.so.6" }),
    );
    write(
      "usr/lib/libx32.so.1",
      elfFile({ bits: 32, littleEndian: true, machine: 62, flags: 0, needed: [], soname: "libx32.so.1" }),
    );
    write(`${lib}/libc.so.6`, library({ soname: "libc.so.6", needed: [] }));
    write(
      `${lib}/libarm.so.1`,
      elfFile({ bits: 64, littleEndian: true, machine: 183, flags: 0, needed: [], soname: "libarm.so.1" }),
    );
    write("etc/ld.so.conf.d/i386.conf", "/lib/i386-linux-gnu\n");
    agrees();
  });
});
