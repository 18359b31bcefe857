import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseLock } from "../../../src/build/lock/parse-lock.ts";
import { npmRegistry } from "../../kit/npm-registry.ts";
import { elfFor, npmEnvironment } from "../../kit/npm-workplace.ts";
import { findPeer } from "../../kit/peers.ts";
import { type Ran, runTare } from "../../kit/tare.ts";
import { withFolder } from "../../kit/temporary.ts";
import type { Published, Signer, SourceKit, SourcePackage } from "./source-kit.ts";

interface Place {
  readonly folder: string;
  readonly published: Published;
  /** Writes the recipe that includes these packages. */
  write(include: readonly string[], more?: Readonly<Record<string, unknown>>): Promise<void>;
  tare(...argv: readonly string[]): Promise<Ran>;
  /** What `tare ls` says of the image, by path. */
  paths(platform?: string): Promise<string[]>;
  /** `NAME VERSION` of the first platform's packages in the lock, without a revision of the source's own. */
  locked(platform?: string): Promise<string[]>;
}

/** What every source of signed packages must do alike, told by the command line alone. */
export function describeSource(kit: SourceKit): void {
  const missing = kit.programs.filter((program) => findPeer(program) === undefined);
  const title =
    missing.length === 0 ? `from: ${kit.from}` : `from: ${kit.from} (skipped: no ${missing.join(", ")})`;
  describe.skipIf(missing.length > 0)(title, () => {
    const at = async <Value>(
      packages: readonly SourcePackage[],
      use: (place: Place) => Promise<Value>,
      signer: Signer = "ours",
    ): Promise<Value> =>
      withFolder(async (folder) => {
        const published = await kit.publish(packages, folder, signer);
        try {
          return await use(placeIn(folder, published));
        } finally {
          await published.server.close();
        }
      });

    const three: SourcePackage[] = [
      { name: "alpha", needs: ["beta"], files: { "usr/bin/alpha": "a", "usr/share/doc/alpha/README": "r" } },
      { name: "beta", files: { "etc/beta.conf": "b" } },
      { name: "gamma" },
    ];

    test("takes what was asked for and what that needs, and nothing else", () =>
      at(three, async (place) => {
        await place.write(["alpha"]);
        expect(await place.tare("build")).toMatchObject({ code: 0 });
        expect(await place.locked()).toEqual(["alpha 1.0", "beta 1.0"]);
        const paths = await place.paths();
        expect(paths).toEqual(expect.arrayContaining(["usr/bin/alpha", "etc/beta.conf", kit.database]));
        expect(paths.filter((path) => path.includes("gamma"))).toEqual([]);
      }));

    test("writes into the lock whose key it was, and no address", () =>
      at(three, async (place) => {
        await place.write(["alpha"]);
        await place.tare("lock");
        const text = await readFile(join(place.folder, "tare.lock"), "utf8");
        const { repositories } = parseLock(text, { file: "tare.lock" });
        expect(repositories.flatMap(({ keys }) => keys)).toContain(place.published.key);
        expect(text).not.toMatch(/127\.0\.0\.1|:\/\//);
      }));

    test("takes the newest version, keeps the locked one, and moves on when it is told to", () =>
      at([{ name: "alpha" }, { name: "alpha", version: "1.2" }], async (place) => {
        await place.write(["alpha"]);
        await place.tare("lock");
        expect(await place.locked()).toEqual(["alpha 1.2"]);
        await place.published.again([
          { name: "alpha", version: "1.2" },
          { name: "alpha", version: "1.10" },
          { name: "beta" },
        ]);
        await place.write(["alpha", "beta"]);
        await place.tare("lock");
        expect(await place.locked()).toEqual(["alpha 1.2", "beta 1.0"]);
        await place.tare("lock", "--update");
        expect(await place.locked()).toEqual(["alpha 1.10", "beta 1.0"]);
      }));

    test("makes the same image again, in another store, and without a network in the same one", () =>
      at(three, async (place) => {
        await place.write(["alpha", "gamma"]);
        const build = async (...more: string[]) => {
          const { code, out, notes } = await place.tare("build", "--json", ...more);
          expect({ code, notes: code === 0 ? [] : notes }).toEqual({ code: 0, notes: [] });
          return (JSON.parse(out) as { images: { digest: string }[] }).images.map(({ digest }) => digest);
        };
        const first = await build();
        const elsewhere = await runTare(["build", "--json"], {
          folder: place.folder,
          environment: { TARE_STORE: join(place.folder, "other") },
        });
        expect((JSON.parse(elsewhere.out) as { images: { digest: string }[] }).images[0]?.digest).toBe(
          first[0],
        );
        await place.published.server.close();
        expect(await build("--locked")).toEqual(first);
      }));

    test("writes the same bytes again, in whatever order the recipe names its packages", () =>
      at(three, async (place) => {
        const archives: Buffer[] = [];
        for (const include of [
          ["alpha", "gamma"],
          ["gamma", "alpha"],
        ]) {
          await rm(join(place.folder, "tare.lock"), { force: true });
          await place.write(include, { to: ["docker-archive:image.tar"] });
          const store = join(place.folder, `.store-${include[0]}`);
          const options = { folder: place.folder, environment: { TARE_STORE: store } };
          expect(await runTare(["build"], options)).toMatchObject({ code: 0 });
          archives.push(await readFile(join(place.folder, "image.tar")));
        }
        expect(archives[1]?.equals(archives[0] as Buffer)).toBe(true);
      }));

    test("fetches a package once, for whatever recipe, and a locked rebuild asks for nothing", () =>
      at(three, async (place) => {
        const asked = async (...argv: string[]) => {
          const before = place.published.server.asked.length;
          expect(await place.tare(...argv)).toMatchObject({ code: 0 });
          return place.published.server.asked.slice(before);
        };
        const has = (paths: readonly string[], name: string) => paths.includes(place.published.fileOf(name));
        await place.write(["alpha"]);
        expect(await asked("build")).toEqual(
          expect.arrayContaining(["alpha", "beta"].map((name) => place.published.fileOf(name))),
        );
        expect(await asked("build", "--locked")).toEqual([]);
        await place.write(["alpha", "gamma"]);
        const more = await asked("build");
        expect(["alpha", "beta", "gamma"].map((name) => has(more, name))).toEqual([false, false, true]);
      }));

    test("takes the packages of the machine that the image is for", () =>
      at(
        [
          { name: "alpha", machine: "amd64", files: { "usr/lib/x86": "1" } },
          { name: "alpha", machine: "arm64", files: { "usr/lib/arm": "1" } },
        ],
        async (place) => {
          await place.write(["alpha"], { platforms: ["linux/amd64", "linux/arm64"] });
          expect(await place.tare("build")).toMatchObject({ code: 0 });
          expect(await place.paths("linux/amd64")).toContain("usr/lib/x86");
          expect(await place.paths("linux/arm64")).toContain("usr/lib/arm");
          expect(await place.paths("linux/arm64")).not.toContain("usr/lib/x86");
        },
      ));

    test("leaves out what the recipe excludes", () =>
      at(three, async (place) => {
        await place.write(["alpha"], { excludes: ["/etc/beta.conf"] });
        expect(await place.tare("build")).toMatchObject({ code: 0 });
        const paths = await place.paths();
        expect(paths).toContain("usr/bin/alpha");
        expect(paths).not.toContain("etc/beta.conf");
        expect(paths).not.toContain("usr/share/doc/alpha/README");
      }));

    test("chooses no other packages where the recipe excludes files", () =>
      at(three, async (place) => {
        await place.write(["alpha"]);
        await place.tare("lock");
        const lock = await readFile(join(place.folder, "tare.lock"), "utf8");
        await place.write(["alpha"], { excludes: ["/etc/beta.conf"] });
        expect(await place.tare("build")).toMatchObject({ code: 0 });
        expect(await readFile(join(place.folder, "tare.lock"), "utf8")).toBe(lock);
      }));

    test("brings the libraries that an npm package is linked to, and none for a static program", async () => {
      const addon = elfFor("x64", ["libgamma.so.1"]);
      const registry = await npmRegistry({ packages: [{ name: "addon", files: { "addon.node": addon } }] });
      try {
        await at(
          [...three, { name: "library", needs: ["beta"], library: "libgamma.so.1" }],
          async (place) => {
            await writeFile(join(place.folder, "static"), elfFor("x64", []));
            const npm = { from: "npm", package: "addon@1.0.0", node: "none" };
            await place.write([], {
              packages: [place.published.item(["gamma"]), npm],
              files: [{ to: "/opt/static", from: "static" }],
            });
            const environment = npmEnvironment(registry, place.folder);
            const { code, notes } = await runTare(["build"], { folder: place.folder, environment });
            expect({ code, notes: code === 0 ? [] : notes }).toEqual({ code: 0, notes: [] });
            expect(await place.locked()).toEqual(
              expect.arrayContaining(["addon 1.0.0", "beta 1.0", "gamma 1.0", "library 1.0"]),
            );
            const paths = await place.paths();
            const ends = [
              "/libgamma.so.1",
              "app/node_modules/addon/addon.node",
              "opt/static",
              "etc/beta.conf",
            ];
            for (const end of ends) expect(paths.filter((path) => path.endsWith(end))).toHaveLength(1);
            expect((await place.tare("why", "library")).out).toContain("addon");
          },
        );
      } finally {
        await registry.close();
      }
    });

    test("does not mind packages that need each other", () =>
      at(
        [
          { name: "alpha", needs: ["beta"] },
          { name: "beta", needs: ["alpha"] },
        ],
        async (place) => {
          await place.write(["alpha"]);
          expect(await place.tare("build")).toMatchObject({ code: 0 });
          expect(await place.locked()).toEqual(["alpha 1.0", "beta 1.0"]);
        },
      ));

    test("says why a package is there", () =>
      at(three, async (place) => {
        await place.write(["alpha"]);
        await place.tare("lock");
        const { code, out } = await place.tare("why", "beta");
        expect(code).toBe(0);
        expect(out).toContain("alpha");
      }));

    /** Nothing is left of a build that failed; what it said. */
    const refusal = async (place: Place, include: readonly string[]): Promise<string> => {
      await place.write(include);
      const { code, out, notes } = await place.tare("build");
      expect(code).not.toBe(0);
      expect(out).toBe("");
      await expect(readFile(join(place.folder, "image", "index.json"))).rejects.toThrow();
      return notes.join("\n").replaceAll(place.published.server.url, "http://mirror.example");
    };

    test.each<Signer>(["nobody", "another"])("refuses packages that %s signed", (signer) =>
      at(three, async (place) => expect(await refusal(place, ["alpha"])).toMatch(/sign|trust/i), signer),
    );

    test("refuses a package that is not the one that was vouched for", () =>
      at(three, async (place) => {
        const path = place.published.fileOf("beta");
        const bytes = Buffer.from(place.published.files.get(path) as Uint8Array);
        bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
        place.published.files.set(path, bytes);
        expect(await refusal(place, ["alpha"])).toMatch(/beta/);
      }));

    if (kit.escapes)
      test("refuses a package that leads out of the root", () =>
        at([{ name: "alpha", files: { "../../outside": "x" } }], async (place) => {
          expect(await refusal(place, ["alpha"])).toMatch(/alpha.*\.\./);
        }));

    test("says who needs what is not there", () =>
      at(
        [
          { name: "alpha", needs: ["beta"] },
          { name: "beta", needs: ["missing"] },
        ],
        async (place) => {
          const why = await refusal(place, ["alpha"]);
          for (const name of ["alpha", "beta", "missing"]) expect(why).toContain(name);
        },
      ));

    test("says which packages do not go together", () =>
      at(
        [
          { name: "alpha", needs: ["beta", "gamma"] },
          { name: "beta", conflicts: ["gamma"] },
          { name: "gamma" },
        ],
        async (place) => {
          const why = await refusal(place, ["alpha"]);
          for (const name of ["alpha", "beta", "gamma"]) expect(why).toContain(name);
        },
      ));

    test("says that nobody has a package of that name", () =>
      at(three, async (place) => expect(await refusal(place, ["delta"])).toContain("delta")));
  });
}

function placeIn(folder: string, published: Published): Place {
  const tare = (...argv: readonly string[]) => runTare(argv, { folder });
  return {
    folder,
    published,
    tare,
    async write(include, more = {}) {
      const recipe = {
        name: "demo",
        platforms: ["linux/amd64"],
        packages: [published.item(include)],
        to: ["oci:image"],
        ...more,
      };
      // JSON is YAML.
      await writeFile(join(folder, "tare.yaml"), JSON.stringify(recipe));
    },
    async paths(platform = "linux/amd64") {
      const { out } = await tare("ls", "oci:image", "--platform", platform, "--json");
      return (JSON.parse(out) as { path: string }[]).map(({ path }) => path);
    },
    async locked(platform = "linux/amd64") {
      const lock = parseLock(await readFile(join(folder, "tare.lock"), "utf8"), { file: "tare.lock" });
      const packages = lock.platforms.find((one) => one.platform === platform)?.packages ?? [];
      return packages.map(({ name, version }) => `${name} ${version.replace(/-.*/, "")}`);
    },
  };
}
