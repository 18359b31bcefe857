import { describe, expect, test } from "vitest";
import { TareError } from "../../../src/errors.ts";
import { selectPackages } from "../../../src/sources/debian/select.ts";
import type { IndexedRepository, Wants } from "../../../src/sources/debian/wants.ts";
import { repositoryOf, type StanzaFields, wanting } from "../../kit/packages-file.ts";

type World = readonly StanzaFields[] | readonly IndexedRepository[];

function repositoriesOf(world: World): readonly IndexedRepository[] {
  const isRepositories = (list: World): list is readonly IndexedRepository[] =>
    list.some((each) => "index" in each);
  return isRepositories(world) ? world : [repositoryOf(world)];
}

/** `name version` of what is selected; other architectures than amd64 and all are named. */
function select(world: World, include: readonly string[], more: Partial<Wants> = {}): string[] {
  return selectPackages(repositoriesOf(world), wanting(include, more)).packages.map((each) =>
    ["amd64", "all"].includes(each.architecture)
      ? `${each.name} ${each.version}`
      : `${each.name}:${each.architecture} ${each.version}`,
  );
}

function refusal(world: World, include: readonly string[], more: Partial<Wants> = {}): readonly string[] {
  try {
    select(world, include, more);
  } catch (error) {
    if (error instanceof TareError && error.problem.code === "UNSATISFIABLE") return error.problem.because;
    throw error;
  }
  throw new Error("something was selected");
}

describe("which version", () => {
  const main = repositoryOf([
    { Package: "ssl", Version: "3.0-1" },
    { Package: "web", Version: "1.22-1", Depends: "ssl (>= 3.0)" },
  ]);
  const security = repositoryOf([{ Package: "ssl", Version: "3.0-1+deb12u1" }], {
    repository: "debian/bookworm-security",
    suites: ["bookworm-security"],
  });
  const backports = repositoryOf(
    [
      { Package: "web", Version: "1.26-1~bpo12+1", Depends: "ssl (>= 3.0), web-common (= 1.26-1~bpo12+1)" },
      { Package: "web-common", Version: "1.26-1~bpo12+1" },
    ],
    { repository: "debian/bookworm-backports", pin: 100, suites: ["bookworm-backports"] },
  );
  const all = [main, security, backports];

  test("the highest of those with the highest pin", () => {
    expect(select(all, ["web"])).toEqual(["ssl 3.0-1+deb12u1", "web 1.22-1"]);
  });

  test("a version that was asked for, exactly or by a pattern", () => {
    expect(select(all, ["ssl=3.0-1"])).toEqual(["ssl 3.0-1"]);
    expect(select(all, ["ssl=3.0*"])).toEqual(["ssl 3.0-1+deb12u1"]);
    expect(select(all, ["web=1.26*"])).toContain("web-common 1.26-1~bpo12+1");
  });

  test("a version that was asked for is also what others get", () => {
    expect(select(all, ["web", "ssl=3.0-1"])).toEqual(["ssl 3.0-1", "web 1.22-1"]);
  });

  test("a suite that was asked for, with what only it has", () => {
    expect(select(all, ["web/bookworm-backports"])).toEqual([
      "ssl 3.0-1+deb12u1",
      "web 1.26-1~bpo12+1",
      "web-common 1.26-1~bpo12+1",
    ]);
  });

  test("one of a lower pin where nothing else meets a dependency", () => {
    const world = [repositoryOf([{ Package: "app", Depends: "web (>= 1.26)" }]), ...all];
    expect(select(world, ["app"])).toContain("web 1.26-1~bpo12+1");
  });

  test("never one with a negative pin", () => {
    const never = repositoryOf([{ Package: "ssl", Version: "9" }], { pin: -1 });
    expect(select([...all, never], ["ssl"])).toEqual(["ssl 3.0-1+deb12u1"]);
  });

  test("the repository is recorded", () => {
    const { packages } = selectPackages(all, wanting(["web"]));
    expect(packages.map((each) => each.repository)).toEqual(["debian/bookworm-security", "debian/bookworm"]);
  });

  test("what is not there is said with what is", () => {
    expect(refusal(all, ["web=9"])).toEqual([
      "web=9: there is only web 1.22-1 in debian/bookworm, web 1.26-1~bpo12+1 in debian/bookworm-backports",
    ]);
    expect(refusal(all, ["wbe"])).toEqual(["wbe: no repository has it"]);
  });

  test.each(["", "a b", "../x", "a=", "a/", "a=1/b", "-a", "a:"])("%j is not a want", (want) => {
    expect(() => select(all, [want])).toThrow("does not say which package is wanted");
  });
});

