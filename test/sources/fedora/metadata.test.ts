import { describe, expect, test } from "vitest";
import { parseRepomd } from "../../../src/formats/rpm-md/repomd.ts";
import { fileOwners, packageIndex } from "../../../src/sources/fedora/metadata.ts";
import type { OpenedRepository } from "../../../src/sources/fedora/repository.ts";
import { memoryStore } from "../../kit/memory-store.ts";
import { filelistsText, type ListedRpm, primaryText, rpmIndexFiles } from "../../kit/rpm-metadata.ts";
import { fetchFrom } from "../../kit/serve.ts";

const base = "https://mirror.example/os";

async function opened(files: ReadonlyMap<string, Uint8Array>, data?: string) {
  const repomd =
    data === undefined ? files.get("repodata/repomd.xml") : Buffer.from(`<repomd>${data}</repomd>`);
  const asked: string[] = [];
  const seams = {
    store: memoryStore(),
    fetch: fetchFrom(base, files, asked),
    now: () => new Date(0),
    sleep: async () => {},
  };
  const repository: Omit<OpenedRepository, "plan"> = {
    locked: { id: "fedora/test", index: "sha256:00", keys: [] },
    repomd: await parseRepomd(repomd as Uint8Array, "repomd.xml"),
    mirrors: [base],
    packageKeys: undefined,
  };
  return { repository: repository as OpenedRepository, seams, asked };
}

const packages: ListedRpm[] = [
  { name: "a", paths: ["/usr/share/a", "/usr/share/both"] },
  { name: "b", paths: ["/usr/share/both"] },
];
const files = rpmIndexFiles(primaryText(packages), { filelists: filelistsText(packages) });

test("a packed form that another version of the program kept is made anew", async () => {
  const { repository, seams, asked } = await opened(files);
  const digest = repository.repomd.files.get("primary")?.digest as string;
  await seams.store.remember("rpm-index", digest, Buffer.from("an older layout"));
  expect((await packageIndex(repository, seams)).size).toBe(2);
  expect((await packageIndex(repository, seams)).record(1).name).toBe("b");
  expect(asked).toEqual(["repodata/primary.xml.gz"]);
});

test("the owners of files are numbers of the index, and none for what nobody has", async () => {
  const { repository, seams, asked } = await opened(files);
  const index = await packageIndex(repository, seams);
  const paths = ["/usr/share/both", "/usr/share/a", "/usr/share/none"];
  const expected = new Map([
    ["/usr/share/both", [0, 1]],
    ["/usr/share/a", [0]],
    ["/usr/share/none", []],
  ]);
  expect(await fileOwners(repository, index, paths, seams)).toEqual(expected);
  asked.length = 0;
  seams.store = { ...seams.store, find: async () => undefined };
  expect(await fileOwners(repository, index, paths, seams)).toEqual(expected);
  expect(asked).toEqual([]);
});

describe("a list of packages is refused", () => {
  const sha256 = "0".repeat(64);
  const entry = (type: string, location: string, more = "") =>
    `<data type="${type}"><checksum type="sha256">${sha256}</checksum><location href="${location}"/>${more}</data>`;
  test.each([
    ["that is there in zchunk's form only", entry("primary_zck", "primary.xml.zck"), "zchunk's form only"],
    ["that calls itself otherwise and is zchunk", entry("primary", "primary.xml.zck"), "zchunk's form only"],
    ["that is not there", entry("other", "other.xml.gz"), "its repomd.xml names no primary.xml"],
    [
      "that has weak digests only",
      entry("primary", "primary.xml.gz").replace("sha256", "md5"),
      "with a SHA-256 or SHA-512 checksum",
    ],
    [
      "that is larger than any",
      entry("primary", "primary.xml.gz", `<size>${2 ** 31}</size>`),
      "larger than the limit",
    ],
  ])("%s", async (_, data, sentence) => {
    const { repository, seams, asked } = await opened(files, data);
    await expect(packageIndex(repository, seams)).rejects.toThrow(sentence);
    expect(asked).toEqual([]);
  });
});
