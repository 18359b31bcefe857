import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCommand } from "../kit/command.ts";
import { strippedBytes } from "../kit/elf-stripped.ts";
import { findPeer, needsPeers } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const node = join(modules, "node/bin/node");

function beginsLikeElf(file: string): boolean {
  const handle = openSync(file, "r");
  try {
    const start = Buffer.alloc(4);
    return (
      readSync(handle, start) === 4 && start.toString("latin1") === "\x7fELF" && fstatSync(handle).size > 4096
    );
  } finally {
    closeSync(handle);
  }
}

/** Addons and programs that npm brought here. */
function ofNpm(): string[] {
  return readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (entry.name.endsWith(".node") || entry.parentPath.endsWith("/bin")))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(beginsLikeElf)
    .sort();
}

/** Strips a file as GNU does and as we do, and compares. Ours lies at `mine`; false when we left it as it is. */
async function agrees(file: string, folder: string): Promise<{ changed: boolean; mine: string }> {
  const [mine, theirs] = [join(folder, "mine"), join(folder, "theirs")];
  expect(await runCommand("strip", ["--strip-all", "-o", theirs, file])).toMatchObject({ code: 0 });
  const whole = readFileSync(file);
  const stripped = strippedBytes(whole);
  const [size, wanted] = [(stripped ?? whole).length, readFileSync(theirs).length];
  expect({ file, size, wanted, near: Math.abs(size - wanted) <= Math.max(wanted / 100, 512) }).toMatchObject({
    near: true,
  });
  if (stripped === undefined) return { changed: false, mine: file };
  await writeFile(mine, stripped, { mode: 0o755 });
  const before = await warningsOf(file);
  expect((await warningsOf(mine)).filter((line) => !before.includes(line))).toEqual([]);
  return { changed: true, mine };
}

/** What readelf has to complain about. */
async function warningsOf(file: string): Promise<string[]> {
  const shell = 'readelf -aW "$1" 2>&1 >/dev/null';
  const { stdout } = await runCommand("sh", ["-c", shell, "sh", file]);
  return stdout.split("\n").map((line) => line.replaceAll(file, ""));
}

test("GNU strip makes node as small, and it runs", { timeout: 120_000 }, async (context) => {
  needsPeers(context, "strip", "readelf");
  await withFolder(async (folder) => {
    const { changed, mine } = await agrees(node, folder);
    const { stdout } = await runCommand(mine, ["-e", "console.log(process.version)"]);
    expect({ changed, stdout }).toEqual({
      changed: true,
      stdout: (await runCommand(node, ["--version"])).stdout,
    });
  });
});

test("GNU strip makes what npm brought here as small", { timeout: 120_000 }, async (context) => {
  needsPeers(context, "strip", "readelf");
  const files = ofNpm().filter((file) => !file.endsWith("/bin/node"));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) await withFolder((folder) => agrees(file, folder));
});

const addon = `
int napi_create_int32(void *, int, void **);
void *napi_register_module_v1(void *env, void *exports) {
  void *answer;
  napi_create_int32(env, 42, &answer);
  return answer;
}`;

test("an addon that was just compiled loads when it is stripped", async (context) => {
  needsPeers(context, "strip", "readelf", "cc");
  await withFolder(async (folder) => {
    const [source, built, loaded] = ["addon.c", "built.node", "addon.node"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await writeFile(source, addon);
    expect(await runCommand("cc", ["-g", "-shared", "-fPIC", source, "-o", built])).toMatchObject({
      code: 0,
    });
    const { changed, mine } = await agrees(built, folder);
    await copyFile(mine, loaded);
    const { stdout } = await runCommand(node, ["-p", "require(process.argv[1])", loaded]);
    expect({ changed, stdout }).toEqual({ changed: true, stdout: "42\n" });
  });
});

const program = `
#include <stdio.h>
static __thread int here = 41;
int answer(void) { return ++here; }
int main(void) { return printf("%d\\n", answer()) < 0; }`;

const ways: Record<string, readonly string[]> = {
  "as usual": [],
  "at a fixed address": ["-no-pie", "-fno-pie"],
  statically: ["-static"],
  "statically, at any address": ["-static-pie"],
  "for large pages": ["-Wl,-z,max-page-size=65536"],
  "with compressed debugging information": ["-gz"],
  "with its symbols for others": ["-rdynamic"],
};

for (const [how, flags] of Object.entries(ways))
  test(`a program that was linked ${how} runs when it is stripped`, async (context) => {
    needsPeers(context, "strip", "readelf", "cc");
    await withFolder(async (folder) => {
      const [source, built] = [join(folder, "program.c"), join(folder, "program")];
      await writeFile(source, program);
      const { code, stderr } = await runCommand("cc", ["-g", ...flags, source, "-o", built]);
      if (code !== 0) context.skip(`cc does not link so here: ${stderr.split("\n")[0]}`);
      const { changed, mine } = await agrees(built, folder);
      expect(changed).toBe(true);
      expect((await runCommand(mine, [])).stdout).toBe("42\n");
      expect((await runCommand("nm", [mine])).stderr).toContain("no symbols");
    });
  });

test("a program keeps its link to detached debugging information", async (context) => {
  needsPeers(context, "strip", "readelf", "objcopy", "cc");
  await withFolder(async (folder) => {
    const [source, built, debug] = [
      join(folder, "program.c"),
      join(folder, "program"),
      join(folder, "x.debug"),
    ];
    await writeFile(source, program);
    for (const [command, ...args] of [
      ["cc", "-g", source, "-o", built],
      ["objcopy", "--only-keep-debug", built, debug],
      ["objcopy", `--add-gnu-debuglink=${debug}`, built],
    ] as [string, ...string[]][])
      expect(await runCommand(command, args)).toMatchObject({ code: 0 });
    const { mine } = await agrees(built, folder);
    expect((await runCommand("readelf", ["--debug-dump=links", mine])).stdout).toContain("x.debug");
    expect(strippedBytes(readFileSync(debug))).toBeUndefined();
  });
});

test("this machine's own programs have nothing to lose", (context) => {
  if (findPeer("dpkg") === undefined)
    context.skip("only distributions of Debian's kind strip all that they ship");
  for (const name of ["ls", "tar", "gzip"]) {
    const file = findPeer(name);
    if (file !== undefined) expect({ name, stripped: strippedBytes(readFileSync(file)) }).toEqual({ name });
  }
});
