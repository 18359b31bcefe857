import { randomBytes } from "node:crypto";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onSmallDisk } from "../kit/small-disk.ts";
import { type Workplace, withWorkplace } from "../kit/workplace.ts";

const packages = ["hello", "world"].map((name) => ({
  name,
  files: { [`usr/bin/${name}`]: randomBytes(60_000), [`usr/share/${name}`]: name.repeat(20_000) },
}));
const recipe = { packages: { include: ["hello", "world"] } };

const full = (folder: string) => ({
  code: 3,
  out: "",
  notes: [
    expect.stringMatching(
      new RegExp(`^There is no room left on the disk under ${folder}[^;]*; nothing was half-written\\.`),
    ),
  ],
});

/** Sizes at which the disk is full at ever later moments, and at last not at all. */
const sizes = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448];

test("a full disk under the store", async (context) => {
  await withWorkplace({ packages, recipe }, async (place) => {
    const outcomes = new Set<number>();
    for (const size of [...sizes, 2000])
      await onSmallDisk(context, place.store, size, async () => {
        const ran = await place.tare("build --quiet");
        outcomes.add(ran.code);
        if (ran.code !== 0) expect({ size, ...ran }).toEqual({ size, ...full(place.folder) });
        expect({ size, left: place.leftovers() }).toEqual({ size, left: [] });
        if (size > 100) expect((await place.tare("store verify")).code).toBe(0);
      });
    expect([...outcomes]).toEqual([3, 0]);
  });
});

for (const to of [
  "docker-archive:out/image",
  "oci-archive:out/image",
  "tar:out/image",
  "oci:out/image",
  "dir:out/image",
])
  test(`a full disk under ${to}`, async (context) => {
    await withWorkplace({ packages, recipe }, async (place) => {
      const out = join(place.folder, "out");
      expect((await place.tare("build --quiet")).code).toBe(0);
      const outcomes = new Set<number>();
      for (const size of [...sizes, 2000])
        await onSmallDisk(context, out, size, async () => {
          const ran = await place.tare(`build --quiet --to ${to}`);
          outcomes.add(ran.code);
          if (ran.code !== 0) await expectNothing(place, ran, size);
        });
      expect([...outcomes]).toEqual([3, 0]);
      expect((await place.tare("store verify")).code).toBe(0);
    });
  });

async function expectNothing(place: Workplace, ran: object, size: number) {
  const out = join(place.folder, "out");
  expect({ size, ...ran }).toEqual({ size, ...full(out) });
  expect(place.leftovers()).toEqual([]);
  expect(await readdir(out)).toEqual([]);
}

test("a full disk under the lock leaves the lock as it was", async (context) => {
  await withWorkplace({ packages, recipe }, async (place) => {
    const small = join(place.folder, "small");
    await place.tare("lock --quiet");
    await onSmallDisk(context, small, 32, async () => {
      for (const name of ["tare.yaml", "keys.gpg", "tare.lock"])
        await copyFile(join(place.folder, name), join(small, name));
      const text = await readFile(join(small, "tare.yaml"), "utf8");
      await writeFile(
        join(small, "tare.yaml"),
        text.replace(/\s*"world"/, "").replace('"hello",', '"hello"'),
      );
      const before = await readFile(join(small, "tare.lock"), "utf8");
      await writeFile(join(small, "rest"), Buffer.alloc(1 << 20)).catch(() => undefined);
      expect(await place.tare("lock --quiet --file small/tare.yaml")).toEqual(full(small));
      expect(await readFile(join(small, "tare.lock"), "utf8")).toBe(before);
      expect(place.leftovers()).toEqual([]);
    });
  });
});
