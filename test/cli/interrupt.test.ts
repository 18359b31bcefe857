import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Handle } from "../kit/serve.ts";
import { type TareProcess, type Workplace, type WorkplaceData, withWorkplace } from "../kit/workplace.ts";

/** Large enough for its compression and its writing to be interrupted. */
const large = randomBytes(48 << 20);
const sentence = "tare: interrupted; nothing was left half-written.\n";

/** Sends the beginning of the first file of that name, and then nothing more; later ones are whole. */
function stalling(name: RegExp): Handle {
  let stalled = false;
  return (request, response) => {
    if (stalled || !name.test(request.url ?? "")) return false;
    stalled = true;
    response.writeHead(200, { "content-length": "50000000" });
    response.write(large.subarray(0, 100));
    return true;
  };
}

async function until(happens: () => boolean): Promise<void> {
  while (!happens()) await sleep(2);
}

/** Interrupts a build when `when` says so, and looks what it left; the next build must succeed. */
async function interrupted(
  data: Partial<WorkplaceData>,
  when: (place: Workplace, running: TareProcess) => Promise<void>,
  signal: NodeJS.Signals = "SIGINT",
): Promise<void> {
  const recipe = { packages: { include: ["hello"] }, ...data.recipe };
  const packages = [{ name: "hello", files: { "usr/bin/hello": data.mirrors ? "hi" : large } }];
  await withWorkplace({ packages, ...data, recipe }, async (place) => {
    await writeFile(join(place.folder, "image.tar"), "the image of yesterday");
    const running = place.start("build --quiet");
    await when(place, running);
    running.kill(signal);
    expect(await running.ended).toEqual({ code: 130, stdout: "", stderr: sentence });
    expect(place.leftovers()).toEqual([]);
    expect(await readFile(join(place.folder, "image.tar"), "utf8")).toBe("the image of yesterday");
    expect((await place.tare("store verify")).code).toBe(0);
    expect((await place.tare("build --quiet --compression none")).code).toBe(0);
    expect((await place.tare("store verify")).code).toBe(0);
  });
}

const toArchive = { packages: { include: ["hello"] }, to: ["docker-archive:image.tar"] };
const asked = (path: RegExp) => async (place: Workplace) => {
  await until(() => place.mirrors.some((mirror) => mirror.asked.some((one) => path.test(one))));
  await sleep(100);
};

test("Ctrl-C while the Release is fetched leaves no lock", async () => {
  await interrupted({ mirrors: [stalling(/InRelease$/)], recipe: toArchive }, async (place) => {
    await asked(/InRelease$/)(place);
    await expect(access(join(place.folder, "tare.lock"))).rejects.toThrow();
  });
});

test("Ctrl-C while a package is fetched", async () => {
  await interrupted({ mirrors: [stalling(/\.deb$/)], recipe: toArchive }, asked(/\.deb$/));
});

test("SIGTERM while a package is fetched", async () => {
  await interrupted({ mirrors: [stalling(/\.deb$/)], recipe: toArchive }, asked(/\.deb$/), "SIGTERM");
});

test("Ctrl-C while waiting to ask again", async () => {
  let busy = true;
  const later: Handle = (request, response) => {
    if (!busy || !request.url?.endsWith(".deb")) return false;
    busy = false;
    response.writeHead(503, { "retry-after": "50" }).end();
    return true;
  };
  await interrupted({ mirrors: [later], recipe: toArchive }, asked(/\.deb$/));
});

test("Ctrl-C while a package is compressed", async () => {
  await interrupted({ recipe: { ...toArchive, compression: "gzip:9" } }, async (place) => {
    await asked(/\.deb$/)(place);
    await until(() => place.inStore("tmp") > 1);
  });
});

test("Ctrl-C while the image is written keeps what was there before", { timeout: 90_000 }, async () => {
  // So large that its writing takes longer than it takes to see that it has begun, on a busy machine too.
  const files = { "usr/share/zeros": Buffer.alloc(300 << 20) };
  const packages = [{ name: "hello", files, compression: "zst" as const }];
  await interrupted({ packages, recipe: { ...toArchive, compression: "none" } }, async (place) => {
    await until(() => readdirSync(place.folder).some((name) => name.startsWith(".image.tar")));
  });
});

test("Ctrl-C while the lock would change leaves it as it was", async () => {
  const packages = [{ name: "hello" }, { name: "world" }];
  let armed = false;
  const stall = stalling(/InRelease$/);
  const mirrors: Handle[] = [(...both) => armed && stall(...both)];
  await withWorkplace({ packages, mirrors, recipe: { packages: { include: ["hello"] } } }, async (place) => {
    const lock = join(place.folder, "tare.lock");
    await place.tare("lock --quiet");
    const before = await readFile(lock, "utf8");
    await place.write({ packages: { include: ["hello", "world"] } });
    armed = true;
    const started = place.mirrors[0]?.asked.length ?? 0;
    const running = place.start("lock --quiet");
    await until(() => (place.mirrors[0]?.asked.length ?? 0) > started);
    running.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 130, stdout: "", stderr: sentence });
    expect(await readFile(lock, "utf8")).toBe(before);
    expect(place.leftovers()).toEqual([]);
    expect((await place.tare("lock --quiet")).code).toBe(0);
    expect(await readFile(lock, "utf8")).toContain("world");
  });
});