describe("dependencies", () => {
  test("Pre-Depends and Depends are followed, Recommends when asked for, Suggests never", () => {
    const world = [
      { Package: "a", "Pre-Depends": "p", Depends: "d", Recommends: "r, gone", Suggests: "s" },
      ...["p", "d", "r", "s"].map((Package) => ({ Package })),
    ];
    expect(select(world, ["a"])).toEqual(["a 1", "d 1", "p 1"]);
    expect(select(world, ["a"], { recommends: true })).toEqual(["a 1", "d 1", "p 1", "r 1"]);
  });

  test("a versioned dependency is met by a versioned Provides only", () => {
    const world = [
      { Package: "a", Depends: "api (>= 2)" },
      { Package: "old", Provides: "api (= 1)" },
      { Package: "plain", Provides: "api" },
      { Package: "new", Provides: "api (= 2.1)" },
    ];
    expect(select(world, ["a"])).toEqual(["a 1", "new 1"]);
  });

  test("of several providers: the real package, then essential, protected, by priority, last mentioned", () => {
    const shell = (fields: Record<string, string>) => ({
      Package: `s-${Object.values(fields).join("")}`,
      Provides: "sh",
      ...fields,
    });
    const need = { Package: "a", Depends: "sh" };
    const first = { Package: "first", Provides: "sh" };
    const last = { Package: "last", Provides: "sh" };
    const ranked = [
      { Package: "sh", Priority: "extra" },
      shell({ Essential: "yes" }),
      shell({ Protected: "yes" }),
      shell({ Priority: "required" }),
      shell({ Priority: "standard" }),
    ];
    for (let at = 0; at < ranked.length; at += 1) {
      const name = (ranked[at] as StanzaFields).Package;
      expect(select([need, first, ...ranked.slice(at), last], ["a"])).toContain(`${name} 1`);
    }
    expect(select([need, first, last], ["a"])).toContain("last 1");
  });

  test("a virtual package can be asked for when there is one choice", () => {
    const world = [{ Package: "mawk", Provides: "awk" }];
    expect(select(world, ["awk"])).toEqual(["mawk 1"]);
    expect(refusal([...world, { Package: "gawk", Provides: "awk" }], ["awk"])).toEqual([
      "awk: several packages provide it; name one of gawk, mawk",
    ]);
  });

  test("Conflicts and Breaks rule out real and virtual packages, never the package itself", () => {
    const world = [
      { Package: "mta", Depends: "x | y" },
      { Package: "postfix", Provides: "mail", Conflicts: "mail, postfix-old, postfix (<< 0)" },
      { Package: "exim", Provides: "mail" },
      { Package: "x", Breaks: "postfix (<< 2)" },
      { Package: "y" },
    ];
    expect(select(world, ["postfix", "mta"])).toEqual(["mta 1", "postfix 1", "y 1"]);
    expect(refusal(world, ["postfix", "exim"])).toEqual(["postfix 1 conflicts with exim 1"]);
    expect(refusal(world, ["postfix", "x"])).toEqual(["x 1 breaks postfix 1"]);
  });

  test("a dependency that one's own Provides meets needs nothing else", () => {
    expect(select([{ Package: "a", Provides: "v", Depends: "v" }], ["a"])).toEqual(["a 1"]);
  });

  test("preferred names come first where there is a choice", () => {
    const world = [
      { Package: "a", Depends: "usrmerge | usr-is-merged" },
      { Package: "usrmerge", Depends: "perl" },
      { Package: "usr-is-merged" },
      { Package: "perl" },
    ];
    expect(select(world, ["a"])).toEqual(["a 1", "perl 1", "usrmerge 1"]);
    expect(select(world, ["a"], { prefer: ["usr-is-merged"] })).toEqual(["a 1", "usr-is-merged 1"]);
  });

  test("why there is no way is told from the want to the reason", () => {
    const world = [
      { Package: "app", Depends: "framework" },
      { Package: "framework", Depends: "lib (>= 2)" },
      { Package: "lib", Version: "1.4-2" },
    ];
    expect(refusal(world, ["app"])).toEqual([
      "app 1 needs framework",
      "framework 1 needs lib (>= 2), but there is only lib 1.4-2",
    ]);
  });
});

