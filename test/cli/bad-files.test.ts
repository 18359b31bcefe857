import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Workplace, withWorkplace } from "../kit/workplace.ts";

const data = {
  packages: [{ name: "hello", files: { "usr/bin/hello": "hi" } }],
  recipe: { packages: { include: ["hello"] } },
};
const advice = "take the lock from version control, or delete it and run `tare lock`.";

async function refusals(
  texts: readonly ((good: string) => string)[],
): Promise<readonly (readonly string[])[]> {
  const all: (readonly string[])[] = [];
  await withWorkplace(data, async (place) => {
    const lock = join(place.folder, "tare.lock");
    await place.tare("lock --quiet");
    const good = await readFile(lock, "utf8");
    for (const spoil of texts) {
      await writeFile(lock, spoil(good));
      const ran = await place.tare("build --quiet");
      expect(ran).toMatchObject({ code: 2, out: "" });
      expect(await readFile(lock, "utf8")).toBe(spoil(good));
      all.push(ran.notes);
    }
  });
  return all;
}

test("a damaged lock is told with its line, and left as it is", async () => {
  const [conflict, digest, place, newer] = await refusals([
    (good) => `<<<<<<< HEAD\n${good}`,
    (good) => good.replace(/digest: \S+/, "digest: sha256:00"),
    (good) => good.replace(/location: .*/, "location: ../../etc/passwd"),
    (good) => good.replace("version: 1", "version: 2"),
  ]);
  expect(conflict).toEqual(["tare.lock:1:1: a merge was left unfinished here.", advice]);
  expect(digest).toEqual([expect.stringMatching(/^tare\.lock:\d+:\d+: .*digest must be a digest/), advice]);
  expect(place).toEqual([
    expect.stringMatching(/^tare\.lock:\d+:\d+: .*location must be a plain path/),
    advice,
  ]);
  expect(newer).toEqual(["tare.lock:3:10: version must be 1; a newer tare may have written it.", advice]);
});

test("a lock that is cut short, or binary, or nested without end, is no lock", async () => {
  for (const notes of await refusals([
    (good) => good.slice(0, 300),
    () => "",
    () => "\0\0\0",
    () => "[".repeat(50_000),
  ])) {
    expect(notes.at(-1)).toBe(advice);
    for (const note of notes.slice(0, -1)) expect(note).toMatch(/^tare\.lock:\d+:\d+: /);
  }
});

test("places that cannot be written or read are told in words", async () => {
  await withWorkplace(data, async (place: Workplace) => {
    const says = async (line: string, environment: Record<string, string> = {}) => {
      const { code, out, notes } = await place.tare(line, environment);
      expect({ code, out }).toEqual({ code: 3, out: "" });
      return notes.map((note) => note.replaceAll(place.folder, "HERE"));
    };
    await place.tare("build --quiet");
    expect(await says("build --quiet --to tar:no/such/x.tar")).toEqual([
      "HERE/no/such/x.tar cannot be written: its folder does not exist.",
    ]);
    expect(await says("build --quiet --to tar:.store")).toEqual([
      "HERE/.store cannot be written: it is a folder.",
    ]);
    expect(await says("build --quiet --store tare.yaml")).toEqual([
      "HERE/tare.yaml cannot be written: a part of its path is not a folder; TARE_STORE names another folder for what tare keeps.",
    ]);
    await mkdir(join(place.folder, "full"));
    await writeFile(join(place.folder, "full/treasure"), "mine");
    for (const kind of ["oci", "dir"])
      expect(await says(`build --quiet --to ${kind}:full`)).toEqual([
        expect.stringMatching(
          /^HERE\/full cannot be written: it is a folder with other things in it \(treasure\)/,
        ),
      ]);
    await rm(join(place.folder, "tare.lock"));
    await mkdir(join(place.folder, "tare.lock"));
    expect(await says("build --quiet")).toEqual(["tare.lock cannot be read: it is a folder."]);
  });
});

test("what others may not write is told in words", async (context) => {
  if (process.getuid?.() === 0) context.skip("root may write everywhere");
  await withWorkplace(data, async (place) => {
    await mkdir(join(place.folder, "closed"));
    await chmod(join(place.folder, "closed"), 0o555);
    const { code, notes } = await place.tare("build --quiet --to tar:closed/x.tar");
    expect({ code, notes }).toEqual({ code: 3, notes: [expect.stringMatching(/permission denied\.$/)] });
  });
});

test("two packages that bring one path are named", async () => {
  const packages = ["one", "two"].map((name) => ({ name, files: { "etc/a": name } }));
  await withWorkplace({ packages, recipe: { packages: { include: ["one", "two"] } } }, async (place) => {
    expect(await place.tare("build --quiet")).toEqual({
      code: 1,
      out: "",
      notes: [
        "one:amd64 and two:amd64 both bring /etc/a, and neither replaces the other; exclude one of the packages or that path.",
      ],
    });
  });
});
