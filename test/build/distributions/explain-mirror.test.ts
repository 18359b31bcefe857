import { expect, test } from "vitest";
import { explainRecipe } from "../../../src/build/explain-recipe.ts";
import { parseRecipe } from "../../../src/build/recipe/parse-recipe.ts";
import { recipeDigest } from "../../../src/build/recipe/recipe-digest.ts";

/** The commands for a recipe that has no lock to speak of. */
async function commandsFor(
  item: string,
  environment: Record<string, string> = {},
  host: Record<string, string> = {},
) {
  const recipe = parseRecipe(`name: x\npackages: { ${item}, include: [a] }`, { file: "tare.yaml" });
  const { steps } = await explainRecipe({
    recipe,
    lock: {
      version: 1,
      tare: "0",
      recipe: recipeDigest(recipe),
      compressor: "x",
      repositories: [],
      platforms: [],
    },
    platforms: ["linux/amd64"],
    world: {
      environment,
      readHostFile: async (path) => (host[path] === undefined ? undefined : Buffer.from(host[path])),
      listHostFolder: async (folder) =>
        Object.keys(host)
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1)),
    },
    folder: "/nowhere",
  });
  return steps.flatMap((step) => step.commands).join("\n");
}

test.each([
  ["from: alpine, release: 3.22", "TARE_ALPINE_MIRROR", `"$mirror/v3.22/main"`],
  [
    "from: fedora, release: 42",
    "TARE_FEDORA_MIRROR",
    `"baseurl=$mirror/releases/42/Everything/\\$basearch/os"`,
  ],
  ["from: debian, suite: sid", "TARE_DEBIAN_MIRROR", `"URIs: $mirror"`],
])(
  "a mirror of the environment is read from there, so that no password is shown: %s",
  async (item, name, use) => {
    const found = await commandsFor(item, {
      [name]: "https://me:secret@mirror.example/x/ http://mirror.example/y",
    });
    expect(found).toContain(`mirror=\${${name}%% *}`);
    expect(found).toContain(use);
    expect(found).not.toContain("secret");
  },
);

test.each([
  "from: alpine, release: 3.22",
  "from: fedora, release: 42",
  "from: debian, suite: bookworm",
  "from: debian, suite: bookworm, snapshot: 2026-01-31",
])("where no mirror is known, one is still put in: %s", async (item) => {
  expect(await commandsFor(item)).toContain("https://mirror.example");
});

test("what the host is set up to use is said as that, and a recipe's own address as it is, without its password", async () => {
  const host = { "/etc/apk/repositories": "https://me:secret@mirror.example/alpine/v3.20/main\n" };
  const found = await commandsFor("from: alpine, release: 3.22", {}, host);
  expect(found).toContain("mirror='https://***@mirror.example/alpine'    # as this machine's apk is set up");
  const own = "from: wolfi, repositories: { url: 'https://me:secret@mirror.example/os' }";
  expect(await commandsFor(own)).toContain("'https://***@mirror.example/os'");
});
