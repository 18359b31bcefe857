import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readElf } from "../../src/formats/elf.ts";
import { versionsLacking } from "../../src/formats/elf-versions.ts";
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

/** What readelf lists of a file: versions by library, and those that it defines itself. */
function listedVersions(file: string): { needs: Map<string, string[]>; defines: string[] } {
  const listing = execFileSync("readelf", ["-VW", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 28,
  });
  const needs = new Map<string, string[]>();
  const defines: string[] = [];
  let library: string[] = [];
  for (const line of listing.split("\n")) {
    const record = /^ {2}(?:0x|0)[0-9a-f]+: /.test(line);
    const file = / File: (\S+) /.exec(line)?.[1];
    const name = / Name: (\S+)/.exec(line)?.[1];
    if (!record) continue;
    if (file !== undefined) {
      library = [];
      needs.set(file, library);
    } else if (name !== undefined && / Rev: \d+ /.test(line)) {
      if (!/ Flags: BASE /.test(line)) defines.push(name);
    } else if (name !== undefined && !/ Flags: WEAK /.test(line)) library.push(name);
  }
  return { needs, defines };
}

test("readelf sees the same newest versions in this machine's files", (context) => {
  needsPeers(context, "readelf");
  let compared = 0;
  for (const file of samples().filter((_, index) => index % 4 === 0)) {
    const facts = factsOf(file);
    if (!facts) continue;
    const { needs, defines } = listedVersions(file);
    const wanted = (facts.versionsNeeded ?? []).map(([library = "", ...versions]) => ({ library, versions }));
    expect({ file, libraries: wanted.map(({ library }) => library) }).toEqual({
      file,
      libraries: [...needs].filter(([, versions]) => versions.length > 0).map(([library]) => library),
    });
    for (const { library, versions } of wanted) {
      expect(needs.get(library)).toEqual(expect.arrayContaining(versions));
      expect(versionsLacking(needs.get(library) ?? [], versions)).toEqual([]);
    }
    const defined = facts.versionsDefined ?? [];
    expect(defines).toEqual(expect.arrayContaining([...defined]));
    expect({ file, lacking: versionsLacking(defines, defined), none: defined.length === 0 }).toEqual({
      file,
      lacking: [],
      none: defines.length === 0,
    });
    compared += 1;
  }
  expect(compared).toBeGreaterThan(15);
});
