import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { lifeline } from "../../src/run/lifeline.ts";
import { withFolder } from "../kit/temporary.ts";

const module = join(import.meta.dirname, "../../src/run/lifeline.ts");

test("a tree goes, though its folders keep their owner out, and what symlinks lead to stays as it is", () =>
  withFolder(async (outer) => {
    const kept = join(outer, "kept");
    await mkdir(kept, { mode: 0o755 });
    const tree = join(outer, "tree");
    const deep = join(tree, "a/b/c");
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, "file"), "");
    await writeFile(Buffer.from(`${tree}/\xff`, "latin1"), "");
    await symlink(kept, join(tree, "link"));
    const line = lifeline(tree, process.env);
    for (const folder of [deep, join(tree, "a/b"), join(tree, "a"), tree]) await chmod(folder, 0);
    expect(await line.end()).toBeUndefined();
    expect(await readdir(outer)).toEqual(["kept"]);
    expect((await stat(kept)).mode & 0o777).toBe(0o755);
  }));

test("what is held is done when it is pulled, and not when all ends well", () =>
  withFolder(async (outer) => {
    const marks = async (pulled: boolean) => {
      const folder = join(outer, "scratch");
      await mkdir(folder);
      const line = lifeline(folder, process.env);
      const mark = { file: "touch", args: [join(outer, "it's done")] };
      line.holds(undefined, [{ file: "false", args: [] }, mark]);
      if (pulled) void line.pull();
      await line.end();
      return readdir(outer);
    };
    expect(await marks(false)).toEqual([]);
    expect(await marks(true)).toEqual(["it's done"]);
  }));

test("a process that is killed leaves neither its folder nor what it started", () =>
  withFolder(async (outer) => {
    const folder = join(outer, "scratch");
    await mkdir(join(folder, "root"), { recursive: true });
    const code = `
      const { lifeline } = await import(${JSON.stringify(module)});
      const { spawn } = await import("node:child_process");
      const line = lifeline(${JSON.stringify(folder)}, process.env);
      const child = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
      line.holds(child.pid, [{ file: "touch", args: [${JSON.stringify(join(outer, "after"))}] }]);
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const child: ChildProcess = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(await new Promise((told) => child.stdout?.once("data", told)));
    child.kill("SIGKILL");
    while (existsSync(folder)) await sleep(10);
    expect(await readdir(outer)).toEqual(["after"]);
    while (await runs(pid)) await sleep(10);
  }));

/** Whether a process is there and no mere entry in the table. */
async function runs(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
  return !/\) [ZX]/.test(status);
}
