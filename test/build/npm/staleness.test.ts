import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
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
async function after(
  change: (place: NpmWorkplace) => Promise<void>,
  of: NpmWorkplaceData = data,
): Promise<string | undefined> {
  return withNpmWorkplace(of, async (place) => {
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

const stale = (...reasons: string[]) =>
  `tare.lock is stale: ${reasons.join("; ")}; run \`tare lock\` and look at what changed.`;

test("a lock is stale when package.json changes", async () => {
  expect(
    await after(async (place) => {
      await place.put({ "package.json": mine({ ms: "1", left: "1" }) });
      await place.lockProject();
    }),
  ).toBe(
    stale("package.json changed after it was written", "package-lock.json changed after it was written"),
  );
});

test("a lock is stale when package-lock.json changes, or comes", async () => {
  const changed = await after(async (place) => {
    await place.registry.publish({ name: "ms", version: "1.5.0" });
    await place.lockProject();
  });
  expect(changed).toBe(stale("package-lock.json changed after it was written"));
  const gone = await after((place) => rm(join(place.folder, "package-lock.json")));
  expect(gone).toBe(stale("package-lock.json has gone since it was written"));
});

test("a lock is not stale when the project gets another version, script or description", async () => {
  const words = {
    version: "1.0.1",
    scripts: { start: "node ." },
    description: "mine",
    license: "MIT",
    bin: "x.js",
  };
  expect(
    await after(async (place) => {
      await place.put({ "package.json": mine({ ms: "1" }, words) });
      // As `npm version patch` and the next `npm install` leave it.
      const lock = JSON.parse(await readFile(join(place.folder, "package-lock.json"), "utf8"));
      Object.assign(lock, { version: "1.0.1" });
      Object.assign(lock.packages[""], { version: "1.0.1", license: "MIT", bin: { mine: "x.js" } });
      await place.put({ "package-lock.json": JSON.stringify(lock) });
    }),
  ).toBeUndefined();
});

test("nor when a workspace gets another version, but it is when that asks for another package", async () => {
  const member = (fields: object) => JSON.stringify({ name: "lib", version: "1.0.0", ...fields });
  const files = {
    "package.json": mine({ lib: "*" }, { workspaces: ["lib"] }),
    "lib/package.json": member({ dependencies: { ms: "1" } }),
  };
  const withMember = (fields: object) =>
    after(
      async (place) => {
        await place.put({ "lib/package.json": member(fields) });
        await place.lockProject();
      },
      { ...data, files, recipe: { files: [{ from: "lib", to: "/app/lib" }] } },
    );
  expect(await withMember({ version: "1.1.0", dependencies: { ms: "1" } })).toBeUndefined();
  expect(await withMember({ dependencies: { ms: "1", left: "1" } })).toBe(
    stale("package-lock.json changed after it was written"),
  );
});

test("a lock is stale when an own program needs another library", async () => {
  expect(await after((place) => place.put({ "dist/tool": program("libstdc++.so.6") }))).toBe(
    stale("what programs under files are linked to changed after it was written"),
  );
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
  expect(await withItem({ node: 22 })).toBe(
    stale("the recipe's packages or platforms changed after it was written"),
  );
  expect(await withItem({ slim: false })).toBeUndefined();
  expect(await withItem({ strip: true })).toBeUndefined();
  expect(await withItem({ to: "/srv" })).toBeUndefined();
});
