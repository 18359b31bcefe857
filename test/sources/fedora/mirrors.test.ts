import { describe, expect, test } from "vitest";
import { mirrorsOf, repositoryId } from "../../../src/sources/fedora/mirrors.ts";
import type { RepositoryPlace, RepositoryPlan } from "../../../src/sources/fedora/plan.ts";
import { fetchFrom } from "../../kit/serve.ts";

const plan = (place: RepositoryPlace): RepositoryPlan => ({
  name: "fedora/own",
  place,
  priority: 99,
  excludes: [],
  includes: [],
  pins: [],
  allowUnsigned: false,
  signedIndex: false,
  keyring: () => Promise.reject(new Error("no keys are needed")),
  optional: false,
});

/** @param files of `mirror.example`, by path, of any protocol */
function mirrors(place: RepositoryPlace, files: Readonly<Record<string, string>> = {}) {
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  const protocol = (place.metalink ?? "").startsWith("http:") ? "http" : "https";
  const fetch = fetchFrom(`${protocol}://mirror.example`, bytes);
  return mirrorsOf(plan(place), "x86_64", { fetch, now: () => new Date(0), sleep: async () => {} });
}

const metalink = (urls: readonly string[], digests: readonly string[] = []) =>
  [
    '<metalink version="3.0"><files><file name="repomd.xml"><verification>',
    ...digests.map((digest) => `<hash type="sha256">${digest}</hash>`),
    "</verification><resources>",
    ...urls.map((url, at) => `<url preference="${100 - at}">${url}</url>`),
    "</resources></file></files></metalink>",
  ].join("");
const digest = "ab".repeat(32);

describe("the mirrors of a repository", () => {
  test("are the addresses that were named, for the machine", async () => {
    const baseurl = ["https://mirror.example/$basearch/os", "https://other.example/os"];
    expect(await mirrors({ baseurl })).toEqual({
      mirrors: ["https://mirror.example/x86_64/os", "https://other.example/os"],
      digests: undefined,
    });
  });

  test("are those of a mirrorlist, in its order, and nobody says what its index is", async () => {
    const files = {
      "list-x86_64": "# of the day\nhttps://b.example/os/\n\nftp://c.example/\nhttp://a.example\n",
    };
    expect(await mirrors({ mirrorlist: "https://mirror.example/list-$basearch" }, files)).toEqual({
      mirrors: ["https://b.example/os", "http://a.example"],
      digests: undefined,
    });
  });

  test("are those of a metalink: by https first, and of none that leads elsewhere than to an index", async () => {
    const urls = [
      "http://a.example/os/repodata/repomd.xml",
      "https://b.example/os/repodata/repomd.xml",
      "https://c.example/os/other.xml",
    ];
    expect(
      await mirrors({ metalink: "https://mirror.example/metalink" }, { metalink: metalink(urls, [digest]) }),
    ).toEqual({
      mirrors: ["https://b.example/os", "http://a.example/os"],
      digests: [`sha256:${digest}`],
    });
  });

  test("cannot be had from a metalink that leads elsewhere only", async () => {
    const files = { metalink: metalink(["https://c.example/os/other.xml"], [digest]) };
    await expect(mirrors({ metalink: "https://mirror.example/metalink" }, files)).rejects.toThrow(
      "the metalink of fedora/own is not a sound metalink: no address in it ends in repodata/repomd.xml; the first is https://c.example/os/other.xml",
    );
  });

  test.each(["http", "https"])(
    "of a metalink that came by %s: it says what their index is",
    async (scheme) => {
      const files = { metalink: metalink(["https://b.example/os/repodata/repomd.xml"], [digest]) };
      expect(await mirrors({ metalink: `${scheme}://mirror.example/metalink` }, files)).toEqual({
        mirrors: ["https://b.example/os"],
        digests: [`sha256:${digest}`],
      });
    },
  );

  test("of a metalink without a strong digest may have any index", async () => {
    const files = { metalink: metalink(["https://b.example/os/repodata/repomd.xml"], ["ab"]) };
    expect((await mirrors({ metalink: "https://mirror.example/metalink" }, files)).digests).toBeUndefined();
  });

  test("are not known where the list is not there, or is none", async () => {
    const mirrorlist = "https://mirror.example/list";
    await expect(mirrors({ mirrorlist })).rejects.toMatchObject({ code: "REPOSITORY_MISSING" });
    await expect(mirrors({ mirrorlist }, { list: "<html>come later</html>" })).rejects.toThrow(
      "the mirrorlist of fedora/own is not a sound mirrorlist: it names no mirror",
    );
  });
});

test("a repository is known by the machine where its addresses differ between machines", () => {
  const id = (place: RepositoryPlace, architecture = "x86_64") => repositoryId(plan(place), architecture);
  expect(id({ baseurl: ["https://mirror.example/os"] })).toBe("fedora/own");
  expect(id({ baseurl: ["https://a.example/os", "https://b.example/$basearch"] })).toBe("fedora/own/x86_64");
  expect(id({ metalink: "https://mirror.example/metalink?arch=$arch" }, "i686")).toBe("fedora/own/i386");
  expect(id({ mirrorlist: "https://mirror.example/$basearch" }, "aarch64")).toBe("fedora/own/aarch64");
});
