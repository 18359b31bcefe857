import { join } from "node:path";
import { expect, test } from "vitest";
import { withNpmWorkplace } from "../../kit/npm-workplace.ts";
import { seededBytes } from "../../kit/seeded-bytes.ts";
import { onSmallDisk } from "../../kit/small-disk.ts";

const data = {
  npm: [
    { name: "large", files: { "index.js": seededBytes(1, 60_000), "text.js": "text ".repeat(4_000) } },
    { name: "ms", files: { "index.js": seededBytes(2, 30_000) } },
  ],
  project: { name: "mine", version: "1.0.0", dependencies: { large: "1", ms: "1" } },
};

/** Kilobytes at which the disk is full at ever later moments, and at last not at all. */
const sizes = [4, 16, 32, 64, 96, 128, 192, 256, 320, 384, 448, 512, 4000];

for (const folder of [".store", ".npm"])
  test(`a full disk under ${folder === ".npm" ? "npm's cache" : "the store"}`, async (context) => {
    await withNpmWorkplace(data, async (place) => {
      const outcomes = new Set<number>();
      for (const size of sizes)
        await onSmallDisk(context, join(place.folder, folder), size, async () => {
          const ran = await place.tare("build --quiet");
          outcomes.add(ran.code);
          const where = `${place.folder}[^;]*`;
          const says = new RegExp(
            `^There is no room left on the disk under ${where}; nothing was half-written\\.`,
          );
          if (ran.code !== 0)
            expect({ size, ...ran }).toEqual({
              size,
              code: 3,
              out: "",
              notes: [expect.stringMatching(says)],
            });
          expect({ size, left: place.leftovers() }).toEqual({ size, left: [] });
          if (folder === ".store" && size > 100) expect((await place.tare("store verify")).code).toBe(0);
        });
      expect([...outcomes]).toEqual([3, 0]);
    });
  });
