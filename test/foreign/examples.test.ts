import { afterAll, beforeAll, expect, test } from "vitest";
import { starters } from "../../scripts/start/starters.ts";
import { type BuiltExample, buildExample } from "../kit/example.ts";
import { newFolder } from "../kit/temporary.ts";
import { askPage, whileRunning } from "../kit/while-running.ts";

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
      const options = { port: 8080, runtime, ready: (port: number) => askPage(port) };
      let port = 0;
      await whileRunning(context, built[name].image, options, async (running) => {
        ({ port } = running);
        expect(await askPage(port, "index.html")).toContain(examples[name].page);
        await expect(askPage(port, "nothing.html")).rejects.toThrow("404");
      });
      await expect(askPage(port)).rejects.toThrow();
    });
}
