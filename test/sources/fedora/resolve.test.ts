import { describe, expect, test } from "vitest";
import { planRepositories } from "../../../src/sources/fedora/plan.ts";
import type { FedoraRequest, OwnRepository } from "../../../src/sources/fedora/request.ts";
import { resolveFedora } from "../../../src/sources/fedora/resolve.ts";
import { hostWith } from "../../kit/host-files.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { filelistsText, type ListedRpm, primaryText, rpmIndexFiles } from "../../kit/rpm-metadata.ts";
import { fetchFrom } from "../../kit/serve.ts";

const base = "https://mirror.example";
const own = { name: "own", baseurl: [`${base}/own`], allowUnsigned: false, signedIndex: false, exclude: [] };

const below = (folder: string, files: ReadonlyMap<string, Uint8Array>) =>
  [...files].map(([path, bytes]) => [`${folder}/${path}`, bytes] as const);

const indexOf = (packages: readonly ListedRpm[], more = "") =>
  rpmIndexFiles(primaryText(packages), { filelists: filelistsText(packages), more });

/** Requests to mirrors in memory, whose packages nobody signed. */
function world(files: Iterable<readonly [string, Uint8Array]>) {
  const asked: string[] = [];
  const all = new Map(files);
  const seams = {
    store: memoryStore(),
    fetch: fetchFrom(base, all, asked),
    now: () => new Date(0),
    sleep: async () => {},
  };
  return {
    asked,
    files: all,
    async resolve(include: readonly string[], more: Partial<FedoraRequest> = {}) {
      asked.length = 0;
      const request: FedoraRequest = {
        from: "fedora",
        repositories: [own],
        repoFiles: [],
        keyring: [],
        keys: [],
        allowUnsigned: true,
        include,
        exclude: [],
        recommends: false,
        ...more,
      };
      const { repositories } = await planRepositories(request, {
        environment: {},
        host: hostWith({}),
        readKeyFile: () => Promise.reject(new Error("no keys are needed")),
        readRepoFile: () => Promise.reject(new Error("no .repo file is named")),
      });
      const { packages, ...rest } = await resolveFedora(request, repositories, ["x86_64"], () => [], seams);
      return { ...rest, names: packages.flat().map(({ name }) => name) };
    },
  };
}

describe("the list of all files", () => {
  const packages: ListedRpm[] = [
    { name: "app", requires: ["/usr/share/data/file"] },
    { name: "data", paths: ["/usr/share/data/file", "/usr/share/doc/data"] },
    { name: "plain", requires: ["data"] },
  ];

  test("is not fetched where nothing asks for a file that is only there", async () => {
    const { resolve, asked } = world(below("own", indexOf(packages)));
    expect((await resolve(["plain"])).names).toEqual(["data", "plain"]);
    expect(asked.filter((path) => path.includes("filelists"))).toEqual([]);
  });

  test("is fetched, once, where a package or the recipe does", async () => {
    const { resolve, asked } = world(below("own", indexOf(packages)));
    expect((await resolve(["app"])).names).toEqual(["app", "data"]);
    expect(asked).toContain("own/repodata/filelists.xml.gz");
    expect((await resolve(["app"])).names).toEqual(["app", "data"]);
    expect(asked.filter((path) => path.endsWith(".gz"))).toEqual([]);
    expect((await resolve(["/usr/share/doc/data"])).names).toEqual(["data"]);
  });

  test("may be absent from a repository until then", async () => {
    const { resolve } = world(below("own", rpmIndexFiles(primaryText(packages))));
    expect((await resolve(["plain"])).names).toEqual(["data", "plain"]);
    await expect(resolve(["app"])).rejects.toThrow("its repomd.xml names no filelists.xml");
  });
});

test("what was read of an index is not fetched again", async () => {
  const { resolve, asked } = world(below("own", indexOf([{ name: "app" }])));
  await resolve(["app"]);
  expect(asked).toContain("own/repodata/primary.xml.gz");
  await resolve(["app"]);
  expect(asked).toEqual(["own/repodata/repomd.xml"]);
});

describe("of mirrors", () => {
  const live = indexOf([{ name: "app" }]);
  const listed = (...names: readonly string[]) => {
    const list = names.map((name) => `${base}/${name}\n`).join("");
    return ["list", Buffer.from(list)] as const;
  };
  const place: OwnRepository = { ...own, baseurl: undefined, mirrorlist: `${base}/list` };

  test("one that is gone, or sends something else, is passed over, and asked for nothing more", async () => {
    const broken = ["broken/repodata/repomd.xml", Buffer.from("<html></html>")] as const;
    const { resolve, asked } = world([listed("gone", "broken", "live"), broken, ...below("live", live)]);
    expect((await resolve(["app"], { repositories: [place] })).names).toEqual(["app"]);
    expect(asked.slice(asked.indexOf("live/repodata/repomd.xml") + 1)).toEqual([
      "live/repodata/primary.xml.gz",
    ]);
  });

  test("one whose list is damaged is followed by the next", async () => {
    const damaged = new Map(live).set("repodata/primary.xml.gz", Buffer.from("another"));
    const files = [listed("one", "two"), ...below("one", damaged), ...below("two", live)];
    expect((await world(files).resolve(["app"], { repositories: [place] })).names).toEqual(["app"]);
  });

  test("all that are gone are named", async () => {
    await expect(world([listed("one", "two")]).resolve(["app"], { repositories: [place] })).rejects.toThrow(
      /fedora\/own.*mirror\.example\/one.*mirror\.example\/two/s,
    );
  });
});

describe("Fedora's own archive", () => {
  const release = below("releases/42/Everything/x86_64/os", indexOf([{ name: "app" }]));
  const request = { release: "42", mirror: [base], repositories: [] };

  test("has updates, which are left out, with a word, where the mirror has none", async () => {
    const { names, notes } = await world(release).resolve(["app"], request);
    expect(names).toEqual(["app"]);
    expect(notes).toEqual(["The mirror has no fedora/42/updates, so it is left out."]);
  });

  test("has updates that must be there where the recipe says so", async () => {
    await expect(world(release).resolve(["app"], { ...request, updates: true })).rejects.toMatchObject({
      code: "REPOSITORY_MISSING",
    });
  });

  test("is not asked for updates that are not wanted", async () => {
    const { resolve, asked } = world(release);
    expect((await resolve(["app"], { ...request, updates: false })).notes).toEqual([]);
    expect(asked.filter((path) => path.startsWith("updates/"))).toEqual([]);
  });
});

test("a word is said of modules, which are not looked at", async () => {
  const sha256 = "0".repeat(64);
  const modules = `<data type="modules"><checksum type="sha256">${sha256}</checksum><location href="repodata/modules.yaml.gz"/></data>`;
  const { names, notes } = await world(below("own", indexOf([{ name: "app" }], modules))).resolve(["app"]);
  expect(names).toEqual(["app"]);
  expect(notes).toEqual([
    "fedora/own has modules, which are not looked at: the packages of all their streams count like any others.",
  ]);
});