describe("excludes", () => {
  const world = [
    { Package: "a", Depends: "b" },
    { Package: "b", Depends: "perl | awk" },
    { Package: "perl" },
    { Package: "awk" },
  ];
  test("another alternative is taken", () => {
    expect(select(world, ["a"], { exclude: ["perl"] })).toEqual(["a 1", "awk 1", "b 1"]);
  });
  test("that it is needed is an error that says by whom", () => {
    expect(refusal(world, ["a"], { exclude: ["b"] })).toEqual(["a 1 needs b, but b is excluded"]);
    expect(refusal(world, ["a"], { exclude: ["perl", "awk"] })).toEqual([
      "a 1 needs b",
      "b 1 needs perl | awk, but perl and awk are excluded",
    ]);
    expect(refusal(world, ["a"], { exclude: ["a"] })).toEqual(["a: a is excluded"]);
  });
  test("what was asked for cannot be excluded, in whatever words", () => {
    expect(refusal(world, ["a=1"], { exclude: ["a"] })).toEqual(["a=1: a is excluded"]);
  });
  test("a member of a variant can be left out, unless another one needs it", () => {
    const base = [
      { Package: "apt", Depends: "gpgv" },
      { Package: "gpgv", Priority: "required" },
      { Package: "tzdata", Priority: "required" },
    ];
    expect(select(base, [], { variant: "minbase", exclude: ["tzdata"] })).toEqual(["apt 1", "gpgv 1"]);
    expect(refusal(base, [], { variant: "minbase", exclude: ["gpgv"] })).toEqual([
      "apt 1 needs gpgv, but gpgv is excluded",
    ]);
  });
  test("a recommended package can be left out", () => {
    const gentle = [{ Package: "a", Recommends: "b" }, { Package: "b" }];
    expect(select(gentle, ["a"], { recommends: true, exclude: ["b"] })).toEqual(["a 1"]);
  });
});

describe("variants", () => {
  const world = [
    { Package: "dpkg", Essential: "yes", Priority: "required", Depends: "tar" },
    { Package: "tar", Priority: "extra" },
    { Package: "apt", Priority: "required" },
    { Package: "mount", Priority: "required" },
    { Package: "vim", Priority: "standard" },
  ];
  test.each([
    ["none", ["vim 1"]],
    ["essential", ["dpkg 1", "tar 1", "vim 1"]],
    ["apt", ["apt 1", "dpkg 1", "tar 1", "vim 1"]],
    ["minbase", ["apt 1", "dpkg 1", "mount 1", "tar 1", "vim 1"]],
  ] as const)("%s", (variant, expected) => {
    expect(select(world, ["vim"], { variant })).toEqual(expected);
  });
});

