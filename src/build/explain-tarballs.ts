import type { Step } from "../explain/explanation.ts";
import { type Part, word, wordOf } from "../explain/shell.ts";
import { fileName } from "./distributions/explain-common.ts";
import type { Lock } from "./lock/lock.ts";
import { type Recipe, tarballsOf } from "./recipe/recipe.ts";
import { locationOf, nameOf, pathOf } from "./tarball/location.ts";

/** One step for all tarballs and folders of a recipe; none without them. */
export function tarballSteps(recipe: Recipe, lock: Lock): Step[] {
  const items = tarballsOf(recipe);
  if (items.length === 0) return [];
  const locked = lock.platforms[0]?.packages ?? [];
  const rows = items.map((item) => {
    const location = locationOf(item);
    const found = locked.find((one) => one.repository === item.from && one.location === location);
    return { item, location, digest: found?.digest ?? "", size: found?.size ?? 0 };
  });
  return [
    {
      title: "Tarballs and folders",
      words: [
        "Each file of a tarball keeps its owner, mode and attributes; what a folder holds is root's. The lock has the sha256 of each: what does not match is not used, and nobody else vouches for them. A path that a tarball has twice is what came last. Two that bring the same file do not go together.",
      ],
      rows: {
        columns: ["size", "what", "goes to", "digest"],
        rows: rows.map(({ item, location, digest, size }) => [size, location, `/${item.to}`, digest]),
      },
      commands: rows.flatMap(({ item, location, digest }) => {
        const target = wordOf([{ variable: "made" }, item.to === "" ? "/rootfs" : `/rootfs/${item.to}`]);
        const making = `mkdir -p ${target}`;
        if (item.from === "directory") return [making, `cp -rT ${word(fileName(item.path))} ${target}`];
        const strip = item.stripComponents === undefined ? "" : ` --strip-components=${item.stripComponents}`;
        const parts: readonly Part[] =
          item.url === undefined ? [fileName(pathOf(item))] : [{ variable: "made" }, `/${nameOf(item)}`];
        const file = wordOf(parts);
        const listed = wordOf([`${digest.replace(/^sha256:/, "")}  `, ...parts]);
        return [
          ...(item.url === undefined ? [] : [`curl --location --output ${file} ${word(location)}`]),
          `echo ${listed} | sha256sum --check`,
          making,
          `tar --extract --numeric-owner --xattrs${strip} --file ${file} --directory ${target}`,
        ];
      }),
    },
  ];
}
