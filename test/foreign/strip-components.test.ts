import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mustRun } from "../kit/command.ts";
import { needsPeers } from "../kit/peers.ts";
import { runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

/** Hardlinks, symlinks, odd modes, a long path, a name with a blank; packed as GNU tar spells each of `spelled`. */
const tree =
  "mkdir -p r/a/b r/c 'r/a b' && echo 1 > r/f && echo 2 > r/a/b/c && ln r/f r/a/h && ln -s a/b r/s && ln -s r/a/b r/c/t && chmod 700 r/c && chmod 4755 r/a/b/c && ln r/a/b/c r/c/again && mkfifo r/c/p && echo 3 > \"r/a/$(printf %0120d 0)\" && echo top > top";

const spelled = ["r", "./r", "top r", "./top ./r", "r/c r/a"];

/** Every path with its type, mode, size, link and number of names. */
const look = (folder: string) =>
  mustRun("sh", ["-c", "find . -mindepth 1 -printf '%P %y %m %s %l %n %T@\\n' | LC_ALL=C sort"], {
    cwd: folder,
  });

test("what loses its first parts unpacks to what GNU tar makes of it", async (context) => {
  needsPeers(context, "tar", "find");
  await withFolder(async (folder) => {
    const sh = (line: string) => mustRun("sh", ["-c", line], { cwd: folder });
    await sh(tree);
    let number = 0;
    for (const names of spelled)
      for (const format of ["gnu", "pax"])
        for (const strip of [1, 2, 3]) {
          number += 1;
          const file = `x${number}.tar`;
          await sh(`tar --format=${format} -cf ${file} ${names}`);
          const [theirs, ours] = [join(folder, `theirs${number}`), join(folder, `ours${number}`)];
          await mkdir(theirs);
          await mkdir(ours);
          const gnu = await sh(
            `tar --strip-components=${strip} -xpf ${file} -C ${theirs} 2> /dev/null && echo whole || echo broken`,
          );
          const args = ["import", "--to", `tar:y${number}.tar`, "--strip-components", `${strip}`, file, "x"];
          const { code } = await runTare(args, { folder });
          const why = `${names} as ${format}, ${strip}`;
          expect([why, code === 0 ? "whole" : "broken"]).toEqual([why, gnu.trim()]);
          if (code !== 0) continue;
          await sh(`tar -xpf y${number}.tar -C ${ours}`);
          expect([why, await look(ours)]).toEqual([why, await look(theirs)]);
        }
  });
});

test("a recipe's tarball with paths twice, and without their first parts, is what GNU tar makes of it", async (context) => {
  needsPeers(context, "tar", "find");
  await withFolder(async (folder) => {
    const sh = (line: string) => mustRun("sh", ["-c", line], { cwd: folder });
    await sh(`${tree} && tar -cf x.tar r`);
    // Again, some of it changed: other content, mode and link; what has two names keeps them.
    await sh("echo later > r/f2 && mv r/f2 r/f && chmod 600 r/f && ln -sfn r/c r/s && chmod 750 r/a");
    await sh("tar --no-recursion -rf x.tar r/f r/s r/a && mkdir theirs ours");
    const item = { from: "tarball", file: "x.tar", "strip-components": 1 };
    const recipe = { name: "x", platforms: ["linux/amd64"], packages: [item], to: ["tar:y.tar"] };
    await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
    const { code, notes } = await runTare(["build", "--quiet"], { folder });
    expect([code, notes]).toEqual([
      0,
      ["x.tar has /f and 2 other paths more than once; the last of each is in the image."],
    ]);
    await sh("tar --strip-components=1 -xpf x.tar -C theirs && tar -xpf y.tar -C ours");
    // GNU tar dates folders before their files come, where a tar begins with all of its folders.
    await sh("find ours theirs -type d -exec touch -d @0 {} +");
    expect(await look(join(folder, "ours"))).toEqual(await look(join(folder, "theirs")));
    for (const path of ["f", "a/h"])
      expect(await sh(`cat ours/${path}`)).toBe(await sh(`cat theirs/${path}`));
  });
});
