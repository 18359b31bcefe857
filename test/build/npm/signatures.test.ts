import { expect, test } from "vitest";
import { makeNpmKey } from "../../kit/npm-key.ts";
import { type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const key = makeNpmKey();
const data: NpmWorkplaceData = {
  npm: [{ name: "ms" }],
  registry: { keys: [key] },
  project: { name: "mine", version: "1.0.0", dependencies: { ms: "1" } },
};

test("a registry's signatures are checked, and the lock says whose they are", async () => {
  await withNpmWorkplace(data, async (place) => {
    await place.lockProject();
    const { result } = await place.build();
    expect(result.warnings).toEqual([]);
    expect(await place.lock()).toContain(`  - id: npm\n    keys: ["${key.fingerprint}"]\n`);
    const { out } = await place.tare("explain");
    expect(out).toContain(key.fingerprint);
  });
});

test("a wrong signature is refused, in a project's lock as well", async () => {
  const npm = [{ name: "ms", signed: "wrong" as const }];
  await withNpmWorkplace({ ...data, npm }, async (place) => {
    const want = { code: 1, says: expect.stringMatching(/^No signature of ms 1\.0\.0.* can be trusted: /) };
    expect(await place.refusal()).toEqual(want);
    await place.lockProject();
    expect(await place.refusal()).toEqual(want);
  });
});
