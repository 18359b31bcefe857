import { describe, expect, test } from "vitest";
import type { LibraryNeed } from "../../../src/model/library.ts";
import { libraryWants } from "../../../src/sources/debian/libraries.ts";
import { selectPackages } from "../../../src/sources/debian/select.ts";
import type { IndexedRepository, LibraryWant, Wants } from "../../../src/sources/debian/wants.ts";
import { repositoryOf, type StanzaFields, wanting } from "../../kit/packages-file.ts";

const need = (library: string, ...neededBy: string[]): LibraryNeed => ({
  library,
  neededBy: neededBy.length > 0 ? neededBy : ["node"],
  file: "/usr/local/bin/node",
});

describe("which packages have a library", () => {
  const contents = (lists: Readonly<Record<string, readonly string[]>>) => ({
    packagesWith: (library: string) => lists[library] ?? [],
  });
  const packagesOf = (
    library: string,
    stanzas: readonly StanzaFields[],
    lists: readonly Readonly<Record<string, readonly string[]>>[] = [],
  ) =>
    libraryWants([need(library)], lists.map(contents), [repositoryOf(stanzas)], "amd64").map(
      ({ packages }) => packages,
    )[0];

  test("those that the lists of files name, of all repositories, and that can be had", () => {
    const lists = [{ "libx.so.1": ["libx1", "libx1-fast"] }, { "libx.so.1": ["libx1-own", "libx1"] }];
    const stanzas = [{ Package: "libx1" }, { Package: "libx1-own" }];
    expect(packagesOf("libx.so.1", stanzas, lists)).toEqual(["libx1", "libx1-own"]);
  });

  test("where no list has it, those that bear its name, on the architecture", () => {
    const stanzas = [
      { Package: "libx1" },
      { Package: "libx1t64" },
      { Package: "libx-1", Architecture: "arm64" },
    ];
    expect(packagesOf("libx.so.1", stanzas, [{}])).toEqual(["libx1", "libx1t64"]);
  });

  test("a repository of lowest priority offers nothing", () => {
    const repositories = [repositoryOf([{ Package: "libx1" }], { pin: -1 })];
    expect(() => libraryWants([need("libx.so.1")], [], repositories, "amd64")).toThrow("libx.so.1");
  });

  test("what nobody has is told in one sentence, all of it, with who needs it and what to do", () => {
    const needs = [
      need("libcuda.so.1", "a", "b"),
      need("libc.so.6"),
      need("libodd.so", "/usr/local/bin/node"),
    ];
    expect(() => libraryWants(needs, [], [repositoryOf([{ Package: "libc6" }])], "amd64")).toThrow(
      "No package of debian/bookworm for amd64 has libcuda.so.1, which a and b need (/usr/local/bin/node), or libodd.so, which /usr/local/bin/node needs; name a repository that has it, or list it under host-libraries if the host brings it.",
    );
  });
});

describe("which of them is chosen", () => {
  const want = (library: string, packages: readonly string[], ...neededBy: string[]): LibraryWant => ({
    ...need(library, ...neededBy),
    packages,
  });
  const select = (
    world: readonly StanzaFields[] | readonly IndexedRepository[],
    libraries: readonly LibraryWant[],
    include: readonly string[] = [],
    more: Partial<Wants> = {},
  ) => {
    const repositories = world.some((each) => "index" in each)
      ? (world as readonly IndexedRepository[])
      : [repositoryOf(world as readonly StanzaFields[])];
    const { packages } = selectPackages(repositories, wanting(include, { ...more, libraries }));
    return packages.map(({ name, because }) => `${name} (${because.join(", ")})`);
  };
  const both = [{ Package: "libssl3" }, { Package: "libssl-custom" }, { Package: "a-libssl" }];
  const ssl = want("libssl.so.3", ["a-libssl", "libssl-custom", "libssl3"], "node", "sharp");

  test("the one that bears the library's name, because of those who need it", () => {
    expect(select(both, [ssl])).toEqual(["libssl3 (node, sharp)"]);
  });

  test("the one that is selected anyway, by name or as a dependency", () => {
    expect(select(both, [ssl], ["libssl-custom"])).toEqual(["libssl-custom ()"]);
    const server = { Package: "server", Depends: "libssl-custom" };
    expect(select([...both, server], [ssl], ["server"])).toEqual([
      "libssl-custom (node, server, sharp)",
      "server ()",
    ]);
  });

  test("the one of higher priority before the one that bears the name", () => {
    const world = [
      { Package: "libx1", Priority: "extra" },
      { Package: "libx1-std", Priority: "standard" },
    ];
    expect(select(world, [want("libx.so.1", ["libx1", "libx1-std"])])).toEqual(["libx1-std (node)"]);
  });

  test("another one where the first cannot be had", () => {
    const world = [{ Package: "libssl3", Depends: "nothing" }, { Package: "libssl-custom" }];
    expect(select(world, [want("libssl.so.3", ["libssl-custom", "libssl3"])])).toEqual([
      "libssl-custom (node)",
    ]);
  });

  test("what it depends on comes along, and what was asked for by name keeps no reason", () => {
    const world = [{ Package: "libstdc++6", Depends: "libc6" }, { Package: "libc6" }];
    const wants = [want("libc.so.6", ["libc6"]), want("libstdc++.so.6", ["libstdc++6"])];
    expect(select(world, wants)).toEqual(["libc6 (libstdc++6, node)", "libstdc++6 (node)"]);
    expect(select(world, wants, ["libc6"])).toEqual(["libc6 ()", "libstdc++6 (node)"]);
  });

  test("the version that is the candidate, or that was kept", () => {
    const world = [
      repositoryOf([{ Package: "libssl3", Version: "3.0-1" }]),
      repositoryOf([{ Package: "libssl3", Version: "3.0-2" }], { repository: "debian/bookworm-security" }),
    ];
    const chosen = (more: Partial<Wants>) =>
      selectPackages(
        world,
        wanting([], { ...more, libraries: [want("libssl.so.3", ["libssl3"])] }),
      ).packages.map(({ version }) => version);
    expect(chosen({})).toEqual(["3.0-2"]);
    const keep = [{ name: "libssl3", architecture: "amd64", version: "3.0-1" }];
    expect(chosen({ keep })).toEqual(["3.0-1"]);
  });

  test("one that is excluded is not chosen, and that it was the only one is said", () => {
    expect(select(both, [ssl], [], { exclude: ["libssl3"] })).toEqual(["a-libssl (node, sharp)"]);
    expect(() => select(both, [want("libssl.so.3", ["libssl3"])], [], { exclude: ["libssl3"] })).toThrow(
      "libssl.so.3 for /usr/local/bin/node cannot be had:\n  libssl.so.3 for /usr/local/bin/node: libssl3 is excluded",
    );
  });
});
