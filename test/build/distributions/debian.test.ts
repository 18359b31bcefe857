import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { debianKit } from "../../conformance/source/debian-kit.ts";
import { runTare } from "../../kit/tare.ts";
import { withFolder } from "../../kit/temporary.ts";

test("explain tells what mmdebstrap would have done, and whose key vouches", () =>
  withFolder(async (folder) => {
    const published = await debianKit.publish(
      [{ name: "alpha", needs: ["beta"] }, { name: "beta" }],
      folder,
      "ours",
    );
    try {
      const recipe = { name: "demo", platforms: ["linux/amd64"], packages: [published.item(["alpha"])] };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify({ ...recipe, to: ["oci:image"] }));
      expect(await runTare(["lock"], { folder })).toMatchObject({ code: 0 });
      const { code, out } = await runTare(["explain"], { folder });
      expect(code).toBe(0);
      expect(out).toContain(published.key);
      expect(out).toMatch(/ mmdebstrap --variant=extract [^;]*--include=alpha \\\n +bookworm /);
      expect(out).toMatch(/beta +1\.0 +alpha/);
    } finally {
      await published.server.close();
    }
  }));
