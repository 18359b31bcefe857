import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { lutimes, mkdir, readdir, symlink, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { collectGarbage, listStore, verifyStore } from "../../src/store/garbage.ts";
import { holdAlone, lease } from "../../src/store/lease.ts";
import { runCommand } from "../kit/command.ts";
import { seededBytes } from "../kit/seeded-bytes.ts";
import { withFolder } from "../kit/temporary.ts";

const program = new URL("../kit/store-process.ts", import.meta.url).pathname;

const storeProcess = (folder: string, ...args: (string | number)[]) =>
  runCommand(process.execPath, [program, folder, ...args.map(String)]);

/** A process that has said its first word and goes on. */
async function running(folder: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, folder, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

test("processes that keep the same and other contents at once all find them whole", () =>
  withFolder(async (folder) => {
    const size = 300_000;
    const runs = await Promise.all([0, 0, 5, 20].map((seed) => storeProcess(folder, "put", seed, size, 20)));
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(Array(4).fill([0, ""]));
    const store = await openStore(folder);
    for (let seed = 0; seed < 40; seed += 1) {
      const bytes = seededBytes(seed, size);
      const found = await store.find(digestOf(bytes));
      expect((await collect(found?.open() ?? [], size, "x")).equals(bytes)).toBe(true);
    }
    for (let time = 0; time < 20; time += 1)
      expect((await store.recall("room", `key ${time}`))?.length).toBe(size);
    expect(await verifyStore(folder)).toEqual({ checked: 40, damaged: [] });
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  }));

test("a process that is killed while it writes leaves no content, and what it left goes with the garbage", () =>
  withFolder(async (folder) => {
    await kill(await running(folder, "stall", "2000000"));
    const files = await listStore(folder);
    expect(files.map(({ room, size }) => [room, size])).toEqual([["tmp", 2_000_000]]);
    expect(await collectGarbage(folder, {})).toEqual({ removed: 1, freed: 2_000_000, left: 0 });
    expect(await listStore(folder)).toEqual([]);
  }));

describe("a lease", () => {
  test("keeps garbage collectors out, also those of other processes, until it ends", () =>
    withFolder(async (folder) => {
      await storeProcess(folder, "put", 0, 10, 1);
      const first = await lease(folder);
      const second = await lease(folder);
      expect((await storeProcess(folder, "collect")).stdout).toBe("STORE_BUSY\n");
      await first();
      await first();
      await expect(collectGarbage(folder, {})).rejects.toThrow(
        `The store ${folder} is in use by process ${process.pid} on ${hostname()}; try again when it is done.`,
      );
      await second();
      expect((await storeProcess(folder, "collect")).stdout).toBe("2\n");
    }));

  test("of a process that was killed counts no more", () =>
    withFolder(async (folder) => {
      const child = await running(folder, "lease");
      await expect(holdAlone(folder)).rejects.toThrow(`is in use by process ${child.pid} on`);
      await kill(child);
      await (await holdAlone(folder))();
      expect(await readdir(join(folder, "leases"))).toEqual([]);
    }));

  test("waits for a collection to end, and not for ever", () =>
    withFolder(async (folder) => {
      const release = await holdAlone(folder);
      await expect(lease(folder, 100)).rejects.toThrow("wait for its garbage collection to end");
      const waiting = lease(folder, 10_000);
      await new Promise((wake) => setTimeout(wake, 120));
      await release();
      await (await waiting)();
      expect(await readdir(join(folder, "leases"))).toEqual([]);
    }));

  test("of another machine counts for a day", () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, "leases"));
      const file = join(folder, "leases", "theirs");
      await symlink("1@another.example", file);
      await expect(holdAlone(folder)).rejects.toThrow("process 1 on another.example");
      const yesterday = Date.now() / 1000 - 90_000;
      await lutimes(file, yesterday, yesterday);
      await (await holdAlone(folder))();
    }));

  test("with a text that nobody wrote does not keep the store busy", () =>
    withFolder(async (folder) => {
      await mkdir(join(folder, "leases"));
      await symlink("../../etc/passwd", join(folder, "leases", "odd"));
      await (await holdAlone(folder))();
    }));
});

test("of users and collectors that come at the same moment, never are a collector and another one inside", () =>
  withFolder(async (folder) => {
    const inside = { users: 0, collectors: 0 };
    const seen = { users: 0, collectors: 0 };
    const check = () => {
      if (inside.collectors > 1 || (inside.collectors === 1 && inside.users > 0))
        throw new Error(`${inside.collectors} collectors and ${inside.users} users at once`);
    };
    const work = async (kind: "users" | "collectors", enter: () => Promise<() => Promise<void>>) => {
      for (let turn = 0; turn < 25; turn += 1) {
        const release = await enter().catch(() => undefined);
        if (release === undefined) continue;
        inside[kind] += 1;
        seen[kind] += 1;
        check();
        await new Promise((wake) => setTimeout(wake, turn % 3));
        check();
        inside[kind] -= 1;
        await release();
      }
    };
    const users = [1, 2].map(() => work("users", () => lease(folder, 2000)));
    const collectors = [1, 2].map(() => work("collectors", () => holdAlone(folder)));
    await Promise.all([...users, ...collectors]);
    expect(seen.users).toBe(50);
    await (await holdAlone(folder))();
  }));

test("garbage is told by when it was last used", () =>
  withFolder(async (folder) => {
    const store = await openStore(folder);
    const kept = await Promise.all(
      ["old", "middle", "new"].map((text) => store.add([Buffer.from(text.padEnd(100))], text)),
    );
    const day = (days: number) => Date.now() / 1000 - days * 86_400;
    for (const [index, days] of [30, 20, 1].entries())
      await utimes(kept[index]?.file as string, day(days), day(days));
    const left = async () =>
      Promise.all(kept.map(async ({ digest }) => (await store.find(digest)) !== undefined));

    expect(await collectGarbage(folder, {})).toEqual({ removed: 0, freed: 0, left: 300 });
    expect(await collectGarbage(folder, { usedSince: day(25) * 1000 })).toEqual({
      removed: 1,
      freed: 100,
      left: 200,
    });
    expect(await left()).toEqual([false, true, true]);
    expect(await collectGarbage(folder, { maxSize: 199 })).toEqual({ removed: 1, freed: 100, left: 100 });
    expect(await left()).toEqual([false, false, true]);
    expect(await collectGarbage(folder, { maxSize: 100 })).toEqual({ removed: 0, freed: 0, left: 100 });
    expect(await collectGarbage(folder, { maxSize: 0 })).toEqual({ removed: 1, freed: 100, left: 0 });
  }));

test("collecting removes the scratch folders of processes that died, whatever is in them", () =>
  withFolder(async (folder) => {
    const store = await openStore(folder);
    const scratch = await store.scratch();
    await mkdir(join(scratch, "empty"));
    expect(await collectGarbage(folder, {})).toEqual({ removed: 0, freed: 0, left: 0 });
    expect(await readdir(join(folder, "tmp"))).toEqual([]);
  }));
