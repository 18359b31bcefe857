import { afterAll, beforeAll, expect, test } from "vitest";
import { NoRuntime, type RunningImage, type StartOptions, startImage } from "../../scripts/start-image.ts";
import { starters } from "../../scripts/starters.ts";
import { type BuiltExample, buildExample } from "../kit/example.ts";
import { newFolder } from "../kit/temporary.ts";

/** The examples that serve a page, built from this machine's mirror, started, and asked over loopback. */
const examples = {
  busybox: { user: { uid: 65_532, gid: 65_532 }, page: "Served by busybox" },
  nginx: { user: { uid: 33, gid: 33 }, page: "Served by nginx" },
} as const;

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
      let running: RunningImage;
      const options: StartOptions = { port: 8080, runtime, ready: (port) => page(port, "") };
      try {
        running = await startImage(built[name].image, options);
      } catch (error) {
        if (!(error instanceof NoRuntime) || /it ended|does not answer/.test(error.message)) throw error;
        return context.skip(error.message);
      }
      try {
        expect(await page(running.port, "index.html")).toContain(examples[name].page);
        await expect(page(running.port, "nothing.html")).rejects.toThrow("404");
      } finally {
        await running.stop();
      }
      await expect(page(running.port, "")).rejects.toThrow();
    });
}

async function page(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(5_000) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return text;
}
