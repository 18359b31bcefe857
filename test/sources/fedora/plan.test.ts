import { expect, test } from "vitest";
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

/** @param files `.repo` files, by name */
function plan(more: Partial<FedoraRequest>, files: Readonly<Record<string, string>> = {}) {
  return planRepositories(
    { ...request, ...more },
    {
      environment: {},
      host: hostWith({}),
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
