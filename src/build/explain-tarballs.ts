import type { Step } from "../explain/explanation.ts";
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
        if (item.from === "directory") return [`cp -rT ${quoted(item.path)} ${quoted(`rootfs/${item.to}`)}`];
        const strip = item.stripComponents === undefined ? "" : ` --strip-components=${item.stripComponents}`;
        const file = item.url === undefined ? pathOf(item) : nameOf(item);
        return [
          ...(item.url === undefined ? [] : [`curl -o ${quoted(file)} ${quoted(location)}`]),
          `echo ${quoted(`${digest.replace(/^sha256:/, "")}  ${file}`)} | sha256sum --check`,
          `tar --extract --numeric-owner --xattrs${strip} --file ${quoted(file)} --directory ${quoted(`rootfs/${item.to}`)}`,
        ];
      }),
    },
  ];
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
