import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { type Digest, digestOf } from "../../src/bytes/digest.ts";
import { findTarball } from "../../src/edit/find-tarball.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { inChunks } from "../kit/chunks.ts";
import { mustRun } from "../kit/command.ts";
import { needsPeers } from "../kit/peers.ts";
import { fetchFrom } from "../kit/serve.ts";
import { withFolder } from "../kit/temporary.ts";

const bytes = Buffer.from("a tarball, one would hope");
const right = digestOf(bytes);
const wrong: Digest = `sha256:${"0".repeat(64)}`;

/** What `text` leads to, read once; and what it asked of the web. */
async function found(text: string, digest?: Digest, files: Record<string, Uint8Array> = { "x.tar": bytes }) {
  return withFolder(async (folder) => {
    await mkdir(join(folder, "root"));
    await writeFile(join(folder, "here.tar"), bytes);
    const asked: string[] = [];
    const web = new Map(Object.entries(files));
    const result = await findTarball(text, digest, {
      folder,
      stdin: async function* () {
        yield* inChunks(bytes, 4);
      },
      store: await openStore(join(folder, "store")),
      fetch: (request) => fetchFrom(`${new URL(request.url).protocol}//user.example`, web, asked)(request),
      now: () => new Date(0),
      progress: () => undefined,
      signal: new AbortController().signal,
    });
    if ("folder" in result) return { folder: result.folder.slice(folder.length), asked };
    const read = await collect(result.open(), 1000, "it");
    const kept = (await readdir(join(folder, "store"), { recursive: true })).length > 1;
    return { name: result.name, lasting: result.lasting, read: read.toString(), asked, kept };
  });
}

const read = bytes.toString();

test("a file, a folder, the standard input", async () => {
  expect(await found("here.tar")).toMatchObject({ name: "here.tar", lasting: true, read, kept: false });
  expect(await found("-")).toMatchObject({ name: "the standard input", lasting: false, read });
  expect(await found("root")).toMatchObject({ folder: "/root" });
});

test("what is no file here, and was perhaps not meant for one, is said so", async () => {
  await expect(found("nope.tar")).rejects.toThrow("nope.tar cannot be read: it is not there.");
  await expect(found("ftp://user.example/x.tar")).rejects.toThrow(
    '"ftp://user.example/x.tar" is no usable address: tare fetches from https: and http: alone',
  );
  await expect(found("oci:image:1")).rejects.toThrow("There is no oci:image:1: it names an image");
});

test("a pipe is read as it comes", async (context) => {
  needsPeers(context, "mkfifo");
  await withFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    await mustRun("mkfifo", [pipe]);
    const writing = mustRun("sh", ["-c", `printf %s '${read}' > ${pipe}`]);
    expect(await found(pipe)).toMatchObject({ lasting: false, read });
    await writing;
  });
});

test("what is held to a digest has it", async () => {
  for (const text of ["here.tar", "-", "http://user.example/x.tar"]) {
    expect(await found(text, right)).toMatchObject({ read });
    await expect(found(text, wrong)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  }
  await expect(found("root", right)).rejects.toThrow("root cannot be read: it is a folder.");
});

test("what the web has with a digest goes through the store; https may go without", async () => {
  expect(await found("http://user.example/x.tar", right)).toMatchObject({ lasting: true, kept: true });
  expect(await found("https://user.example/x.tar")).toMatchObject({
    name: "https://user.example/x.tar",
    lasting: false,
    kept: false,
    asked: ["x.tar"],
    read,
  });
});

test("what the store has damaged is not taken for what was asked for", async () => {
  await withFolder(async (folder) => {
    const store = await openStore(folder);
    const { file } = await store.add([bytes], "x");
    await writeFile(file, Buffer.from(bytes).fill(0, 3, 4));
    const result = await findTarball("https://user.example/x.tar", right, {
      ...{ folder, store, stdin: async function* () {}, now: () => new Date(0) },
      ...{ progress: () => undefined, signal: new AbortController().signal },
      fetch: () => Promise.reject(new Error("nothing to fetch")),
    });
    if ("folder" in result) throw new Error("no tarball");
    await expect(collect(result.open(), 1000, "it")).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });
});

test("http without a digest is not asked, and secrets are not shown", async () => {
  await expect(found("http://me:secret@user.example/x.tar")).rejects.toThrow(
    '"http://***@user.example/x.tar" is no usable address: nothing vouches for what http brings; give its --sha256.',
  );
  await expect(found("https://me:secret@user.example/none.tar")).rejects.toThrow(/^https:\/\/\*\*\*@.*404/);
});

test("what is not there is said", async () => {
  await expect(found("none.tar")).rejects.toThrow("none.tar cannot be read: it is not there.");
});
