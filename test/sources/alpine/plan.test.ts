import { describe, expect, test } from "vitest";
import { planRepositories } from "../../../src/sources/alpine/plan.ts";
import type { AlpineRequest } from "../../../src/sources/alpine/request.ts";
import { apkSigner } from "../../kit/apk-package.ts";
import { hostWith } from "../../kit/host-files.ts";

const signer = apkSigner();
const request: AlpineRequest = {
  from: "alpine",
  release: "v3.20",
  components: ["main", "community"],
  repositories: [],
  keys: [],
  allowUnsigned: false,
  include: [],
  exclude: [],
};

function plan(
  more: Partial<AlpineRequest>,
  files: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
) {
  return planRepositories(
    { ...request, ...more },
    {
      environment,
      host: hostWith(files),
      readKeyFiles: async (name) => [{ name: `${name}.rsa.pub`, bytes: Buffer.from(signer.publicPem) }],
    },
  );
}

describe("the archive", () => {
  test("is at the recipe's mirrors, in their order", async () => {
    const plans = await plan({ mirror: ["http://mirror.example/alpine/", "file:/srv/alpine"] });
    expect(plans).toMatchObject([
      {
        name: "alpine/v3.20/main",
        mirrors: ["http://mirror.example/alpine/v3.20/main", "file:/srv/alpine/v3.20/main"],
      },
      { name: "alpine/v3.20/community" },
    ]);
  });

  test("is else at those of the environment", async () => {
    const environment = { TARE_ALPINE_MIRROR: " http://a.example/alpine  http://b.example " };
    expect((await plan({}, {}, environment))[0]?.mirrors).toEqual([
      "http://a.example/alpine/v3.20/main",
      "http://b.example/v3.20/main",
    ]);
  });

  test("is else where the host's apk has it: lines of the release first, and no tagged ones", async () => {
    const files = {
      "/etc/apk/repositories": [
        "# comment",
        "http://old.example/alpine/v3.17/main",
        "http://new.example/alpine/v3.20/main",
        "http://new.example/alpine/v3.20/community",
        "@edge http://edge.example/alpine/edge/main",
        "/media/cdrom/apks",
      ].join("\n"),
    };
    expect((await plan({}, files))[1]?.mirrors).toEqual([
      "http://new.example/alpine/v3.20/community",
      "http://old.example/alpine/v3.20/community",
    ]);
  });

  test("whose mirror nobody knows is said to be so", async () => {
    await expect(plan({})).rejects.toThrow(
      'No mirror is known for Alpine v3.20: name one with "mirror" in the recipe or in TARE_ALPINE_MIRROR.',
    );
  });
});

describe("keys", () => {
  const own = { url: ["http://mirror.example/own"], allowUnsigned: false };

  test("are the host's, by their file names", async () => {
    const path = `/etc/apk/keys/${signer.name}`;
    const files = { [path]: signer.publicPem, "/etc/apk/keys/README": "none" };
    const [first] = await plan({ release: undefined, repositories: [own] }, files);
    const { keys, where } = (await first?.keyring()) ?? {};
    expect(keys?.map(({ name, fingerprint }) => [name, fingerprint])).toEqual([
      [signer.name, signer.fingerprint],
    ]);
    expect(where).toEqual(["/etc/apk/keys"]);
  });

  test("are missing where there are none", async () => {
    const [first] = await plan({ release: undefined, repositories: [own] });
    expect(first?.name).toBe("alpine/own-1");
    await expect(first?.keyring()).rejects.toMatchObject({ code: "KEYRING_MISSING" });
  });

  test("of a repository of its own come before the item's", async () => {
    const plans = await plan({
      release: undefined,
      keyring: ["shared"],
      keys: ["AA"],
      repositories: [own, { ...own, tag: "edge", keyring: ["special"], keys: ["BB"] }],
    });
    expect(plans.map(({ name, tag, pins }) => [name, tag, pins])).toEqual([
      ["alpine/own-1", undefined, ["AA"]],
      ["alpine/own-2", "edge", ["BB"]],
    ]);
    const rings = await Promise.all(plans.map(({ keyring }) => keyring()));
    expect(rings.map(({ keys }) => keys[0]?.name)).toEqual(["shared.rsa.pub", "special.rsa.pub"]);
  });
});
