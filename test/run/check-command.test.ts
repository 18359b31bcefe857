import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { extractTree } from "../../src/extract/extract-tree.ts";
import { checkCommand } from "../../src/run/check-command.ts";
import type { Container } from "../../src/run/container.ts";
import { elfFile } from "../kit/elf-file.ts";
import { entriesOf } from "../kit/images.ts";
import { withFolder } from "../kit/temporary.ts";

const elf = { type: 2, bits: 64, littleEndian: true, machine: 62, flags: 0, needed: [] } as const;
const program = { mode: 0o755, content: elfFile(elf) };
const script = (first: string) => ({ mode: 0o755, content: `${first}\necho hi\n` });

const tree = {
  "bin -> usr/bin": "",
  "usr/bin/": {},
  "usr/bin/sh": program,
  "usr/bin/mine": { mode: 0o644, content: "x" },
  "usr/local/bin/": {},
  "usr/local/bin/mine": program,
  "usr/local/bin/data": "x",
  "usr/bin/good": script("#! /bin/sh -e"),
  "usr/bin/bash": script("#!/bin/bash"),
  "usr/bin/nested": script("#!bash"),
  "usr/bin/text": script("echo"),
  "usr/bin/empty": { mode: 0o755, content: "" },
  "usr/bin/linked": { mode: 0o755, content: elfFile({ ...elf, interpreter: "/lib64/ld.so" }) },
  "usr/bin/up -> ../../../../bin/sh": "",
  "usr/bin/loop -> loop": "",
  "usr/bin/gone -> /nowhere/sh": "",
  "srv/": { mode: 0o755 },
  "srv/run": program,
  "proc/": {},
};

const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let verdict: (command: string, changes?: Partial<Container>) => Promise<unknown>;

async function within(work: () => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const root = join(folder, "root");
    await extractTree(entriesOf(tree), root, { where: "x", owners: false, setuid: false });
    await mkdir(join(folder, "host"));
    await writeFile(join(folder, "host/tool"), program.content);
    await chmod(join(folder, "host/tool"), 0o755);
    verdict = (command, changes) => {
      const user = { uid: self.uid, gid: self.gid, groups: [], home: "/" };
      const container: Container = {
        ...{ root, scratch: folder, workdir: "/srv", user, network: "none", terminal: false },
        args: [command],
        env: ["PATH=/usr/local/bin:/bin:/opt"],
        mounts: [{ from: join(folder, "host"), to: "/opt", readOnly: true }],
        ...changes,
      };
      return checkCommand(container, self, "x").then(
        () => "starts",
        ({ exitCode, message }) => `${exitCode} ${message}`,
      );
    };
    await work();
  });
}

describe("a program that cannot be started is known beforehand", () => {
  test.each([
    ["sh", "starts"],
    ["/bin/sh", "starts"],
    ["./run", "starts"],
    ["run", "127 run cannot be found in x: it is in no folder of the PATH, /usr/local/bin:/bin:/opt."],
    ["/srv/none", "127 /srv/none cannot be found in x: it is not there."],
    ["mine", "starts"],
    ["good", "starts"],
    ["up", "starts"],
    ["tool", "starts"],
    ["/opt/tool", "starts"],
    ["/opt/../opt/tool", "starts"],
    ["/opt/none", "127 /opt/none cannot be found in x: it is not there."],
    ["/srv/run/x", "127 /srv/run/x cannot be found in x: it is not there."],
    ["loop", "127 loop cannot be found in x: it is in no folder of the PATH, /usr/local/bin:/bin:/opt."],
    ["/bin/gone", "127 /bin/gone cannot be found in x: it is not there."],
    ["/", "126 / cannot be executed in x: it is a folder."],
    ["/bin/mine", expect.stringMatching(/^126 .*: its mode does not let user \d+ execute it\.$/)],
    ["data", expect.stringMatching(/^126 data .*: its mode does not let user \d+ execute it\.$/)],
    ["text", "126 text cannot be executed in x: it is neither an ELF program nor a script with #!."],
    ["empty", "126 empty cannot be executed in x: it is neither an ELF program nor a script with #!."],
    ["linked", "127 linked cannot be found in x: it needs /lib64/ld.so, and that is not there."],
  ])("%s", (command, expected) => within(async () => expect(await verdict(command)).toEqual(expected)));

  test("an interpreter that is a script in a loop is left to the kernel", () =>
    within(async () => expect(await verdict("bash")).toBe("starts")));

  test("without a PATH nothing is found but what is named with its folder", () =>
    within(async () => {
      expect(await verdict("sh", { env: [], workdir: "/" })).toMatch(/^127/);
      expect(await verdict("/bin/sh", { env: [] })).toBe("starts");
    }));
});
