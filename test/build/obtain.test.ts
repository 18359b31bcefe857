import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromMirrors, obtainPackages } from "../../src/build/obtain.ts";
import type { World } from "../../src/build/world.ts";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import type { Package } from "../../src/model/package.ts";
import type { Fetch } from "../../src/model/seams.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { hostWith } from "../kit/host-files.ts";
import { withFolder } from "../kit/temporary.ts";

const contents = { small: "s", middle: "m".repeat(50), large: "l".repeat(900) } as const;
const mirrors = async () => new Map([["test", ["http://mirror.example/debian"]]]);

function packageOf(name: string, content: string): Package {
  const digest = digestOf(content);
  return {
    name,
    version: "1.0",
    architecture: "amd64",
    digest,
    size: content.length,
    location: `pool/${name}.deb`,
    repository: "test",
    source: name,
    because: [],
  };
}

const packages = Object.entries(contents).map(([name, content]) => packageOf(name, content));
const [small, , large] = packages as [Package, Package, Package];

/** A mirror that serves the contents, and the paths it was asked for. */
function mirror(contentOf = (name: string): string | undefined => contents[name as keyof typeof contents]) {
  const asked: string[] = [];
  const fetch: Fetch = async ({ url }) => {
    asked.push(new URL(url).pathname);
    const content = contentOf(/([a-z]+)\.deb$/.exec(url)?.[1] ?? "");
    return content === undefined ? new Response("no", { status: 404 }) : new Response(content);
  };
  return { asked, fetch };
}

async function withWorld(
  fetch: Fetch,
  work: (world: World) => Promise<void>,
  environment: World["environment"] = {},
) {
  await withFolder(async (folder) => {
    const store = await openStore(join(folder, "store"));
    const signal = new AbortController().signal;
    await work({
      store,
      fetch,
      offline: false,
      environment,
      ...hostWith({}),
      now: () => new Date(0),
      threads: 1,
      progress: () => {},
      signal,
    });
  });
}

test("the first package that is asked for starts all of them, each once", async () => {
  const { asked, fetch } = mirror();
  await withWorld(fetch, async (world) => {
    const { obtain, stop } = obtainPackages([...packages, small], fromMirrors(mirrors, world), world);
    expect(asked).toEqual([]);
    expect((await collect((await obtain(small)).open(), 9, "x")).toString()).toBe("s");
    await Promise.all([obtain(large), obtain(small)]);
    await stop();
    expect(asked.toSorted()).toEqual([
      "/debian/pool/large.deb",
      "/debian/pool/middle.deb",
      "/debian/pool/small.deb",
    ]);
  });
});

test("the largest packages are asked for first", async () => {
  await withWorld(mirror().fetch, async (world) => {
    const asked: string[] = [];
    const fetching = async (wanted: Package) => {
      asked.push(wanted.name);
      return { digest: wanted.digest, size: wanted.size, file: "", open: async function* () {} };
    };
    // A store that answers at once: how long a disk takes to say no is chance.
    const empty = { ...world, store: { ...world.store, find: async () => undefined } };
    const { obtain, stop } = obtainPackages(packages, fetching, empty);
    await obtain(small);
    await stop();
    expect(asked).toEqual(["large", "middle", "small"]);
  });
});

test("what the store has needs neither network nor mirrors; what it has in part is fetched again", async () => {
  const { asked, fetch } = mirror();
  await withWorld(fetch, async (world) => {
    await world.store.put([Buffer.from("s")], small, "small");
    const alone = obtainPackages(
      [small],
      fromMirrors(() => Promise.reject(new Error("was asked")), world),
      world,
    );
    await alone.obtain(small);
    await alone.stop();
    expect(asked).toEqual([]);
    const { file } = await world.store.put([Buffer.from(contents.large)], large, "large");
    await truncate(file, 3);
    const { obtain, stop } = obtainPackages([large], fromMirrors(mirrors, world), world);
    expect((await collect((await obtain(large)).open(), 999, "x")).toString()).toBe(contents.large);
    await stop();
  });
});

test("what no mirror has any more is gone, and the others come all the same", async () => {
  const { fetch } = mirror((name) =>
    name === "large" ? undefined : contents[name as keyof typeof contents],
  );
  await withWorld(fetch, async (world) => {
    const { obtain, stop } = obtainPackages(packages, fromMirrors(mirrors, world), world);
    const [gone, here] = await Promise.allSettled([obtain(large), obtain(small)]);
    expect(gone).toMatchObject({ reason: { code: "PACKAGE_GONE" } });
    expect(here.status).toBe("fulfilled");
    await stop();
  });
});

test("wrong bytes are not kept", async () => {
  const { fetch } = mirror(() => "x");
  await withWorld(fetch, async (world) => {
    const { obtain, stop } = obtainPackages([small], fromMirrors(mirrors, world), world);
    await expect(obtain(small)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(await world.store.find(small.digest)).toBeUndefined();
    await stop();
  });
});

test("without any address a package is gone, unless a content-addressed mirror has it", async () => {
  const { fetch } = mirror();
  const none = async () => new Map<string, readonly string[]>();
  await withWorld(fetch, async (world) => {
    const { obtain, stop } = obtainPackages([small], fromMirrors(none, world), world);
    await expect(obtain(small)).rejects.toThrow(
      "small 1.0 is not in the store, and no mirror of test is known",
    );
    await stop();
  });
  const urls: string[] = [];
  const byDigest: Fetch = async ({ url }) => {
    urls.push(url);
    return new Response("s");
  };
  await withWorld(
    byDigest,
    async (world) => {
      const { obtain, stop } = obtainPackages([small], fromMirrors(none, world), world);
      await obtain(small);
      await stop();
      expect(urls[0]).toContain(small.digest.slice("sha256:".length));
    },
    { TARE_CAS_MIRRORS: "https://cas.mirror.example" },
  );
});

test("stopping ends what is on its way, and whoever waits hears of it", async () => {
  const never: Fetch = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  await withWorld(never, async (world) => {
    const { obtain, stop } = obtainPackages(packages, fromMirrors(mirrors, world), world);
    const waiting = obtain(small);
    waiting.catch(() => undefined);
    await new Promise((wake) => setTimeout(wake, 20));
    await stop();
    await expect(waiting).rejects.toThrow();
    await obtainPackages([], fromMirrors(mirrors, world), world).stop();
  });
});