describe("architectures", () => {
  const amd64 = repositoryOf([
    { Package: "libc6", "Multi-Arch": "same" },
    { Package: "tool", "Multi-Arch": "foreign", Depends: "libc6" },
    { Package: "python3", "Multi-Arch": "allowed", Depends: "libc6" },
    { Package: "plain", Depends: "libc6" },
    { Package: "docs", Architecture: "all" },
  ]);
  const arm64 = repositoryOf(
    [
      { Package: "libc6", Architecture: "arm64", "Multi-Arch": "same" },
      { Package: "plain", Architecture: "arm64", Depends: "libc6" },
      { Package: "app", Architecture: "arm64", Depends: "libc6, tool, python3:any" },
      { Package: "manual", Architecture: "arm64", Depends: "docs" },
      { Package: "script", Architecture: "arm64", Depends: "python3" },
    ],
    { repository: "debian/bookworm/arm64" },
  );

  test("foreign and allowed packages serve another architecture, same ones stand beside each other", () => {
    expect(select([amd64, arm64], ["plain", "app:arm64"])).toEqual([
      "app:arm64 1",
      "libc6 1",
      "libc6:arm64 1",
      "plain 1",
      "python3 1",
      "tool 1",
    ]);
  });

  test("packages for all architectures serve the native one", () => {
    expect(refusal([amd64, arm64], ["manual:arm64"])).toEqual([
      "manual:arm64 1 needs docs, but docs 1 does not serve arm64",
    ]);
  });

  test("an architecture that nobody asked for is not looked at", () => {
    expect(refusal([amd64, arm64], ["app"])).toEqual(["app: no repository has it"]);
  });

  test("what is not `same` cannot stand beside itself", () => {
    expect(refusal([amd64, arm64], ["plain", "plain:arm64"])[0]).toMatch(
      "plain 1 cannot stand beside plain:arm64 1",
    );
  });

  test("`allowed` serves another architecture only where `:any` says so", () => {
    expect(refusal([amd64, arm64], ["script:arm64"])).toEqual([
      "script:arm64 1 needs python3, but python3 1 does not serve arm64",
    ]);
  });
});

describe("what a selection says", () => {
  const world = [
    { Package: "web", Source: "web-server", Depends: "libssl (= 1), libc", "Pre-Depends": "base" },
    { Package: "libssl", Depends: "libc" },
    { Package: "libc", Depends: "gcc-base" },
    { Package: "gcc-base", Depends: "libc" },
    { Package: "base", Depends: "libc" },
  ];

  test("each package exactly, and which others need it", () => {
    const { packages } = selectPackages(repositoriesOf(world), wanting(["web", "base"]));
    expect(packages.map(({ name, because }) => [name, because])).toEqual([
      ["base", []],
      ["gcc-base", ["libc"]],
      ["libc", ["base", "gcc-base", "libssl", "web"]],
      ["libssl", ["web"]],
      ["web", []],
    ]);
    expect(packages[4]).toMatchObject({
      name: "web",
      version: "1",
      architecture: "amd64",
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      size: 1000,
      location: "pool/main/w/web/web_1_amd64.deb",
      repository: "debian/bookworm",
      source: "web-server",
    });
  });
});

describe("an archive that cannot be trusted", () => {
  test.each([
    [{ Package: "a", SHA256: "" }, "no SHA256"],
    [{ Package: "a", Size: "many" }, "how large"],
    [{ Package: "a", Version: "1/../../x" }, "not a Debian version"],
    [{ Package: "a", Architecture: "all", Filename: "/etc/passwd" }, "not a path inside"],
    [{ Package: "a", Filename: "pool/../../x.deb" }, "not a path inside"],
    [{ Package: "a", Filename: "pool/%2e%2e/x.deb" }, "not a path inside"],
    [{ Package: "a", Filename: "https://mirror.example/x.deb" }, "not a path inside"],
    [{ Package: "a", Filename: "pool\\x.deb" }, "not a path inside"],
    [{ Package: "a", Filename: "" }, "not a path inside"],
  ])("%j is refused when it is selected", (stanza, why) => {
    expect(() => select([stanza], ["a"])).toThrow(why);
    expect(select([stanza, { Package: "b" }], ["b"])).toEqual(["b 1"]);
  });

  test("a name that would leave its folder is refused", () => {
    const world = [
      { Package: "a", Depends: "v" },
      { Package: "../../x", Provides: "v" },
    ];
    expect(() => select(world, ["a"])).toThrow("not one that Debian allows");
  });

  test("a relation that cannot be read names its package", () => {
    expect(() => select([{ Package: "a", Depends: "b ((" }], ["a"])).toThrow("Depends of a 1 has a relation");
  });
});
