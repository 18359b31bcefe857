import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { version } from "../../src/version.ts";
import { mustRun } from "../kit/command.ts";
import { withWorkplace } from "../kit/workplace.ts";

const root = join(import.meta.dirname, "../..");

test("the single-file executable builds the same image as the sources", { timeout: 240_000 }, async () => {
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
  });
});
