import { describe, expect, test } from "vitest";
import { planRepositories } from "../../../src/sources/fedora/plan.ts";
import type { FedoraRequest } from "../../../src/sources/fedora/request.ts";
import { hostWith } from "../../kit/host-files.ts";

const request: FedoraRequest = {
  from: "dnf",
  repositories: [],
  repoFiles: [],
  keyring: [],
  keys: [],
  allowUnsigned: false,
  include: ["app"],
  exclude: [],
  recommends: false,
};
const own = { baseurl: ["https://mirror.example/own"], signedIndex: false, exclude: [] };

/**
 * @param files `.repo` files, by name
 * @param host files of the host, by path
 */
function plan(
  more: Partial<FedoraRequest>,
  files: Readonly<Record<string, string>> = {},
  host: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
) {
  return planRepositories(
    { ...request, ...more },
    {
      environment,
      host: hostWith(host),
      readKeyFile: () => Promise.reject(new Error("no keys are needed")),
      readRepoFile: async (name) => Buffer.from(files[name] as string),
    },
  );
}

test("allow-unsigned of one repository is its own, that of the item covers all", async () => {
  const repositories = [
    { ...own, name: "one", allowUnsigned: true },
    { ...own, name: "two", allowUnsigned: false },
  ];
  const repoFiles = ["own.repo"];
  const files = { "own.repo": "[three]\nbaseurl=https://mirror.example/three\n" };
  const allowed = async (allowUnsigned: boolean) =>
    (await plan({ repositories, repoFiles, allowUnsigned }, files)).repositories
      .filter((one) => one.allowUnsigned)
      .map(({ name }) => name);
  expect(await allowed(false)).toEqual(["fedora/one"]);
  expect(await allowed(true)).toEqual(["fedora/three", "fedora/one", "fedora/two"]);
});

test.each([
  ["", "it has no section ([name] on a line, and lines as baseurl=… below it)"],
  ["baseurl=https://mirror.example/own\n[main]\n", "it has no section"],
  ["[own]\nbaseurl=https://mirror.example/own\nenabled=0\n", "none of its sections is enabled (enabled=1)"],
])("a .repo file that brings nothing is refused: %j", async (text, why) => {
  await expect(plan({ repoFiles: ["own.repo"] }, { "own.repo": text })).rejects.toThrow(
    `own.repo, which the recipe names under "repo-files", brings no repository: ${why}`,
  );
});

test("a password in the address of a key is not said where the key is missed", async () => {
  const text =
    "[own]\nbaseurl=https://mirror.example/own\ngpgkey=https://me:pw@mirror.example/key me:p/w@mirror.example\n";
  const { repositories } = await plan({ repoFiles: ["own.repo"] }, { "own.repo": text });
  await expect(repositories[0]?.keyring()).rejects.toThrow(
    "looked for https://***@mirror.example/key, ***@mirror.example",
  );
});

describe("Fedora's own archive", () => {
  const places = async (...args: Parameters<typeof plan>) =>
    (await plan(...args)).repositories.map(({ name, place, optional }) => ({ name, ...place, optional }));

  test("is at the recipe's mirrors, its updates beside it", async () => {
    expect(
      await places({ release: "42", mirror: ["https://a.example/", "https://b.example/linux"] }),
    ).toEqual([
      {
        name: "fedora/42/fedora",
        baseurl: [
          "https://a.example/releases/42/Everything/$basearch/os",
          "https://b.example/linux/releases/42/Everything/$basearch/os",
        ],
        optional: false,
      },
      {
        name: "fedora/42/updates",
        baseurl: [
          "https://a.example/updates/42/Everything/$basearch",
          "https://b.example/linux/updates/42/Everything/$basearch",
        ],
        optional: true,
      },
    ]);
  });

  test("of rawhide has no updates, and lies elsewhere", async () => {
    expect(await places({ release: "rawhide", mirror: ["https://a.example"] })).toEqual([
      {
        name: "fedora/rawhide/fedora",
        baseurl: ["https://a.example/development/rawhide/Everything/$basearch/os"],
        optional: false,
      },
    ]);
  });

  test("is else at the mirrors of the environment", async () => {
    const environment = { TARE_FEDORA_MIRROR: " https://a.example  https://b.example " };
    expect((await places({ release: "42", updates: false }, {}, {}, environment))[0]?.baseurl).toHaveLength(
      2,
    );
  });

  const section = (id: string, more = "") =>
    `[${id}]\nmetalink=https://mirror.example/$releasever/${id}?arch=$basearch\n${more}\n`;

  test("is else where the host's dnf has it, with the recipe's release, and the section's own words", async () => {
    const host = {
      "/etc/yum.repos.d/fedora.repo": section("fedora", "priority=10\nexcludepkgs=kernel*\nrepo_gpgcheck=1"),
      "/etc/yum.repos.d/updates.repo": section("updates", "enabled=0"),
    };
    const { repositories, notes } = await plan({ release: "42" }, {}, host);
    expect(repositories).toMatchObject([
      {
        name: "fedora/42/fedora",
        place: { metalink: "https://mirror.example/42/fedora?arch=$basearch" },
        priority: 10,
        excludes: ["kernel*"],
        signedIndex: true,
      },
    ]);
    expect(notes).toEqual(["No mirror of Fedora's updates is known, so its packages are left out."]);
    await expect(plan({ release: "42", updates: true }, {}, host)).rejects.toMatchObject({
      code: "MIRROR_UNKNOWN",
    });
  });

  test("whose mirror nobody knows is said to be so", async () => {
    await expect(plan({ release: "42" })).rejects.toThrow("No mirror is known for Fedora 42");
  });
});

describe("a repository", () => {
  test("has the priority 99 unless somebody says otherwise", async () => {
    const one = { ...own, name: "own", allowUnsigned: false };
    const { repositories } = await plan({ repositories: [one, { ...one, name: "better", priority: 5 }] });
    expect(repositories.map(({ priority }) => priority)).toEqual([99, 5]);
  });

  test("with keys of its own is not vouched for by the pins of the item", async () => {
    const one = { ...own, allowUnsigned: false };
    const { repositories } = await plan({
      keys: ["AA"],
      repositories: [
        { ...one, name: "plain" },
        { ...one, name: "keyring", keyring: ["own.asc"] },
        { ...one, name: "keys", keys: ["BB"] },
      ],
    });
    expect(repositories.map(({ pins }) => pins)).toEqual([["AA"], [], ["BB"]]);
  });

  test("of which there are two with one name is refused", async () => {
    const one = { ...own, name: "own", allowUnsigned: false };
    const files = { "own.repo": "[own]\nbaseurl=https://mirror.example/three\n" };
    await expect(plan({ repositories: [one], repoFiles: ["own.repo"] }, files)).rejects.toThrow(
      "two repositories have this name",
    );
  });

  test("without an address, or with one that is none, is refused", async () => {
    const bare = { name: "own", allowUnsigned: false, signedIndex: false, exclude: [] };
    await expect(plan({ repositories: [bare] })).rejects.toThrow("it has no baseurl, metalink or mirrorlist");
    await expect(plan({ repositories: [{ ...bare, baseurl: ["mirror.example"] }] })).rejects.toMatchObject({
      code: "BAD_URL",
    });
  });
});
