import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownOutputs } from "../../src/build/own-outputs.ts";
import { withFolder } from "../kit/temporary.ts";
import { withWorkplace } from "../kit/workplace.ts";

test("what a build writes is known through links, with its sums and what a killed build left of it", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "real"));
    await symlink("real", join(folder, "link"));
    await writeFile(join(folder, "real/target.tar"), "");
    await symlink("target.tar", join(folder, "real/name.tar"));
    const is = await ownOutputs([
      { transport: "oci", path: join(folder, "link/out") },
      { transport: "tar", path: join(folder, "real/name.tar") },
      { transport: "nspawn", path: join(folder, "n.tar") },
      { transport: "docker-daemon", path: "" },
      { transport: "tar", path: "-" },
    ]);
    const uuid = "01234567-89ab-cdef-0123-456789abcdef";
    const own = ["real/out", "real/name.tar", "real/target.tar", "n.tar", "SHA256SUMS"];
    const halves = [`real/.out.${uuid}.part`, `.n.tar.${uuid}.part`];
    const others = [
      "real/other",
      "real/SHA256SUMS",
      `.out.${uuid}.part`,
      "real/.out.x.part",
      "real/out.part",
    ];
    const found = [...own, ...halves, ...others].filter((path) => is(join(folder, path)));
    expect(found).toEqual([...own, ...halves]);
  }));

test("a recipe that copies its own folder makes the same image again, and says what it leaves out", async () => {
  const data = {
    packages: [{ name: "base", files: { "opt/base": "base" } }],
    recipe: {
      packages: { include: ["base"] },
      files: [{ from: ".", to: "/app", ignore: [".store", "tare.*"] }],
    },
  };
  await withWorkplace(data, async ({ folder, tare }) => {
    const build = async () => JSON.parse((await tare("build --json --to oci:out --to tar:root.tar")).out);
    const [first, second] = [await build(), await build()];
    expect(second.images[0].digest).toBe(first.images[0].digest);
    expect(first.warnings).toEqual([]);
    expect(second.warnings).toEqual(
      ["out", "root.tar"].map(
        (name) => `${join(folder, name)} is what this build writes, so it is left out of what is copied.`,
      ),
    );
  });
});
