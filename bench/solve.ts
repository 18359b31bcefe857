/**
 * How long it takes to know a package's closure, beside `apt-get install --simulate --no-install-recommends` of the
 * same package into an empty root, from the package lists that apt has here.
 *
 * What is measured of ours: reading and checking the packed indexes anew for every package, and the closure. Of apt's:
 * the whole process, its binary cache built beforehand. What differs: apt also starts a program, orders the
 * installation and prints it; ours leaves Node's start out (`npm run bench -- start` has that).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { openIndex } from "../src/sources/debian/index/open.ts";
import { packIndex } from "../src/sources/debian/index/pack.ts";
import type { PackageIndex } from "../src/sources/debian/index/record.ts";
import { selectPackages } from "../src/sources/debian/select.ts";
import type { IndexedRepository } from "../src/sources/debian/wants.ts";
import { AptPeer } from "../test/kit/apt.ts";
import { draw } from "../test/kit/draw.ts";
import { wanting } from "../test/kit/packages-file.ts";
import { withFolder } from "../test/kit/temporary.ts";

const count = Number(process.argv[2] ?? 30);

await withFolder(async (folder) => {
  const apt = await AptPeer.in(folder);
  const found = apt.indexes();
  const texts = found.map((each) => each.read());
  const packing = performance.now();
  const packed = texts.map((text, at) => packIndex(text, `${found[at]?.name}`));
  const bytes = texts.reduce((sum, text) => sum + text.byteLength, 0);
  console.log(
    `packing ${found.length} lists, ${(bytes / 1e6).toFixed(1)} MB: ${(performance.now() - packing).toFixed(0)} ms, once per update`,
  );
  const files = packed.map((each, at) => {
    const file = join(folder, `${at}.index`);
    writeFileSync(file, each);
    return file;
  });
  const reload = () =>
    found.map(({ name, pin, suites }, at): IndexedRepository => {
      const index = openIndex(readFileSync(files[at] as string)) as PackageIndex;
      return { repository: name, index, pin, suites };
    });
  const largest = reload().sort((a, b) => b.index.size - a.index.size)[0] as IndexedRepository;
  const { index } = largest;
  const names = Array.from({ length: index.size }, (_, number) => index.record(number).name).sort();
  const drawn = draw([...new Set(names)], count + 1, 1);
  // The first of both is left out: apt builds its cache with it, and Node compiles.
  const rows: { name: string; packages: number; reload: number; closure: number; apt: number }[] = [];
  for (const name of drawn) {
    const started = performance.now();
    const repositories = reload();
    const reloaded = performance.now();
    let packages = 0;
    try {
      packages = selectPackages(repositories, wanting([name], { architecture: apt.architecture })).packages
        .length;
    } catch {
      continue;
    }
    const solved = performance.now();
    await apt.install([name]);
    const done = performance.now();
    rows.push({ name, packages, reload: reloaded - started, closure: solved - reloaded, apt: done - solved });
  }
  rows.shift();
  const middle = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const of = (pick: (row: (typeof rows)[number]) => number) => middle(rows.map(pick));
  console.log(
    `medians of ${rows.length} packages, ${of((row) => row.packages)} packages in the middle closure`,
  );
  console.log(
    `reload ${of((row) => row.reload).toFixed(1)} ms, closure ${of((row) => row.closure).toFixed(1)} ms`,
  );
  console.log(`apt ${of((row) => row.apt).toFixed(0)} ms`);
  console.log(`ratio apt / ours ${of((row) => row.apt / (row.reload + row.closure)).toFixed(1)}`);
  const slowest = rows.reduce((a, b) => (a.closure > b.closure ? a : b));
  console.log(
    `slowest closure ${slowest.closure.toFixed(1)} ms: ${slowest.name}, ${slowest.packages} packages`,
  );
});
