import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type NpmWorkplace, withNpmWorkplace } from "../../kit/npm-workplace.ts";

const token = "npm_s3cret-w0rd";
const data = {
  npm: [{ name: "ms", files: { "index.js": "1" } }, { name: "@own/thing" }],
  registry: { token },
  project: { name: "mine", version: "1.0.0", dependencies: { ms: "1", "@own/thing": "1" } },
};

/** Runs a line as a process, with a login in the project's .npmrc; it may be nowhere else afterwards. */
async function run(line: string, code: number, spoil: (place: NpmWorkplace) => unknown = () => undefined) {
  await withNpmWorkplace(data, async (place) => {
    const host = place.registry.url.replace("http:", "");
    await place.put({ ".npmrc": `${host}:_authToken=${token}\n` });
    await spoil(place);
    const ended = await place.start(line, { environment: { TARE_DEBUG: "1" } }).ended;
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: expect.any(String) });
    expect(ended.stdout + ended.stderr).not.toContain(token);
    for (const path of await readdir(place.folder, { recursive: true })) {
      if (path === ".npmrc") continue;
      const bytes = await readFile(join(place.folder, path)).catch(() => Buffer.alloc(0));
      expect({ path, has: path.includes(token) || bytes.includes(token) }).toEqual({ path, has: false });
      const host = new URL(place.registry.url).host;
      if (path === "tare.lock" || path.startsWith("image/"))
        expect({ path, names: bytes.includes(host) }).toEqual({ path, names: false });
    }
  });
}

test("a token opens the registry, and goes nowhere else", async () => {
  await run("build --compression none", 0);
  await run("build --json", 0);
});

test("a token is in no sentence about what is missing, wrong, cut or down", async () => {
  await run("build", 3, ({ registry }) => registry.fail("ms", 404));
  await run("build --json", 1, ({ registry }) => registry.fail("ms/-/ms-1.0.0.tgz", "wrong"));
  await run("build", 3, ({ registry }) => registry.fail("ms/-/ms-1.0.0.tgz", "cut"));
  await run("lock", 3, ({ registry }) => registry.close());
  await run("build", 3, ({ registry }) => registry.fail("ms", 403));
});

test("a wrong token is one sentence without it", async () => {
  await run("build", 3, (place) => {
    const host = place.registry.url.replace("http:", "");
    return place.put({ ".npmrc": `${host}:_authToken=${token}x\n` });
  });
});
