import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shellPattern } from "../../src/rootfs/glob.ts";
import { mustRun, runCommand } from "../kit/command.ts";
import { compareRoots, type Difference } from "../kit/compare-roots.ts";
import { folderRoot } from "../kit/folder-root.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

interface Explained {
  readonly glob: string;
  readonly what: string;
}

const main = join(import.meta.dirname, "../../src/cli/main.js");
const table = join(import.meta.dirname, "../../docs/minbase-differences.md");

const recipe = `
name: minbase
packages: [{ from: debian, suite: bookworm, variant: minbase }]
excludes: none
to: ["tar:ours.tar"]
`;

async function explained(): Promise<Explained[]> {
  const rows = (await readFile(table, "utf8")).matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm);
  return [...rows].map(([, glob = "", what = ""]) => ({ glob, what: what.trim() }));
}

function explains(row: Explained, difference: Difference): boolean {
  return row.what === difference.what && shellPattern(row.glob)(difference.path);
}

test("a minbase image is mmdebstrap's but for the paths that the table explains", async (context) => {
  needsRoot(context);
  needsPeers(context, "mmdebstrap", "apt-get");
  await withFolder(async (folder) => {
    const unpack = async (name: string) => {
      await mkdir(join(folder, name));
      await mustRun("tar", [
        "-xf",
        join(folder, `${name}.tar`),
        "-C",
        join(folder, name),
        "--delay-directory-restore",
      ]);
      return folderRoot(join(folder, name));
    };
    await writeFile(join(folder, "tare.yaml"), recipe);
    await mustRun(process.execPath, [main, "build"], {
      cwd: folder,
      env: { TARE_STORE: join(folder, "store") },
    });
    const hook = "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr";
    const sources = await hostSources(folder);
    const options = ["--variant=minbase", hook, "--include=usr-is-merged", "--quiet"];
    await mustRun("mmdebstrap", [...options, "bookworm", join(folder, "theirs.tar"), sources], {
      seconds: 300,
    });
    const differences = compareRoots(await unpack("ours"), await unpack("theirs"), {
      names: ["tare", "mmdebstrap"],
    });
    const rows = await explained();
    const unexplained = differences.filter((difference) => !rows.some((row) => explains(row, difference)));
    expect(unexplained).toEqual([]);
    expect(rows.filter((row) => !differences.some((difference) => explains(row, difference)))).toEqual([]);
  });
}, 400_000);

/** The machine's own entries for bookworm, as one-line sources: whatever form the machine keeps them in. */
async function hostSources(folder: string): Promise<string> {
  const { stdout } = await runCommand("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  const lines = stdout.split("\n").filter((line) => / bookworm(?:-\w+)? main$/.test(line));
  const file = join(folder, "sources.list");
  await writeFile(file, [...new Set(lines)].map((line) => `deb ${line}\n`).join(""));
  return file;
}
