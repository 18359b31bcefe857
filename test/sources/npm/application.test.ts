import { expect, test } from "vitest";
import { rootOwned } from "../../../src/model/entry.ts";
import { npmApplication } from "../../../src/sources/npm/application.ts";
import { applicationFrom, type LaidOut, usualApplication } from "../../kit/npm-application.ts";
import type { NpmPackageData } from "../../kit/npm-package.ts";

/** The links and files that are made, by their paths below the application. */
function made({ tree }: LaidOut): Record<string, string> {
  const links = Object.entries(tree).filter(([, text]) => text.startsWith("-> "));
  return Object.fromEntries(links.map(([path, text]) => [path.replace(/^app\//, ""), text]));
}

const tool = (name: string, bin: NpmPackageData["bin"], ...files: string[]): NpmPackageData => ({
  name,
  ...(bin !== undefined && { bin }),
  files: Object.fromEntries(files.map((file) => [file, "#!"])),
});

test("commands are linked in the node_modules that their package lies in", async () => {
  const laid = await applicationFrom({
    "node_modules/a": tool("a", { a: "cli.js", "a-more": "./lib/more.js" }, "cli.js", "lib/more.js"),
    "node_modules/@scope/b": tool("@scope/b", "b.js", "b.js"),
    "node_modules/a/node_modules/c": tool("c", "c.js", "c.js"),
    "packages/site/node_modules/d": tool("d", "d.js", "d.js"),
    "node_modules/alias": tool("e", { e: "/e.js" }, "e.js"),
  });
  expect(made(laid)).toEqual({
    "node_modules/.bin/a": "-> ../a/cli.js",
    "node_modules/.bin/a-more": "-> ../a/lib/more.js",
    "node_modules/.bin/b": "-> ../@scope/b/b.js",
    "node_modules/.bin/e": "-> ../alias/e.js",
    "node_modules/a/node_modules/.bin/c": "-> ../c/c.js",
    "packages/site/node_modules/.bin/d": "-> ../d/d.js",
  });
  expect(laid.headers.get("app/node_modules/.bin/a")).toMatchObject({ mode: 0o777, uid: 0, uname: "" });
});

test("of two packages with one command, the one whose path comes first has it, as npm sorts paths", async () => {
  const laid = await applicationFrom({
    "node_modules/z": tool("z", { x: "z.js" }, "z.js"),
    "node_modules/a_b": tool("a_b", { x: "x.js", y: "y.js" }, "x.js", "y.js"),
    "node_modules/a-b": tool("a-b", { y: "y.js" }, "y.js"),
    "node_modules/@s/p": tool("@s/p", { z: "z.js" }, "z.js"),
    "node_modules/_p": tool("_p", { z: "z.js" }, "z.js"),
  });
  expect(made(laid)).toEqual({
    "node_modules/.bin/x": "-> ../a_b/x.js",
    "node_modules/.bin/y": "-> ../a_b/y.js",
    "node_modules/.bin/z": "-> ../_p/z.js",
  });
});

test("a command whose file is not there has no link, and the next package may have it", async () => {
  const laid = await applicationFrom({
    "node_modules/a": tool("a", { x: "gone.js" }),
    "node_modules/b": tool("b", { x: "x.js" }, "x.js"),
  });
  expect(made(laid)).toEqual({ "node_modules/.bin/x": "-> ../b/x.js" });
});

test("packages that came inside a tarball have their commands beside them, if it says that it bundles", async () => {
  const inner = JSON.stringify({ name: "in", version: "2.0.0", bin: "./x", scripts: { install: "make" } });
  const files = { "node_modules/in/package.json": inner, "node_modules/in/x": "" };
  const whole = { name: "out", fields: { bundleDependencies: ["in"] }, files };
  const laid = await applicationFrom({ "node_modules/out": whole });
  expect(made(laid)).toEqual({ "node_modules/out/node_modules/.bin/in": "-> ../in/x" });
  expect(laid.coverage).toMatchObject([{ package: "in@2.0.0", script: "install", verdict: "needs-you" }]);
  expect(made(await applicationFrom({ "node_modules/out": { name: "out", files } }))).toEqual({});
});

test("the project's own packages are links, and their commands come last", async () => {
  const links = [
    {
      path: "node_modules/@site/api",
      target: "packages/api",
      bin: [["x", "x.js"] as const, ["api", "api.js"] as const],
    },
    { path: "node_modules/web", target: "packages/web" },
  ];
  const laid = await applicationFrom({ "node_modules/z": tool("z", { x: "z.js" }, "z.js") }, { links });
  expect(made(laid)).toEqual({
    "node_modules/.bin/api": "-> ../@site/api/api.js",
    "node_modules/.bin/x": "-> ../z/z.js",
    "node_modules/@site/api": "-> ../../packages/api",
    "node_modules/web": "-> ../packages/web",
  });
});

test("the project's package.json lies where it was, to the byte", async () => {
  const manifest = Buffer.from('{ "name": "mine",\r\n"type": "module" }');
  const { tree } = await applicationFrom({}, { manifest });
  expect(tree).toMatchObject({ "app/package.json": `0644 ${manifest}` });
  expect((await applicationFrom({}, { manifest, to: "" })).tree).toMatchObject({
    "package.json": `0644 ${manifest}`,
  });
});

test("a package has its own place, even when the tarball around it brings one there", () => {
  const rule = npmApplication(usualApplication).arbiter([]);
  const [outer, inner] = ["node_modules/a", "node_modules/a/node_modules/b"];
  expect(rule("x", outer, inner)).toBe("later");
  expect(rule("x", inner, outer)).toBe("earlier");
  expect(rule("x", outer, "node_modules/ab")).toBe("conflict");
});

test("what makes another root has another name", () => {
  const nameOf = (more: object) => npmApplication({ ...usualApplication, ...more }).name;
  const names = [
    {},
    { to: "srv" },
    { slim: false },
    { readsTypes: true },
    { platform: { os: "linux", cpu: "arm64", libc: "glibc" } },
    { links: [{ path: "node_modules/x", target: "x" }] },
    { manifest: Buffer.from("{}") },
  ].map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  expect(nameOf({})).toBe(nameOf({}));
});

test("there is a /tmp for everybody, unless the root has one", async () => {
  const { headers } = await applicationFrom({ "node_modules/a": tool("a", undefined) });
  expect(headers.get("tmp")).toMatchObject({ type: "directory", mode: 0o1777, uid: 0, gid: 0 });
  const own = { ...rootOwned("tmp", "directory", 0o700, 1), owner: "base-files" };
  const view = {
    get: (path: string) => (path === "tmp" ? own : undefined),
    under: () => [],
    read: () => undefined,
  };
  const options = { architecture: "x64", timestamp: 1, excludes: [] };
  expect(npmApplication(usualApplication).configure(view, [], options).entries).toEqual([]);
});
