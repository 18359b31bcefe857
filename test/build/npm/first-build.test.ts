import { expect, test } from "vitest";
import { withNpmWorkplace } from "../../kit/npm-workplace.ts";

const data = {
  npm: [
    { name: "a", dependencies: { b: "2" }, files: { "index.js": "1" } },
    { name: "b", files: { "index.js": "1" } },
    { name: "b", version: "2.0.0", files: { "index.js": "2" } },
  ],
  project: { name: "mine", version: "1.0.0", dependencies: { a: "1", b: "1" } },
};

test("the build that makes the lock and the next one, which reads it, make the same image", async () => {
  await withNpmWorkplace(data, async (place) => {
    const first = await place.build();
    const [image] = first.result.images;
    expect(image?.packages.filter(({ name }) => name === "b")).toHaveLength(2);
    const again = await place.build("--locked");
    expect(again.result.images).toEqual(first.result.images);
  });
});
