import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { arch } from "node:process";
import { expect, test } from "vitest";
import { buildFolder, runInRoot, unpack } from "../kit/example.ts";
import { withFolder } from "../kit/temporary.ts";

const recipe = `
name: prebuilds
packages:
  - { from: debian, suite: bookworm }
  - { from: npm, package: better-sqlite3@13.2.0, node: 24 }
`;

test("better-sqlite3 has its addon for the image alone, and opens a database", {
  timeout: 180_000,
}, async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "tare.yaml"), recipe);
    const { image } = await buildFolder(folder, join(folder, "store"));
    const root = await unpack(image, join(folder, "root"));
    const addons = await readdir(join(root, "app/node_modules/better-sqlite3/prebuilds"));
    expect(addons).toEqual([`linux-${arch}.node`]);
    const program = `const open = require("/app/node_modules/better-sqlite3");
      console.log(open(":memory:").prepare("SELECT 6 * 7 AS answer").get().answer)`;
    expect(await runInRoot(root, ["/usr/local/bin/node", "-e", program])).toMatchObject({
      code: 0,
      stdout: "42\n",
    });
  });
});
