import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mustRun } from "../kit/command.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { buildRpms, type RpmData, type RpmScript } from "../kit/rpm-package.ts";
import { rootOfRpms } from "../kit/rpm-root.ts";
import { withFolder } from "../kit/temporary.ts";

/** Each but the first needs the one before it, in another way each time; by name they would come the other way round. */
const chain: readonly RpmData[] = [
  { name: "z-base", files: { "etc/": {} } },
  { name: "y-name", requires: ["z-base"] },
  { name: "x-version", requires: ["y-name >= 1.0-1"], provides: ["virtual = 2"] },
  { name: "w-provided", requires: ["virtual > 1"], files: { "usr/share/w/file": "w" } },
  { name: "v-file", requires: ["/usr/share/w/file"] },
  { name: "u-rich", requires: ["((v-file if z-base) and (nobody or y-name))"] },
  { name: "t-only-after", after: ["u-rich"] },
  // A circle, in which what a scriptlet needs comes first.
  { name: "a-circle", requires: ["t-only-after"], preRequires: ["c-circle"] },
  { name: "c-circle", requires: ["t-only-after", "a-circle"] },
];
const expected = [...chain.slice(0, -2).map(({ name }) => name), "c-circle", "a-circle"];

test("scriptlets run in the order in which rpm itself installs", async (context) => {
  needsPeers(context, "rpm", "rpmbuild");
  needsRoot(context);
  const noting = chain.map((data) => ({
    ...data,
    scriptlets: { post: `echo ${data.name} >> /etc/order\n` },
  }));
  const built = (await buildRpms(noting)).toReversed();
  await withFolder(async (folder) => {
    const { folder: ours } = await rootOfRpms(folder, built);
    expect((await readFile(join(ours, "etc/order"), "utf8")).trim().split("\n")).toEqual(expected);

    const files = built.map(({ fileName }) => join(folder, fileName));
    for (const [at, { bytes }] of built.entries()) await writeFile(files[at] as string, bytes);
    const root = join(folder, "rpm");
    await mkdir(root);
    const args = ["--root", root, "-iv", "--justdb", "--noscripts", "--nosignature", "--ignorearch"];
    const said = await mustRun("rpm", [...args, "--nodeps", ...files]);
    const names = Array.from(said.matchAll(/^(\S+)-1\.0-1\.x86_64$/gm), ([, name]) => name);
    expect(names).toEqual(expected);
  });
});

test("triggers run in the order in which rpm itself runs them", async (context) => {
  needsPeers(context, "rpm", "rpmbuild");
  needsRoot(context);
  const packageOf = (script: (name: string) => RpmScript): RpmData => ({
    name: "one",
    requires: ["two"],
    files: { "etc/": {}, "usr/share/one": "" },
    scriptlets: { posttrans: script("posttrans") },
    triggers: [
      { kind: "transfiletriggerin", on: "/usr/share", priority: 5_000, script: script("last") },
      { kind: "transfiletriggerin", on: "/usr/share", priority: 20_000, script: script("later") },
      { kind: "filetriggerin", on: "/usr/share", priority: 5_000, script: script("third") },
      { kind: "filetriggerin", on: "/usr/share", priority: 20_000, script: script("first") },
      { kind: "triggerin", on: "two", script: script("second") },
    ],
  });
  const two: RpmData = { name: "two", files: { "etc/two": "" } };
  const order = ["first", "second", "third", "posttrans", "later", "last"];
  await withFolder(async (folder) => {
    const read = await buildRpms([packageOf((name) => `echo ${name} >> /etc/order\n`), two]);
    const { folder: ours } = await rootOfRpms(folder, read);
    expect((await readFile(join(ours, "etc/order"), "utf8")).trim().split("\n")).toEqual(order);

    // There is no shell in rpm's root, but rpm has Lua of its own.
    const run = await buildRpms([
      packageOf((name) => ({ interpreter: "<lua>", text: `print("${name}")` })),
      two,
    ]);
    const root = join(folder, "rpm");
    await mkdir(root);
    const files = run.map(({ fileName }) => join(folder, fileName));
    for (const [at, { bytes }] of run.entries()) await writeFile(files[at] as string, bytes);
    const said = await mustRun("rpm", ["--root", root, "-i", "--nosignature", "--ignorearch", ...files]);
    expect(said.trim().split("\n")).toEqual(order);
  });
});
