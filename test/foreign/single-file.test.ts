import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { version } from "../../src/version.ts";
import { mustRun } from "../kit/command.ts";
import { npmRegistry } from "../kit/npm-registry.ts";
import { withWorkplace } from "../kit/workplace.ts";

const root = join(import.meta.dirname, "../..");

test("the single-file executable builds the same images as the sources", { timeout: 240_000 }, async () => {
  // xz, as Debian's own packages are: the decoder that is not native comes along.
  const packages = [
    { name: "motd", version: "1", files: { "etc/motd": "hello" }, compression: "xz" as const },
  ];
  await withWorkplace({ packages, recipe: { packages: { include: ["motd"] } } }, async (place) => {
    const tare = join(place.folder, "tare");
    await mustRun(process.execPath, [join(root, "scripts/build-sea.ts"), tare], {
      env: { PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter) },
    });
    // Nothing of Node is needed beside it.
    const alone = {
      cwd: place.folder,
      env: { PATH: "/usr/bin:/bin", HOME: place.folder, XDG_CACHE_HOME: "" },
    };
    expect(await mustRun(tare, ["--version"], alone)).toBe(`${version}\n`);
    const built = JSON.parse(await mustRun(tare, ["build", "--json"], alone));
    const sources = JSON.parse((await place.tare("build --json")).out);
    expect(built.images).toEqual(sources.images);

    const registry = await npmRegistry({
      packages: [{ name: "left", dependencies: { right: "1" } }, { name: "right" }],
    });
    try {
      const npm = { npm_config_registry: registry.url, npm_config_cache: join(place.folder, "npm") };
      const recipe = "name: left\npackages: { from: npm, package: left, node: none }\n";
      await writeFile(join(place.folder, "npm.yaml"), recipe);
      const application = ["build", "--json", "npm.yaml"];
      const alike = JSON.parse(await mustRun(tare, application, { ...alone, env: { ...alone.env, ...npm } }));
      const again = JSON.parse((await place.tare(application.join(" "), npm)).out);
      expect(alike.images).toEqual(again.images);
    } finally {
      await registry.close();
    }
  });
});
