import { expect, test } from "vitest";
import { elfFile } from "../../kit/elf-file.ts";
import { type NpmWorkplace, type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const mine = (dependencies: object, more: object = {}) =>
  JSON.stringify({ name: "mine", version: "1.0.0", dependencies, ...more });
const program = (...needed: string[]) =>
  elfFile({ bits: 64, littleEndian: true, machine: 62, flags: 0, needed });
const data: NpmWorkplaceData = {
  npm: [{ name: "ms" }, { name: "left" }],
  files: {
    "package.json": mine({ ms: "1" }),
    "dist/server.js": "1",
    "dist/tool": program("libc.so.6"),
  },
  recipe: { files: [{ from: "dist", to: "/app/dist" }] },
};

/** What a locked build says after a change; nothing when it builds. */
async function after(change: (place: NpmWorkplace) => Promise<void>): Promise<string | undefined> {
  return withNpmWorkplace(data, async (place) => {
    await place.lockProject();
    await place.build();
    await change(place);
    const { code, notes } = await place.tare("build --locked --quiet");
    if (code === 0) return undefined;
    expect(code).toBe(1);
    expect((await place.tare("build --quiet")).code).toBe(0);
    expect((await place.tare("build --quiet --locked")).code).toBe(0);
    return notes.join("\n");
  });
}

const stale =
  "tare.lock is stale: the recipe's packages or platforms, or the files that decide them, changed after it was written; run `tare lock` and look at what changed.";

test("a lock is stale when package.json changes", async () => {
  expect(
    await after(async (place) => {
      await place.put({ "package.json": mine({ ms: "1", left: "1" }) });
      await place.lockProject();
    }),
  ).toBe(stale);
});

test("a lock is stale when package-lock.json changes, or comes", async () => {
  const changed = await after(async (place) => {
    await place.registry.publish({ name: "ms", version: "1.5.0" });
    await place.lockProject();
  });
  expect(changed).toBe(stale);
});

test("a lock is stale when an own program needs another library", async () => {
  expect(await after((place) => place.put({ "dist/tool": program("libstdc++.so.6") }))).toBe(stale);
});

test("a lock is not stale when only sources change", async () => {
  expect(
    await after((place) =>
      place.put({
        "dist/server.js": "2",
        "dist/more.js": "3",
        "dist/tool": Buffer.concat([program("libc.so.6"), Buffer.from("another build")]),
        "README.md": "read",
      }),
    ),
  ).toBeUndefined();
});

test("a lock is stale when the npm item of the recipe changes what is chosen, not when it changes how", async () => {
  const withItem = (npm: object) =>
    after((place) => place.write({ ...data.recipe, npm: { project: ".", ...npm } }));
  expect(await withItem({ node: 22 })).toBe(stale);
  // More files may mean more programs, and those need libraries.
  expect(await withItem({ slim: false })).toBe(stale);
  expect(await withItem({ strip: true })).toBeUndefined();
  expect(await withItem({ to: "/srv" })).toBeUndefined();
});
