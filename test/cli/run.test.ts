import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
    [["--env", "=x"], '--env needs NAME=VALUE, not "=x"; see `tare run --help`.'],
    [
      ["-v", "here"],
      '--volume needs HOST:IMAGE or HOST:IMAGE:ro, IMAGE absolute, not "here"; see `tare run --help`.',
    ],
  ])("%j", async (args, sentence) => {
    const ran = await runTare(["run", ...args, "oci:nowhere"], { folder: "/nonexistent" });
    expect(ran).toEqual({ code: 2, out: "", notes: [sentence] });
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
