import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fedoraKit } from "../../conformance/source/fedora-kit.ts";
import { needsPeers } from "../../kit/peers.ts";
import { runTare } from "../../kit/tare.ts";
import { withFolder } from "../../kit/temporary.ts";

test("explain tells what dnf would have done, and whose key vouches", (context) => {
  needsPeers(context, ...fedoraKit.programs);
  return withFolder(async (folder) => {
    const published = await fedoraKit.publish(
      [{ name: "alpha", needs: ["beta"] }, { name: "beta" }],
      folder,
      "ours",
    );
    try {
      const packages = [{ ...published.item(["alpha", "beta >= 1"]), exclude: ["gamma*"], recommends: true }];
      const recipe = { name: "demo", platforms: ["linux/amd64"], packages, to: ["oci:image"] };
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
      expect(await runTare(["lock"], { folder })).toMatchObject({ code: 0 });
      const { code, out } = await runTare(["explain"], { folder });
      expect(code).toBe(0);
      expect(out).toContain(published.key);
      expect(out).toMatch(
        / dnf --installroot=[^;]*--setopt=install_weak_deps=True --exclude='gamma\*' [^;]*install alpha 'beta >= 1'\n/,
      );
      expect(out).toMatch(/what all of that needs or recommends;\s+never\s+gamma\*/);
    } finally {
      await published.server.close();
    }
  });
});
