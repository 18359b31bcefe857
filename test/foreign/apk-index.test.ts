import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apkIndexText, readApkIndexFile } from "../../src/formats/apk/index-file.ts";
import { parseApkIndex } from "../../src/formats/apk/index-record.ts";
import { selectPackages } from "../../src/sources/alpine/select.ts";
import { alpineFixture } from "../kit/apk-fixtures.ts";
import { seeded } from "../kit/apk-generated.ts";
import { apkProgram, placeRepository } from "../kit/apk-program.ts";
import { needsPeers, needsRoot } from "../kit/peers.ts";
import { withFolder } from "../kit/temporary.ts";

const known = ["busybox", "curl", "nginx", "python3", "alpine-base", "build-base", "git openssh", "gtk+3.0"];

describe("Alpine's own indexes", () => {
  test.for<[name: string, architecture: string]>([
    ["3.16-x86_64", "x86_64"],
    ["3.17-aarch64", "aarch64"],
  ])(
    "%s: what is asked for brings what apk brings",
    { timeout: 120_000 },
    async ([name, architecture], context) => {
      needsRoot(context);
      needsPeers(context, "chroot");
      await withFolder(async (folder) => {
        const bytes = await readFile(alpineFixture(`APKINDEX-${name}.tar.gz`));
        const { text } = await apkIndexText(await readApkIndexFile(bytes, "it"), "it");
        const records = parseApkIndex(text, "it");
        const peer = await apkProgram(folder);
        await placeRepository(peer, "main", new Map([[`${architecture}/APKINDEX.tar.gz`, bytes]]));
        await mkdir(join(peer.root, "target"));
        await writeFile(join(peer.root, "repositories"), "/main\n");
        const apk = (...more: string[]) =>
          peer.run("add", "--root=/target", `--arch=${architecture}`, "--no-network", ...more);
        await apk("--initdb");
        // The aarch64 index is signed by a key that the x86_64 root lacks.
        const options = ["--simulate", "--allow-untrusted", "--repositories-file=/repositories"];

        let compared = 0;
        const next = seeded(bytes.length);
        const anyName = () => records[next(records.length)]?.name as string;
        const random = Array.from({ length: 25 }, () => [
          "busybox",
          ...Array.from({ length: 1 + next(4) }, anyName),
        ]);
        for (const include of [...known.map((words) => words.split(" ")), ...random]) {
          const { code, text } = await apk(...options, ...include);
          // Where nobody insists on being taken, as for /bin/sh in 3.16, apk gives up.
          if (code !== 0) continue;
          compared += 1;
          const wanted = [...text.matchAll(/Installing (\S+) \((\S+)\)/g)].map(
            (found) => `${found[1]} ${found[2]}`,
          );
          const chosen = selectPackages([{ repository: "main", records }], {
            include,
            exclude: [],
            architecture,
          });
          expect(
            chosen.map(({ candidate: { record } }) => `${record.name} ${record.version}`).sort(),
          ).toEqual(wanted.sort());
        }
        expect(compared).toBeGreaterThan(25);
      });
    },
  );
});
