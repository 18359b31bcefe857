import { expect, test } from "vitest";
import { planRepositories } from "../../../src/sources/debian/plan.ts";
import type { DebianRequest } from "../../../src/sources/debian/request.ts";
import { hostWith } from "../../kit/host-files.ts";

const own = { uri: ["http://own.example/debian"], suite: ["stable"], components: ["main"] };
const request: DebianRequest = {
  from: "debian",
  suite: ["sid"],
  components: ["main"],
  mirror: ["http://mirror.example/debian"],
  repositories: [
    { ...own, allowUnsigned: true },
    { ...own, allowUnsigned: false },
  ],
  keys: [],
  allowUnsigned: false,
  variant: "none",
  include: [],
  exclude: [],
  prefer: [],
  recommends: false,
  pin: {},
};

test("keys of the item count for its repositories, unless these have keys or a key file of their own", async () => {
  const key = (digit: string) => digit.repeat(40);
  const repositories = [
    { ...own, allowUnsigned: false },
    { ...own, allowUnsigned: false, keys: [key("B")] },
    { ...own, allowUnsigned: false, signedBy: "own.asc" },
    { ...own, allowUnsigned: false, signedBy: "own.asc", keys: [key("C")] },
  ];
  const readKeyFile = () => Promise.reject(new Error("no keys are needed"));
  const seams = { environment: {}, host: hostWith({}), readKeyFile };
  const item = { ...request, keyring: "all.asc", keys: [key("A")], repositories };
  const plans = (await planRepositories(item, ["amd64"], seams)).repositories;
  expect(plans.map(({ pins }) => pins)).toEqual([[key("A")], [key("A")], [key("B")], [], [key("C")]]);
});

test("allow-unsigned of one repository is its own, that of the item covers all", async () => {
  const allowed = async (allowUnsigned: boolean) => {
    const readKeyFile = () => Promise.reject(new Error("no keys are needed"));
    const seams = { environment: {}, host: hostWith({}), readKeyFile };
    const { repositories } = await planRepositories({ ...request, allowUnsigned }, ["amd64"], seams);
    return repositories.filter((one) => one.allowUnsigned).map(({ id }) => id);
  };
  expect(await allowed(false)).toEqual(["own-1/stable"]);
  expect(await allowed(true)).toEqual(["debian/sid", "own-1/stable", "own-2/stable"]);
});
