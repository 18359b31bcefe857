import { expect, test } from "vitest";
import { finishedTree } from "../../src/build/finished-tree.ts";
import type { OwnEntry } from "../../src/build/recipe-files.ts";
import { startWarnings } from "../../src/build/start-warnings.ts";
import { rootOwned } from "../../src/model/entry.ts";
import type { RuntimeConfig } from "../../src/model/image.ts";

const tree = (own: readonly OwnEntry[] = []) =>
  finishedTree(
    {
      shape: { links: [{ from: "bin", to: "usr/bin" }], directories: [], plain: ["usr", "usr/bin", "app"] },
      startable: {
        programs: ["usr/bin/openssl", "usr/local/bin/node", "app/node_modules/.bin/shout"],
        scripts: ["app/node_modules/.bin/shout"],
      },
    },
    own,
  );

function file(path: string, text: string, mode = 0o755): OwnEntry {
  return { ...rootOwned(path, "file", mode, 0), size: text.length, open: () => Buffer.from(text) };
}

function link(path: string, to: string): OwnEntry {
  return { ...rootOwned(path, "symlink", 0o777, 0), link: to, open: () => new Uint8Array(0) };
}

const Env = ["PATH=/usr/local/bin:/bin"];
const said = (config: RuntimeConfig, own: readonly OwnEntry[] = []) =>
  startWarnings({ Env, WorkingDir: "/app", ...config }, tree(own), "linux/amd64");

test.each([
  ["nothing", {}],
  ["an empty entry point", { Entrypoint: [] }],
  ["a program of PATH", { Entrypoint: ["node", "x.js"] }],
  ["a program in a folder that is a link", { Entrypoint: ["/bin/openssl"] }],
  ["a program of PATH in a folder that is a link", { Cmd: ["openssl"] }],
  ["a relative path", { Cmd: ["./run"] }],
  ["an own link to a program of a package", { Cmd: ["ssl"] }],
  ["a script whose interpreter is there", { Cmd: ["/app/good"] }],
  ["what may lie in a volume", { Cmd: ["/data/start"], Volumes: { "/data": {} } }],
  ["a program by way of a folder above", { Cmd: ["../app/run"] }],
])("nothing is said of %s", async (_, config) => {
  const own = [
    file("app/run", "\x7fELF"),
    file("app/good", "#!/usr/local/bin/node\n"),
    link("usr/bin/ssl", "openssl"),
  ];
  expect(await said(config, own)).toEqual([]);
});

test("a program that is not there is said, with where it was looked for", async () => {
  expect(await said({ Entrypoint: ["nodejs", "x.js"], Cmd: ["node"] })).toEqual([
    "On linux/amd64, config.entrypoint starts nodejs, which is not in the image: a container of it will not start; PATH is /usr/local/bin:/bin.",
  ]);
  expect(await said({ Cmd: ["usr/bin/openssl"] })).toEqual([
    "On linux/amd64, config.cmd starts usr/bin/openssl, which is not in the image: a container of it will not start.",
  ]);
  for (const Cmd of [["/app"], ["/loop"], ["/nowhere"]])
    expect(await said({ Cmd }, [link("loop", "loop"), link("nowhere", "no/where")])).toHaveLength(1);
});

test("a file that may not be executed is said", async () => {
  expect(await said({ Cmd: ["/app/run"] }, [file("app/run", "\x7fELF", 0o644)])).toEqual([
    "On linux/amd64, config.cmd starts /app/run, which may not be executed: give it a mode like 0755 under files.",
  ]);
});

test("a script whose interpreter is not there is said, with what to name instead", async () => {
  const own = [file("app/start", "#!/usr/bin/env -S node\n"), file("app/sh", "#! /bin/sh -e\n")];
  const env = "is a script that wants /usr/bin/env, which the image does not have: name the program,";
  expect(await said({ Entrypoint: ["node_modules/.bin/shout", "--home", "/x"] })).toEqual([
    `On linux/amd64, config.entrypoint starts node_modules/.bin/shout, which ${env} entrypoint: [node, /app/node_modules/.bin/shout, --home, /x].`,
  ]);
  expect(await said({ Cmd: ["/app/start"] }, own)).toEqual([
    `On linux/amd64, config.cmd starts /app/start, which ${env} cmd: [node, /app/start].`,
  ]);
  expect(await said({ Cmd: ["/app/sh"] }, own)).toEqual([
    "On linux/amd64, config.cmd starts /app/sh, which is a script for /bin/sh, which the image does not have: it will not start.",
  ]);
  const withEnv = [...own, file("usr/bin/env", "\x7fELF")];
  expect(await said({ Cmd: ["/app/start"] }, withEnv)).toEqual([]);
  expect(await said({ Cmd: ["node_modules/.bin/shout"] }, withEnv)).toEqual([]);
});
