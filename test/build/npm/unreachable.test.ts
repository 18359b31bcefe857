import { describe, expect, test } from "vitest";
import type { NpmPackageData } from "../../kit/npm-package.ts";
import { type NpmWorkplace, type NpmWorkplaceData, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const ms: NpmPackageData = { name: "ms", files: { "index.js": "1" } };
const project = (dependencies: Record<string, string>) => ({ name: "mine", version: "1.0.0", dependencies });

async function refusal(
  data: NpmWorkplaceData,
  spoil: (place: NpmWorkplace) => unknown = () => undefined,
  line?: string,
) {
  return withNpmWorkplace(data, async (place) => {
    await spoil(place);
    return place.refusal(line);
  });
}

describe("a dependency that is no tarball of a registry", () => {
  /** shout 0.53.0 had these three when it was published. */
  const shout: NpmPackageData[] = [
    {
      name: "shout",
      version: "0.53.0",
      dependencies: { "slate-irc": "git+https://git.invalid/erming/slate-irc.git", ms: "1" },
    },
    { name: "cheerio", dependencies: { "cheerio-select": "cheeriojs/cheerio-select#master" } },
    { name: "request", dependencies: { "tunnel-agent": "http://127.0.0.1:9/tunnel-agent.tgz" } },
    { name: "slate-irc", version: "0.8.1" },
    ms,
  ];

  test("as a git repository says who needs it, and how to take another", async () => {
    const recipe = { npm: { package: "shout@0.53.0" } };
    expect(await refusal({ npm: shout, recipe })).toEqual({
      code: 2,
      says: 'shout > slate-irc cannot be installed: git+https://git.invalid/erming/slate-irc.git is a git repository, and tare takes published tarballs only; `overrides` in the recipe can name another version or package: "slate-irc": "VERSION" or "npm:OTHER@VERSION".',
    });
    expect(await refusal({ npm: shout, project: project({ cheerio: "1" }) })).toEqual({
      code: 2,
      says: 'cheerio > cheerio-select cannot be installed: cheeriojs/cheerio-select#master is a git repository, and tare takes published tarballs only; `overrides` in package.json can name another version or package: "cheerio-select": "VERSION" or "npm:OTHER@VERSION".',
    });
  });

  test("as an address that does not answer says so as well", async () => {
    expect(await refusal({ npm: shout, project: project({ request: "1" }) })).toEqual({
      code: 3,
      says: 'request > tunnel-agent cannot be had: http://127.0.0.1:9/tunnel-agent.tgz: the connection was refused; `overrides` in package.json can name another version or package: "tunnel-agent": "VERSION" or "npm:OTHER@VERSION".',
    });
  });

  test("is installed from elsewhere where overrides say so", async () => {
    const recipe = { npm: { package: "shout@0.53.0", overrides: { "slate-irc": "0.8.1" } } };
    await withNpmWorkplace({ npm: shout, recipe }, async (place) => {
      const { files } = await place.build();
      expect([...files.keys()].filter((path) => path.startsWith("app/"))).toEqual([
        "app/node_modules/ms/index.js",
        "app/node_modules/ms/package.json",
        "app/node_modules/shout/package.json",
        "app/node_modules/slate-irc/package.json",
      ]);
    });
  });
});

describe("a dependency that the registry does not have", () => {
  const a = (range: string): NpmPackageData => ({ name: "a", dependencies: { ms: range, nothere: "1" } });

  test("says who needs it", async () => {
    expect(await refusal({ npm: [a("1"), ms], project: project({ a: "1" }) })).toEqual({
      code: 3,
      says: 'a > nothere cannot be had: REGISTRY/nothere: it answered 404; `overrides` in package.json can name another version or package: "nothere": "VERSION" or "npm:OTHER@VERSION".',
    });
    expect(await refusal({ npm: [ms], recipe: { npm: { package: ["sm"] } } })).toMatchObject({
      says: expect.stringMatching(/^sm cannot be had: REGISTRY\/sm: it answered 404;/),
    });
  });

  test("is to be changed where it is asked for, and the versions that are there are named", async () => {
    const versions = ["1.0.0", "1.1.0", "1.2.0", "2.0.0", "3.0.0"].map((version) => ({
      name: "ms",
      version,
    }));
    const recipe = { npm: { package: ["ms@1.1.5"] } };
    expect(await refusal({ npm: versions, recipe })).toEqual({
      code: 3,
      says: "ms cannot be had: no version fits 1.1.5 at REGISTRY/, where 3.0.0 is the latest and the nearest are 1.0.0, 1.1.0, 1.2.0, 2.0.0; name another version or package under `package` in the recipe, as NAME@VERSION.",
    });
    expect(await refusal({ npm: [ms], recipe: { npm: { package: ["sm"] } } })).toEqual({
      code: 3,
      says: "sm cannot be had: REGISTRY/sm: it answered 404; name another version or package under `package` in the recipe, as NAME@VERSION.",
    });
    expect(await refusal({ npm: versions, project: project({ ms: "7" }) })).toEqual({
      code: 3,
      says: "ms cannot be had: no version fits 7 at REGISTRY/, where 3.0.0 is the latest and the nearest are 2.0.0, 3.0.0; name another version or package in package.json.",
    });
  });

  test("in a version that fits says which there are", async () => {
    expect(
      await refusal({ npm: [{ name: "a", dependencies: { ms: "7" } }, ms], project: project({ a: "1" }) }),
    ).toEqual({
      code: 3,
      says: 'a > ms cannot be had: no version fits 7 at REGISTRY/, where 1.0.0 is the latest; `overrides` in package.json can name another version or package: "ms": "VERSION" or "npm:OTHER@VERSION".',
    });
  });
});

describe("a registry", () => {
  const data = { npm: [ms], project: project({ ms: "1" }) };

  test("that is down is one sentence", async () => {
    const says = "ms could not be fetched: REGISTRY/: the connection was refused.";
    expect(await refusal(data, ({ registry }) => registry.close())).toEqual({ code: 3, says });
    const locked = await refusal(data, async (place) => {
      await place.lockProject();
      await place.registry.close();
    });
    expect(locked).toMatchObject({
      code: 3,
      says: expect.stringMatching(/REGISTRY\/: the connection was refused\.$/),
    });
  });

  test("that breaks down is one sentence", async () => {
    const broken = (path: string, fault: number | "cut") =>
      refusal(data, ({ registry }) => registry.fail(path, fault));
    expect(await broken("ms", 503)).toEqual({
      code: 3,
      says: "ms could not be fetched: REGISTRY/ms: it answered 503.",
    });
    const tarball = "ms/-/ms-1.0.0.tgz";
    expect(await broken(tarball, 404)).toEqual({
      code: 3,
      says: `ms 1.0.0 could not be fetched: REGISTRY/${tarball}: it answered 404.`,
    });
    expect(await broken(tarball, "cut")).toEqual({
      code: 3,
      says: `ms 1.0.0 could not be fetched: REGISTRY/${tarball}: the connection was cut.`,
    });
  });

  test("that wants a login says where none was found", async () => {
    expect(await refusal({ ...data, registry: { token: "s3cret" } })).toEqual({
      code: 3,
      says: "ms could not be fetched: REGISTRY/ms: it answered 401: npm's configuration has no login there, or one that may not read this (see `npm login`).",
    });
  });
});
