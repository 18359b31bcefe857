import { createHash, randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openImage } from "../../src/images/open.ts";
import type { BuildResult } from "../../src/model/result.ts";
import { findPeer } from "../kit/peers.ts";
import { type StartOptions, type Workplace, withWorkplace } from "../kit/workplace.ts";

const date = 1_704_067_200;
const packages = [
  {
    name: "hello",
    fields: { Depends: "world" },
    // Sorted as bytes, by a locale, and in Turkish these come in different orders.
    files: { "usr/bin/I": "1", "usr/bin/i": "2", "usr/bin/Ä": "3", "usr/bin/z": "4", "usr/bin/_": "5" },
    control: { conffiles: "/etc/hello.conf\n" },
  },
  {
    name: "world",
    files: {
      "usr/lib/world": randomBytes(9_000_000),
      "etc/world.d/": "",
      "usr/lib/text": "text ".repeat(2_000_000),
    },
  },
  { name: "zlib1g", files: { "usr/lib/zlib": randomBytes(300_000) } },
];
const recipe = {
  packages: { include: ["hello", "zlib1g"] },
  files: [
    { to: "/srv", from: "site" },
    { to: "/etc/motd", text: "hi" },
  ],
  accounts: { "run-as": "nonroot" },
};

/** The recipe, its lock and its files in another folder, made under other circumstances. */
async function elsewhere(place: Workplace, name: string, mode: number, mtime: number): Promise<string> {
  const folder = join(place.folder, name);
  await mkdir(join(folder, "site", "b"), { recursive: true, mode: 0o777 & ~mode });
  for (const file of ["tare.yaml", "keys.gpg", "tare.lock"])
    await copyFile(join(place.folder, file), join(folder, file)).catch((cause) => {
      if (file !== "tare.lock") throw cause;
    });
  for (const file of ["site/b/run", "site/a"]) {
    const path = join(folder, file);
    await writeFile(path, file);
    await chmod(path, (file.endsWith("run") ? 0o777 : 0o666) & ~mode);
    await utimes(path, mtime, mtime);
  }
  return folder;
}

interface Built {
  readonly archive: string;
  readonly digests: readonly string[];
  readonly diffIds: readonly string[];
}

async function build(
  place: Workplace,
  folder: string,
  line: string,
  options: StartOptions = {},
): Promise<Built> {
  const store = join(folder, "store");
  const environment = { TARE_STORE: store, ...options.environment };
  const ended = await place.start(`build --locked --quiet --json --to docker-archive:out.tar ${line}`, {
    ...options,
    folder,
    environment,
  }).ended;
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
  const { images } = JSON.parse(ended.stdout) as BuildResult;
  return {
    archive: createHash("sha256")
      .update(await readFile(join(folder, "out.tar")))
      .digest("hex"),
    digests: images.flatMap(({ digest, layers }) => [digest, ...layers.map((one) => one.digest)]),
    diffIds: images.flatMap(({ layers }) => layers.map(({ diffId }) => diffId)),
  };
}

/** Starts a program under another umask, and as root under another host name. */
function otherwise(): string[] {
  const rootly =
    process.getuid?.() === 0 && findPeer("unshare") !== undefined && findPeer("hostname") !== undefined;
  const script = rootly ? 'umask 077; hostname elsewhere; exec "$@"' : 'umask 077; exec "$@"';
  return [...(rootly ? ["unshare", "--uts"] : []), "sh", "-c", script, "sh"];
}

test("the same lock gives the same bytes, wherever and however it is built", {
  timeout: 120_000,
}, async () => {
  await withWorkplace({ packages, recipe }, async (place) => {
    await elsewhere(place, ".", 0o022, date + 5);
    expect((await place.tare("lock --quiet")).code).toBe(0);
    const all = new Map<string, Built>();
    for (const compression of ["gzip", "zstd", "none"]) {
      const here = await elsewhere(place, `here-${compression}`, 0o022, date);
      const there = await elsewhere(place, `there-${compression}/a longer path`, 0o077, date + 90_000_000);
      const one = await build(place, here, `--compression ${compression} --threads 1`, {
        environment: { LANG: "C", LC_ALL: "C", TZ: "UTC" },
      });
      const other = await build(place, there, `--compression ${compression} --threads 4`, {
        under: otherwise(),
        environment: {
          LANG: "tr_TR.UTF-8",
          LC_ALL: "tr_TR.UTF-8",
          TZ: "Pacific/Kiritimati",
          HOME: there,
          USER: "somebody",
        },
      });
      expect(other).toEqual(one);
      // And again from what the store remembers.
      expect(await build(place, here, `--compression ${compression} --threads 2`)).toEqual(one);
      all.set(compression, one);
    }
    const [gzip, zstd, none] = ["gzip", "zstd", "none"].map((name) => all.get(name) as Built);
    expect(zstd?.diffIds).toEqual(gzip?.diffIds);
    expect(none?.diffIds).toEqual(gzip?.diffIds);
    expect(none?.digests.slice(1)).toEqual(none?.diffIds);
    expect(new Set([gzip, zstd, none].map((each) => each?.digests[0])).size).toBe(3);
  });
});

test("SOURCE_DATE_EPOCH is when the image was made, and nothing in it is younger", async () => {
  await withWorkplace({ packages, recipe }, async (place) => {
    const folder = await elsewhere(place, ".", 0o022, date + 5);
    expect((await place.tare("lock --quiet")).code).toBe(0);
    const at = async (epoch: number, to: string) => {
      const ran = await place.tare(`build --quiet --to ${to}`, { SOURCE_DATE_EPOCH: String(epoch) });
      expect(ran).toMatchObject({ code: 0, notes: [] });
    };
    const early = date - 100_000;
    await at(early, "oci:early");
    await at(early, "tar:early.tar");
    await at(date + 100_000, "oci:late");
    const created = async (name: string) => {
      const image = await openImage({ transport: "oci", path: join(folder, name) });
      return "config" in image ? image.config.created : undefined;
    };
    expect(await created("early")).toBe(new Date(early * 1000).toISOString().replace(".000Z", "Z"));
    expect(await created("late")).toBe(new Date((date + 100_000) * 1000).toISOString().replace(".000Z", "Z"));
    const times = mtimesOf(await readFile(join(folder, "early.tar")));
    expect(times.length).toBeGreaterThan(10);
    expect(Math.max(...times)).toBe(early);
    const bad = await place.tare("build --quiet", { SOURCE_DATE_EPOCH: "yesterday" });
    expect(bad).toMatchObject({
      code: 2,
      notes: [
        "The environment variable SOURCE_DATE_EPOCH cannot be used: it must be whole seconds since 1970, before the year 10000.",
      ],
    });
  });
});

/** Seconds of every entry, read apart from the program's own codec. */
function mtimesOf(tar: Buffer): number[] {
  const times: number[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    if (!"xg".includes(String.fromCharCode(tar[at + 156] as number)))
      times.push(Number.parseInt(tar.toString("latin1", at + 136, at + 147), 8));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return times;
}
