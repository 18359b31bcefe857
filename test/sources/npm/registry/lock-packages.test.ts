import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "../../../../src/bytes/digest.ts";
import type { ChosenPackage } from "../../../../src/sources/npm/registry/lock-packages.ts";
import { lockPackages } from "../../../../src/sources/npm/registry/lock-packages.ts";
import { memoryStore } from "../../../kit/memory-store.ts";
import { npmOptions } from "../../../kit/npm-client.ts";
import { makeNpmKey } from "../../../kit/npm-key.ts";
import { type BuiltNpmPackage, buildNpmPackage } from "../../../kit/npm-package.ts";
import { npmRegistry } from "../../../kit/npm-registry.ts";
import { serveFiles } from "../../../kit/serve.ts";
import { newFolder } from "../../../kit/temporary.ts";

let folder: string;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const made = await newFolder();
  ends.push(made.remove);
  folder = made.folder;
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const chosen = (built: BuiltNpmPackage, more: Partial<ChosenPackage> = {}): ChosenPackage => ({
  name: built.name,
  version: built.version,
  location: built.location,
  integrity: built.integrity,
  path: `node_modules/${built.name}`,
  architecture: "any",
  because: [],
  ...more,
});

test("a package that lies in several places, on several platforms, is fetched once", async () => {
  const registry = await npmRegistry({ packages: [{ name: "ms" }, { name: "debug" }] });
  ends.push(registry.close);
  const [ms, debug] = [...registry.packages.values()] as [BuiltNpmPackage, BuiltNpmPackage];
  const inner = chosen(ms, { path: "node_modules/debug/node_modules/ms", because: ["debug"] });
  const { path: _, ...runtime } = chosen(debug);
  const client = { store: memoryStore(), options: npmOptions(registry, folder) };
  const locked = await lockPackages([[runtime, chosen(ms), inner], [chosen(ms)]], client);
  expect(registry.asked.filter((path) => path.includes("-/ms"))).toHaveLength(1);
  const known = {
    architecture: "any",
    repository: "npm",
    name: "ms",
    version: "1.0.0",
    source: "ms",
    digest: digestOf(ms.bytes),
    size: ms.bytes.byteLength,
    integrity: ms.integrity,
    location: "ms/-/ms-1.0.0.tgz",
  };
  expect(locked).toEqual({
    repositories: [{ id: "npm", keys: [] }],
    packages: [
      [
        expect.objectContaining({ name: "debug" }),
        { ...known, path: "node_modules/ms", because: [] },
        { ...known, path: "node_modules/debug/node_modules/ms", because: ["debug"] },
      ],
      [{ ...known, path: "node_modules/ms", because: [] }],
    ],
    notes: [expect.stringMatching(/^npm serves no signing keys: /)],
  });
  expect(locked.packages[0]?.[0]).not.toHaveProperty("path");
});

test("each registry with its keys; what is of none is in the default one's name, unsigned", async () => {
  const key = makeNpmKey();
  const registry = await npmRegistry({ packages: [{ name: "a" }], keys: [key] });
  const scoped = await npmRegistry({ packages: [{ name: "@s/b", integrity: "sha1" }] });
  const loose = await buildNpmPackage({ name: "loose" });
  const server = await serveFiles(new Map([["loose.tgz", loose.bytes]]));
  ends.push(registry.close, scoped.close, server.close);
  const b = scoped.packages.get("@s/b@1.0.0") as BuiltNpmPackage;
  const sha1 = `sha1-${Buffer.from(b.shasum, "hex").toString("base64")}`;
  const a = registry.packages.get("a@1.0.0") as BuiltNpmPackage;
  const trees = [
    chosen(a),
    chosen(b, { integrity: sha1 }),
    chosen(loose, { location: `${server.url}/loose.tgz`, integrity: undefined }),
  ];
  const options = npmOptions(registry, folder, { "@s:registry": scoped.url });
  const { repositories, packages, notes } = await lockPackages([trees], { store: memoryStore(), options });
  expect(repositories).toEqual([
    { id: "npm", keys: [key.fingerprint] },
    { id: "npm/@s", keys: [] },
  ]);
  expect(packages[0]?.map(({ repository, integrity }) => [repository, integrity])).toEqual([
    ["npm", a.integrity],
    ["npm/@s", sha1],
    ["npm", loose.integrity],
  ]);
  expect(notes).toEqual([
    "One package (@s/b 1.0.0) is so old that the registry knows only a SHA-1 of it; the lock has SHA-256.",
    expect.stringMatching(/^npm\/@s serves no signing keys: /),
  ]);
});

test("nothing is chosen, nothing is asked", async () => {
  const registry = await npmRegistry({ packages: [], keys: [makeNpmKey()] });
  ends.push(registry.close);
  const client = { store: memoryStore(), options: npmOptions(registry, folder) };
  expect(await lockPackages([[], []], client)).toEqual({ repositories: [], packages: [[], []], notes: [] });
  expect(registry.asked).toEqual([]);
});
