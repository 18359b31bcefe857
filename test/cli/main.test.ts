import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { version } from "../../src/version.ts";

const main = join(import.meta.dirname, "../../src/cli/main.js");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tare-main-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function tare(...argv: string[]) {
  const env = { ...process.env, XDG_CACHE_HOME: folder, TARE_STORE: "" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("the process prints its version", () => {
  expect(tare("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
});

test("an older Node, which knows no .ts, gets one line", (context) => {
  const older = "/usr/bin/node";
  const { stdout: known } = spawnSync(older, ["--version"], { encoding: "utf8" });
  if (!/^v(18|20|22)\./.test(known ?? "")) context.skip(`no older Node at ${older}`);
  const { status, stdout, stderr } = spawnSync(older, [main, "--version"], { encoding: "utf8" });
  expect({ status, stdout, lines: stderr.trim().split("\n") }).toEqual({
    status: 2,
    stdout: "",
    lines: [expect.stringMatching(/^tare: this is Node .*, but tare needs Node 24\.16 or newer; /)],
  });
});

test("the process gives the exit code, and says what is wrong on the standard error", () => {
  expect(tare("build")).toEqual({
    status: 2,
    stdout: "",
    stderr: "tare: There is no tare.yaml: write one with `tare init`, or name another one.\n",
  });
});

test("the store is in the user's cache", () => {
  expect(tare("store", "path").stdout).toBe(`${folder}/tare/store\n`);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends a build that waits, and leaves nothing behind",
  async (signal) => {
    const work = await mkdtemp(join(folder, "work-"));
    const kept = "name: x\npackages: { from: debian, suite: bookworm, include: libc6 }\n";
    await writeFile(join(work, "tare.yaml"), kept);
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    // A mirror that takes the request and never answers.
    const server = createServer(() => meet()).listen(0, "127.0.0.1");
    try {
      await new Promise((resolve) => server.once("listening", resolve));
      const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
      const env = {
        ...process.env,
        XDG_CACHE_HOME: folder,
        TARE_DEBIAN_MIRROR: mirror,
        TARE_DEBIAN_SECURITY_MIRROR: mirror,
      };
      const child = spawn(process.execPath, [main, "build"], {
        cwd: work,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let complaint = "";
      child.stderr.on("data", (chunk) => {
        complaint += chunk;
      });
      const ended = new Promise((resolve) => child.on("close", resolve));
      await Promise.race([met, ended]);
      child.kill(signal);
      expect(await ended, complaint).toBe(130);
      expect(complaint.trim().split("\n").at(-1)).toBe("tare: interrupted; nothing was left half-written.");
      expect(await readdir(work)).toEqual(["tare.yaml"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);

test("a reader that leaves early is no error", async () => {
  const child = spawn(process.execPath, [main, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const status = await new Promise((done) => child.on("close", done));
  expect({ status, complaint }).toEqual({ status: 0, complaint: "" });
});

test("a full disk under the standard output is one line, and no success", (context) => {
  if (!existsSync("/dev/full")) context.skip("there is no /dev/full here");
  const { status, stderr } = spawnSync("sh", ["-c", `"$0" "$1" --help >/dev/full`, process.execPath, main], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr: "tare: the output could not be written (ENOSPC).\n",
  });
});
