import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type TarBlock, tarOfBlocks } from "../kit/tar-blocks.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";
import { withWorkplace } from "../kit/workplace.ts";

interface Built {
  readonly code: number;
  readonly notes: readonly string[];
  /** As `tar -tv` has it, without the times. */
  readonly listed: readonly string[];
  content(path: string): string;
}

async function built(blocks: readonly TarBlock[], use: (built: Built) => void, more: object = {}) {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, "x.tar"), tarOfBlocks(blocks));
    const item = { from: "tarball", file: "x.tar", ...more };
    const recipe = { name: "demo", platforms: ["linux/amd64"], packages: [item], to: ["tar:out.tar"] };
    writeFileSync(join(folder, "tare.yaml"), JSON.stringify(recipe));
    const first = await runTare(["build", "--quiet"], { folder });
    // Remembered, it is the same, and said again.
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ notes: first.notes });
    const tar = (...args: string[]) => execFileSync("tar", args, { cwd: folder, encoding: "utf8" });
    use({
      code: first.code,
      notes: first.notes,
      listed:
        first.code === 0
          ? tar("--numeric-owner", "-tvf", "out.tar")
              .trim()
              .split("\n")
              .map((line) => line.replace(/ +/g, " ").replace(/ \d{4}-\S+ \S+/, ""))
          : [],
      content: (path) => tar("-xOf", "out.tar", path),
    });
  });
}

test("of a path that a tarball has twice the last counts, and it is said", async () => {
  const blocks = [
    { name: "etc/", type: "5", mode: 0o755 },
    { name: "etc/a", content: "1" },
    { name: "etc/b", type: "1", link: "etc/a" },
    { name: "etc/a", content: "2", mode: 0o600 },
    { name: "etc/", type: "5", mode: 0o700 },
    { name: "f", content: "x" },
    { name: "f/", type: "5", mode: 0o755 },
    { name: "f/g", content: "y" },
  ];
  await built(blocks, ({ code, notes, listed, content }) => {
    expect(code).toBe(0);
    expect(notes).toEqual([
      "x.tar has /etc/a and 2 other paths more than once; the last of each is in the image.",
    ]);
    expect(listed).toContain("drwx------ 0/0 0 etc/");
    expect(listed).toContain("-rw------- 0/0 1 etc/a");
    expect(listed).toContain("-rw-r--r-- 0/0 1 f/g");
    expect(listed).toHaveLength(5);
    expect([content("etc/a"), content("etc/b")]).toEqual(["2", "1"]);
  });
});

test("a path that is reached in two ways counts once", async () => {
  const blocks = [
    { name: "etc/", type: "5" },
    { name: "l", type: "2", link: "etc" },
    { name: "etc/a", content: "1" },
    { name: "l/a", content: "2" },
  ];
  await built(blocks, ({ code, notes, content }) => {
    expect([code, notes]).toEqual([
      0,
      ["x.tar has /etc/a more than once; the last of each is in the image."],
    ]);
    expect(content("etc/a")).toBe("2");
  });
});

test("leading parts go, and what becomes the same path counts once", async () => {
  const blocks = [
    { name: "a/", type: "5" },
    { name: "a/x", content: "1" },
    { name: "b/x", content: "2" },
    { name: "b/y", type: "1", link: "b/x" },
  ];
  await built(
    blocks,
    ({ notes, listed, content }) => {
      expect(notes).toEqual(["x.tar has /x more than once; the last of each is in the image."]);
      expect(listed.filter((line) => !line.startsWith("d")).join(" ")).toContain("opt/y link to opt/x");
      expect(content("opt/x")).toBe("2");
    },
    { "strip-components": 1, to: "/opt" },
  );
  await built(
    blocks,
    ({ notes }) =>
      expect(notes).toEqual([
        expect.stringContaining("it has no path of more than 2 parts, so that nothing"),
      ]),
    {
      "strip-components": 2,
    },
  );
  await built(
    blocks,
    ({ code, notes }) =>
      expect([code, notes]).toEqual([2, [expect.stringContaining("must be a whole number from 1 to 1000")]]),
    { "strip-components": 0 },
  );
});

test("two folders that a distribution's link makes one are no repetition", async () => {
  const packages = [{ name: "base", files: { "usr/bin/base": "1" } }];
  await withWorkplace({ packages, recipe: { packages: { include: ["base"] } } }, async (place) => {
    const file = join(place.folder, "tare.yaml");
    const whole = JSON.parse(execFileSync("cat", [file], { encoding: "utf8" }));
    const folders = ["bin/", "usr/", "usr/bin/"].map((name) => ({ name, type: "5", mode: 0o755 }));
    writeFileSync(join(place.folder, "x.tar"), tarOfBlocks([...folders, { name: "bin/x", content: "1" }]));
    const item = { from: "tarball", file: "x.tar" };
    writeFileSync(file, JSON.stringify({ ...whole, packages: [...whole.packages, item] }));
    expect(await place.tare("build --quiet")).toMatchObject({ code: 0, notes: [] });
  });
});

test("explain's own tar takes the same parts away, and the lock stays as it is", async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, "x.tar"), tarOfBlocks([{ name: "a/x", content: "1" }]));
    const write = (more: object) => {
      const packages = [{ from: "tarball", file: "x.tar", ...more }];
      const recipe = { name: "demo", platforms: ["linux/amd64"], packages, to: ["tar:out.tar"] };
      writeFileSync(join(folder, "tare.yaml"), JSON.stringify(recipe));
    };
    const paths = () => execFileSync("tar", ["-tf", join(folder, "out.tar")], { encoding: "utf8" });
    write({});
    expect(await runTare(["build", "--quiet"], { folder })).toMatchObject({ code: 0 });
    expect(paths()).toContain("a/x\n");
    write({ "strip-components": 1 });
    expect(await runTare(["build", "--quiet", "--locked"], { folder })).toMatchObject({ code: 0 });
    expect(paths()).not.toContain("a/");
    const { out } = await runTare(["explain"], { folder });
    expect(out).toContain("--xattrs --strip-components=1 --file x.tar");
  });
});
