import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BuildResult } from "../../src/model/result.ts";
import { withWorkplace } from "../kit/workplace.ts";

const packages = ["a1", "b2", "c3", "d4"].map((name, index) => ({
  name,
  files: { [`usr/bin/${name}`]: randomBytes(400_000), [`usr/lib/${name}.txt`]: `${index} `.repeat(200_000) },
}));
const include = packages.map(({ name }) => name);

const digestsOf = (stdout: string) =>
  (JSON.parse(stdout) as BuildResult).images.flatMap(({ digest, layers }) => [
    digest,
    ...layers.map((one) => one.diffId),
  ]);

test("builds of one recipe at once share an empty store, and give the same image", async () => {
  await withWorkplace({ packages, recipe: { packages: { include } } }, async (place) => {
    const running = ["one", "two", "three"].map((name) =>
      place.start(`build --quiet --json --to oci-archive:${name}.tar`),
    );
    const ended = await Promise.all(running.map((one) => one.ended));
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(3).fill({ code: 0, stderr: "" }),
    );
    expect(new Set(ended.map(({ stdout }) => JSON.stringify(digestsOf(stdout)))).size).toBe(1);
    const files = await Promise.all(
      ["one", "two", "three"].map((name) => readFile(join(place.folder, `${name}.tar`))),
    );
    expect(new Set(files.map((bytes) => createHash("sha256").update(bytes).digest("hex"))).size).toBe(1);
    expect(place.leftovers()).toEqual([]);
    expect((await place.tare("store verify")).code).toBe(0);
  });
});

test("builds of different recipes at once share a store and a layout, and give what they give alone", async () => {
  const recipe = { packages: { include: include.slice(0, 3) } };
  await withWorkplace({ packages, recipe }, async (place) => {
    const other = join(place.folder, "other.yaml");
    await place.write({ packages: { include: include.slice(1) } }, other);
    const lines = [
      "build --quiet --json --to oci:shared:one",
      "build --quiet --json --to oci:shared:two other.yaml",
    ];
    const ended = await Promise.all(lines.map((line) => place.start(line).ended));
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(2).fill({ code: 0, stderr: "" }),
    );
    const together = ended.map(({ stdout }) => digestsOf(stdout));
    expect(together[0]).not.toEqual(together[1]);
    const index = JSON.parse(await readFile(join(place.folder, "shared/index.json"), "utf8"));
    expect(index.manifests.map((one: { digest: string }) => one.digest).sort()).toEqual(
      together.map(([digest]) => digest).sort(),
    );
    for (const [turn, line] of lines.entries()) {
      const alone = await place.tare(line, { TARE_STORE: join(place.folder, `store-${turn}`) });
      expect(digestsOf(alone.out)).toEqual(together[turn]);
    }
    expect((await place.tare("store verify")).code).toBe(0);
  });
});

test("garbage collections during a build take nothing from it", async () => {
  await withWorkplace({ packages, recipe: { packages: { include } } }, async (place) => {
    const building = place.start("build --quiet --json");
    const swept: number[] = [];
    let done = false;
    void building.ended.then(() => {
      done = true;
    });
    while (!done) swept.push((await place.tare("store clear --quiet")).code);
    expect((await building.ended).code).toBe(0);
    // Before and after, it may; in between it says who uses the store.
    expect(swept.filter((code) => code !== 0 && code !== 3)).toEqual([]);
    expect((await place.tare("store verify")).code).toBe(0);
    expect((await place.tare("build --quiet")).code).toBe(0);
  });
});
