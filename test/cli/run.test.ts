import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../../src/cli/commands/run.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { parseVolume } from "../../src/cli/volume.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

describe("wrong use is said in a sentence, before anything is opened", () => {
  test.each([
    [["--network", "bridge"], '--network needs none or host, not "bridge"; see `tare run --help`.'],
    [
      ["--with", "rkt"],
      '--with needs one of runc, crun, bwrap, podman, docker, systemd-nspawn, unshare, not "rkt"; see `tare run --help`.',
    ],
    [["--env", "=x"], '--env needs NAME or NAME=VALUE, not "=x"; see `tare run --help`.'],
    [["--rmi"], "there is no option --rmi; did you mean --rm? See `tare run --help`."],
    [
      ["-v", "here"],
      '--volume needs HOST:IMAGE or HOST:IMAGE:ro, IMAGE absolute, not "here"; see `tare run --help`.',
    ],
  ])("%j", async (args, sentence) => {
    const ran = await runTare(["run", ...args, "oci:nowhere"], { folder: "/nonexistent" });
    expect(ran).toEqual({ code: 2, out: "", notes: [sentence] });
  });
});

test("what has nothing to print says so", async () => {
  const { code, notes } = await runTare(["run", "-it", "--rm", "--json", "oci:nowhere"], {
    folder: "/nonexistent",
  });
  expect(code).toBe(2);
  expect(notes).toEqual([
    "--json has nothing to print: the output is the program's own; see `tare run --help`.",
  ]);
});

describe("all that follows the image is the program's", () => {
  test.each([
    [
      ["oci:x", "ls", "-l", "--json"],
      ["ls", "-l", "--json"],
    ],
    [
      ["-e", "A=1", "oci:x", "--", "ls", "--"],
      ["ls", "--"],
    ],
    [
      ["--", "oci:x", "--", "ls"],
      ["--", "ls"],
    ],
    [["-it", "oci:x"], []],
  ])("%j", (argv, expected) => {
    const { arguments: given, options } = parseArguments(run as never, argv);
    expect(given).toEqual(["oci:x", ...expected]);
    expect(options.json).toBe(false);
  });

  test("an error is JSON when tare is asked for it, not when the program is", async () => {
    const { out } = await runTare(["run", "oci:nowhere", "ls", "--json"], { folder: "/nonexistent" });
    expect(out).toBe("");
  });
});

test("a volume is a file or folder that is there, and its place in the image", () =>
  withFolder(async (folder) => {
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "file"), "");
    const parse = (text: string) => parseVolume(text, folder, "help");
    expect(await parse("data:/srv//data/:ro")).toEqual({
      from: join(folder, "data"),
      to: "/srv/data",
      type: "directory",
      readOnly: true,
    });
    expect(await parse(`${folder}/file:/a/../file`)).toEqual({
      from: join(folder, "file"),
      to: "/file",
      type: "file",
      readOnly: false,
    });
    for (const text of ["data:/", "data:relative", ":/x", "data:/x:rx", "data:/x:ro:y", "data"])
      await expect(parse(text)).rejects.toMatchObject({ code: "BAD_USAGE" });
    await expect(parse("missing:/x")).rejects.toMatchObject({ exitCode: 3 });
  }));
