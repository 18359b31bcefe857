import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { alpineKit } from "../../conformance/source/alpine-kit.ts";
import { runTare } from "../../kit/tare.ts";
import { withFolder } from "../../kit/temporary.ts";

test("explain tells what apk would have done, and whose key vouches", () =>
  withFolder(async (folder) => {
    const published = await alpineKit.publish(
      [{ name: "alpha", needs: ["beta"] }, { name: "beta" }],
      folder,
      "ours",
    );
    try {
      const recipe = { name: "demo", platforms: ["linux/amd64"], packages: [published.item(["alpha>=1"])] };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify({ ...recipe, to: ["oci:image"] }));
      expect(await runTare(["lock"], { folder })).toMatchObject({ code: 0 });
      const { code, out } = await runTare(["explain"], { folder });
      expect(code).toBe(0);
      expect(out).toContain(published.key);
      expect(out).toMatch(/ apk add --root [^;]*--arch x86_64 --no-scripts 'alpha>=1'\n/);
      expect(out).toMatch(/beta +1\.0-r0 +alpha/);
    } finally {
      await published.server.close();
    }
  }));
