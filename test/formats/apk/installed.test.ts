import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../../src/bytes/bytes.ts";
import { decodeText } from "../../../src/bytes/text.ts";
import { type InstalledApk, installedText, triggersText } from "../../../src/formats/apk/installed.ts";
import { scriptsTar } from "../../../src/formats/apk/scripts-tar.ts";
import { readTar } from "../../../src/formats/tar/decode.ts";
import { minirootfs } from "../../kit/apk-fixtures.ts";
import { readInstalled } from "../../kit/apk-installed.ts";

async function filesOf(tar: Uint8Array): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { path, type, content } of readTar([tar], "the archive"))
    if (type === "file")
      files.set(
        path,
        content instanceof Uint8Array
          ? Buffer.from(content)
          : Buffer.from(await collect(content, 1 << 24, path)),
      );
  return files;
}

const root = filesOf(gunzipSync(readFileSync(minirootfs)));
const database = async (name: string) => (await root).get(`lib/apk/db/${name}`) as Buffer;

test("the installed database of a real root comes out as apk wrote it, byte by byte", async () => {
  const text = decodeText(await database("installed"));
  const packages = readInstalled(text);
  expect(packages.length).toBe(15);
  expect(installedText(packages)).toBe(text);
});

test("the scripts of a real root come out as apk wrote them, byte by byte", async () => {
  const archive = await database("scripts.tar");
  const scripts = await filesOf(archive);
  const packages = readInstalled(decodeText(await database("installed"))).map(({ info, identity }) => {
    const prefix = `${info.name}-${info.version}.${identity}.`;
    const own = [...scripts].filter(([path]) => path.startsWith(prefix));
    return {
      name: info.name,
      version: info.version,
      identity,
      buildDate: info.buildDate,
      scripts: new Map(own.map(([path, text]) => [path.slice(prefix.length), text])),
    };
  });
  expect(scriptsTar(packages).equals(archive)).toBe(true);
});

test("the triggers of a real root come out as apk wrote them", async () => {
  const text = decodeText(await database("triggers"));
  const waiting = new Map(text.split("\n").map((line) => [line.split(" ")[0], line.split(" ").slice(1)]));
  const packages = readInstalled(decodeText(await database("installed"))).map((one) => ({
    ...one,
    info: { ...one.info, triggers: waiting.get(one.identity) ?? [] },
  }));
  expect(triggersText(packages)).toBe(text);
});

test("a name too long for a header comes before it, as GNU tar has it", async () => {
  const name = "a".repeat(120);
  const scripts = new Map([["trigger", Buffer.from("#!/bin/sh\n")]]);
  const tar = scriptsTar([{ name, version: "1-r0", identity: "Q1x", buildDate: 5, scripts }]);
  expect([...(await filesOf(tar)).keys()]).toEqual([`${name}-1-r0.Q1x.trigger`]);
});

test("a path that the database has no way to spell is refused", () => {
  const [one] = readInstalled("C:Q1x\nP:odd\nV:1\nF:etc\nR:name\n\n") as [InstalledApk];
  const files = one.files.map((file) => ({ ...file, path: `${file.path}\nZ:` }));
  expect(() => installedText([{ ...one, files }])).toThrow("a path in it holds a line break");
});

test("what belongs to others, right in the root, or has attributes is told so", () => {
  const text =
    "C:Q1x\nP:odd\nV:1-r0\nA:x86_64\nS:1\nI:2\nT:\nU:\nL:\nr:other\nq:7\nF:\nR:init\na:0:0:4755:Q1y\nZ:Q1z\n\n";
  expect(installedText(readInstalled(text))).toBe(text);
});
