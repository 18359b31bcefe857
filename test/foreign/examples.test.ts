import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { NoRuntime, type RunningImage, startImage } from "../../scripts/start/start-image.ts";
import { starters } from "../../scripts/start/starters.ts";
import { dockerdPeers, withDockerd } from "../kit/dockerd.ts";
import { type BuiltExample, buildExample } from "../kit/example.ts";
import { findPeer } from "../kit/peers.ts";
import { newFolder } from "../kit/temporary.ts";

/** The examples that serve a page, built from this machine's mirror, started, and asked over loopback. */
const examples = {
  busybox: { user: { uid: 65_532, gid: 65_532 }, page: "Served by busybox" },
  nginx: { user: { uid: 33, gid: 33 }, page: "Served by nginx" },
} as const;

const canHaveDockerd =
  process.getuid?.() === 0 && dockerdPeers.every((program) => findPeer(program) !== undefined);

type Name = keyof typeof examples;

let folder: string;
let remove: () => Promise<void>;
const built = {} as Record<Name, BuiltExample>;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  for (const name of Object.keys(examples) as Name[]) built[name] = await buildExample(name, folder);
});

afterAll(() => remove?.());

for (const name of Object.keys(examples) as Name[]) {
  test(`${name} is for an ordinary user, and leaves no maintainer script to its own`, () => {
    expect(built[name].image.user).toEqual(examples[name].user);
    const open = built[name].result.images.flatMap(({ coverage }) =>
      coverage.filter(({ verdict }) => verdict === "needs-you"),
    );
    expect(open).toEqual([]);
  });

  for (const { name: runtime } of starters)
    test(`${name} serves its page in ${runtime}`, { timeout: 120_000 }, async (context) => {
      const serve = async () => {
        const why = await served(name, runtime);
        if (why) context.skip(why);
      };
      // No daemon of the developer's: one of our own, where that can be had.
      if (runtime !== "docker" || !canHaveDockerd) return serve();
      await withDockerd(async (_, socket) => {
        vi.stubEnv("DOCKER_HOST", socket);
        await serve();
      });
    });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Starts the example and asks it for its page. Returns why the runtime cannot, if so. */
async function served(name: Name, runtime: string): Promise<string | undefined> {
  let running: RunningImage;
  try {
    running = await startImage(built[name].image, { port: 8080, runtime, ready: (port) => page(port, "") });
  } catch (error) {
    // It did start, so this is about the image.
    if (!(error instanceof NoRuntime) || /it ended|does not answer/.test(error.message)) throw error;
    return error.message;
  }
  try {
    expect(await page(running.port, "index.html")).toContain(examples[name].page);
    await expect(page(running.port, "nothing.html")).rejects.toThrow("404");
  } finally {
    await running.stop();
  }
  await expect(page(running.port, "")).rejects.toThrow();
  return undefined;
}

async function page(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(5_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return text;
}
