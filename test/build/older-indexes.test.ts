import { expect, test } from "vitest";
import { olderIndexes } from "../../src/build/older-indexes.ts";
import { debianRepository } from "../kit/debian-repository.ts";
import { withWorkplace } from "../kit/workplace.ts";

const of = (id: string, date?: string) => ({ id, keys: [], ...(date !== undefined && { date }) });

test("an index that is older than the lock's is told; one that is as old, newer, new or without a date is not", () => {
  const lock = [
    of("debian/bookworm", "2026-02-01T00:00:00Z"),
    of("debian/bookworm-security", "2026-02-01T00:00:00Z"),
    of("fedora/updates", "2026-02-01T00:00:00Z"),
    of("own-1/x86_64"),
  ];
  const chosen = [
    of("debian/bookworm", "2026-02-01T00:00:00Z"),
    of("debian/bookworm-security", "2026-02-02T00:00:00Z"),
    of("fedora/updates", "2026-01-31T23:59:59Z"),
    of("fedora/releases", "2020-01-01T00:00:00Z"),
    of("own-1/x86_64", "2020-01-01T00:00:00Z"),
  ];
  expect(olderIndexes(lock, chosen)).toEqual([
    "The index of fedora/updates is of 2026-01-31T23:59:59Z, older than that of 2026-02-01T00:00:00Z which the lock was made of: its mirror is behind, a snapshot is, or somebody keeps newer packages from you.",
  ]);
  expect(olderIndexes([], chosen)).toEqual([]);
});

test("whoever updates a lock from a mirror that went back hears of it, and may take it", async () => {
  const packages = [{ name: "hello", files: { "usr/bin/hello": "hi" } }];
  const recipe = { packages: { include: ["hello"] } };
  const date = new Date("2025-02-01T00:00:00Z");
  await withWorkplace({ packages, recipe, date }, async ({ repository, tare, start }) => {
    expect((await tare("lock")).code).toBe(0);
    const { keys } = repository;
    const older = await debianRepository({ packages, keys, date: new Date("2025-01-01T00:00:00Z") });
    for (const [path, bytes] of older.files) repository.files.set(path, bytes);
    const { code, stderr } = await start("lock --update").ended;
    expect(code).toBe(0);
    expect(stderr).toContain(
      "tare: The index of debian/bookworm is of 2025-01-01T00:00:00Z, older than that of 2025-02-01T00:00:00Z which the lock was made of",
    );
    expect((await start("lock --update").ended).stderr).not.toContain("older than");
  });
});
