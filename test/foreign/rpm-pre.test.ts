import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { minirootfs } from "../kit/apk-fixtures.ts";
import { mustRun } from "../kit/command.ts";
import { compareRoots } from "../kit/compare-roots.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { buildRpms, type RpmData } from "../kit/rpm-package.ts";
import { rootOfRpms } from "../kit/rpm-root.ts";
import { withFolder } from "../kit/temporary.ts";

const packages: readonly RpmData[] = [
  {
    name: "earlier",
    arch: "noarch",
    files: { "opt/earlier/x": "x", "opt/both/e": "e", "opt/gone/": {} },
  },
  {
    name: "looks",
    arch: "noarch",
    requires: ["earlier"],
    preRequires: ["earlier"],
    files: { "opt/looks/listed/": {}, "opt/looks/x": "x", "opt/both/l": "l", "opt/dir/": { mode: 0o711 } },
    scriptlets: {
      pre: [
        "for path in /opt /opt/earlier /opt/earlier/x /opt/both /opt/both/l /opt/looks /opt/looks/x /opt/dir; do",
        "  [ -e $path ] && echo $path >> /opt/seen-by-pre",
        "done",
        "rm -r /opt/gone",
        "exit 0",
      ].join("\n"),
      post: [
        "for path in /opt/[bel]*/*; do echo $path >> /opt/seen-by-post; done",
        "[ -d /opt/looks ] && echo x > /opt/looks/made",
        "chmod 750 /opt/both",
      ].join("\n"),
    },
  },
  {
    name: "writes",
    arch: "noarch",
    files: {
      "opt/writes/kept.conf": { content: "a package's", config: "noreplace" },
      "opt/writes/set.conf": { content: "a package's", config: true },
      "opt/writes/plain": "a package's",
      "opt/writes/folder/": { mode: 0o750 },
      "opt/writes/folder/x": "x",
    },
    scriptlets: {
      pre: [
        "mkdir -p /opt/writes/folder && chmod 700 /opt/writes /opt/writes/folder",
        "for name in kept.conf set.conf plain own folder/x; do echo a script > /opt/writes/$name; done",
      ].join("\n"),
    },
  },
];

test("%pre comes before its package's files, in rpm's root and in ours", async (context) => {
  needsPeers(context, "rpm", "rpmbuild");
  needsRoot(context);
  await withFolder(async (folder) => {
    const built = await buildRpms(packages);
    const root = join(folder, "rpm");
    await mkdir(root);
    await mustRun("tar", ["-xzpf", minirootfs, "--numeric-owner", "-C", root]);
    const files = built.map(({ fileName }) => join(folder, fileName));
    for (const [at, { bytes }] of built.entries()) await writeFile(files[at] as string, bytes);
    const said = await mustRun("rpm", ["--root", root, "-i", "--nosignature", "--nodeps", ...files]);
    expect(said).toBe("");
    const ours = await rootOfRpms(folder, built);
    const verdicts = ours.root.coverage.map((one) => `${one.package} ${one.script}: ${one.verdict}`);
    // What a package listed stays in the image.
    expect(verdicts).toEqual(["looks pre: needs-you", "looks post: handled", "writes pre: handled"]);
    const differences = compareRoots(folderRoot(join(root, "opt")), folderRoot(join(ours.folder, "opt")), {
      names: ["rpm's", "tare's"],
    });
    expect(differences).toEqual([{ path: "gone", what: "only in tare's" }]);
  });
});
