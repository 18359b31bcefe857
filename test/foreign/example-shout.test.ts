import { chown, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BuiltLayer } from "../../src/model/result.ts";
import { type BuiltExample, buildExample } from "../kit/example.ts";
import { newFolder } from "../kit/temporary.ts";
import { askPage, whileRunning } from "../kit/while-running.ts";

/** The talk's example, built from this machine's own registries, started, and asked over loopback. */
let folder: string;
let remove: () => Promise<void>;
let shout: BuiltExample;

const nonroot = 65_532;

beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  shout = await buildExample("shout", folder);
});

afterAll(() => remove?.());

const layers = () => shout.result.images.flatMap((image) => image.layers);
const isOfNode = ({ holds }: BuiltLayer) => holds.some((name) => name.startsWith("node-linux-"));

test("beside Node.js itself, it weighs at most 20 MB unpacked, and 6.5 MB compressed", () => {
  const others = layers().filter((layer) => !isOfNode(layer));
  expect(others).toHaveLength(layers().length - 1);
  const sum = (field: "size" | "uncompressedSize") => others.reduce((all, layer) => all + layer[field], 0);
  expect(sum("uncompressedSize")).toBeLessThan(20e6);
  expect(sum("size")).toBeLessThan(6.5e6);
});

test("it is for an ordinary user, lacks no library, and leaves no script to its own", () => {
  const [image] = shout.result.images;
  expect(shout.image.user).toEqual({ uid: nonroot, gid: nonroot });
  expect(shout.result.warnings.filter((text) => text.includes("needs"))).toEqual([]);
  expect(image?.coverage.filter(({ verdict }) => verdict === "needs-you")).toEqual([]);
});

test("distribution, Node.js, application and own files are in layers of their own", () => {
  expect(layers().find(isOfNode)?.holds).toHaveLength(1);
  const holds = layers().map((layer) => layer.holds);
  expect(holds).toContainEqual(["libc6"]);
  expect(holds).toContainEqual(expect.arrayContaining(["shout", "express", "socket.io"]));
  expect(holds.at(-1)).toEqual(["files of the recipe"]);
});

test("it serves its page, and sessions of socket.io, in docker", { timeout: 180_000 }, async (context) => {
  await whileRunning(context, shout.image, { ...options, runtime: "docker" }, ({ port }) => answers(port));
});

test("it keeps its data in a new folder that is nonroot's", { timeout: 120_000 }, async (context) => {
  const data = join(folder, "data");
  await mkdir(data);
  // Without root it runs as this user, who is nonroot in there.
  if (process.getuid?.() === 0) await chown(data, nonroot, nonroot);
  const volumes = [{ from: data, to: "/var/lib/shout" }];
  const start = { ...options, volumes, runtime: "unshare and chroot" };
  await whileRunning(context, shout.image, start, ({ port }) => answers(port));
  expect(await readdir(data)).toContain("config.js");
  expect((await stat(join(data, "config.js"))).uid).toBe((await stat(data)).uid);
});

const options = { port: 9000, ready: (port: number) => askPage(port) };

async function answers(port: number): Promise<void> {
  expect(await askPage(port)).toContain("<title>Shout</title>");
  expect(await askPage(port, "js/libs.min.js")).toContain("jQuery");
  expect(await askPage(port, "css/style.css")).toContain("body");
  expect(await askPage(port, "socket.io/?EIO=2&transport=polling")).toMatch(/"sid":"[^"]+"/);
  await expect(askPage(port, "nothing.html")).rejects.toThrow("404");
}
