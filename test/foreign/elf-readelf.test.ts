import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readElf } from "../../src/formats/elf.ts";
import type { ElfFacts } from "../../src/model/rootfs.ts";
import { needsPeers } from "../kit/peers.ts";

function factsOf(file: string): ElfFacts | undefined {
  const handle = openSync(file, "r");
  try {
    return readElf((offset, length) => {
      const bytes = Buffer.alloc(Math.min(length, 1 << 24));
      return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, offset));
    });
  } finally {
    closeSync(handle);
  }
}

/** The machine's own programs and libraries, a fixed number of each folder. */
function samples(): string[] {
  const folders = [
    "/usr/bin",
    "/usr/sbin",
    ...readdirSync("/usr/lib")
      .filter((name) => name.includes("-linux-gnu"))
      .map((name) => `/usr/lib/${name}`),
  ];
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
      .filter((_, index) => index % 5 === 0)
      .slice(0, 120),
  );
}

test("readelf sees the same dynamic section in this machine's files", (context) => {
  needsPeers(context, "readelf");
  let compared = 0;
  for (const file of samples()) {
    const facts = factsOf(file);
    if (!facts) continue;
    const dynamic = execFileSync("readelf", ["-dlW", file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const all = (tag: string) =>
      [...dynamic.matchAll(new RegExp(`\\(${tag}\\)[^\\[\\n]*\\[([^\\]\\n]*)\\]`, "g"))].map(
        (match) => match[1],
      );
    expect({
      file,
      needed: facts.needed,
      soname: facts.soname,
      runpath: facts.runpath,
      rpath: facts.rpath,
    }).toEqual({
      file,
      needed: all("NEEDED"),
      soname: all("SONAME")[0],
      runpath: all("RUNPATH")[0],
      rpath: all("RPATH")[0],
    });
    expect(facts.interpreter).toBe(/interpreter: ([^\]]+)\]/.exec(dynamic)?.[1]);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(50);
});
