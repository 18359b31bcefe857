// biome-ignore-all lint/suspicious/noTemplateCurlyInString: instructions write their variables so
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { digestOf } from "../../src/bytes/digest.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import type { Image } from "../../src/model/image.ts";
import { inChunks } from "../kit/chunks.ts";
import { entriesOf } from "../kit/images.ts";
import { serveFiles } from "../kit/serve.ts";
import { type Ran, runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";

const tar = await collect(
  writeTar(entriesOf({ "etc/": {}, "etc/motd": { content: "hi", mtime: 1_700_000_000 } })),
  1 << 20,
  "a tar",
);

interface Ended extends Ran {
  readonly files: readonly string[];
  readonly open: (text: string) => Promise<Image>;
}

/** Runs `tare import` in a folder with x.tar, x.tgz and public/; `use` looks at what it left. */
async function importing(
  args: readonly string[],
  use: (ended: Ended) => Promise<void> | void,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "x.tar"), tar);
    await writeFile(join(folder, "x.tgz"), gzipSync(tar));
    await mkdir(join(folder, "public"));
    await writeFile(join(folder, "public/index.html"), "<p>");
    const stdin = async function* () {
      yield* inChunks(tar, 700);
    };
    const ran = await runTare(["import", ...args], { folder, environment, stdin: stdin() });
    const left = await readdir(folder);
    const files = left.filter((name) => !["x.tar", "x.tgz", "public", ".store"].includes(name));
    const open = async (text: string) =>
      (await openImage(parseLocation(text.replace(":", `:${folder}/`)))) as Image;
    await use({ ...ran, files, open });
  });
}

test("a list that is not JSON is said to be text", () => {
  const changes = ['CMD ["a"', 'ENTRYPOINT ["x",]', "VOLUME ['/a']", "HEALTHCHECK CMD ['a']"];
  const lists = ['CMD [ "$A" = b ] && c', 'ENTRYPOINT ["x"]', 'VOLUME ["/a"] # why'];
  const given = (all: readonly string[]) => all.flatMap((change) => ["--change", change]);
  return importing(["x.tar", "y", ...given([...lists, ...changes])], ({ code, notes }) => {
    expect([code, notes]).toEqual([
      0,
      changes.map(
        (change) => `--change: ${change} looks like a list but is not JSON, so it is taken as plain text.`,
      ),
    ]);
  });
});

test("the standard input becomes NAME.tar, and the tar's sha256 is the diffID", () =>
  importing(["-", "fedora"], async ({ code, notes, out, files, open }) => {
    expect([code, notes, files]).toEqual([0, [], ["fedora.tar"]]);
    expect(out).toContain("2 entries, 2.6 kB; uncompressed, as it came");
    expect(out).toContain(`diffID   ${digestOf(tar)}`);
    const { config, layers, platform } = await open("docker-archive:fedora.tar:fedora");
    expect([layers[0]?.diffId, platform.os]).toEqual([digestOf(tar), "linux"]);
    expect(config.created).toBe("2023-11-14T22:13:20Z");
  }));

test("several places, a platform, a message and changes", () =>
  importing(
    [
      ...["x.tgz", "registry.example/base:1", "--platform", "linux/arm64", "-m", "by hand"],
      ...["-c", 'CMD ["/bin/sh"]', "--change", "ENV A=1 B=${A}2", "--change", "EXPOSE 80"],
      ...["--to", "oci:image", "--to", "oci-archive:image.tar"],
    ],
    async ({ code, files, open, notes }) => {
      expect([code, files, notes]).toEqual([0, ["image", "image.tar"], []]);
      const { config, layers } = await open("oci:image:1");
      expect(config).toMatchObject({
        architecture: "arm64",
        config: { Cmd: ["/bin/sh"], Env: ["A=1", "B=2"], ExposedPorts: { "80/tcp": {} } },
        history: [{ comment: "by hand" }],
      });
      expect([layers[0]?.compression, layers[0]?.digest]).toEqual(["gzip", digestOf(gzipSync(tar))]);
    },
  ));

test("over http, held to its digest", async () => {
  const server = await serveFiles(new Map([["x.tgz", gzipSync(tar)]]));
  try {
    const sha256 = digestOf(gzipSync(tar)).slice("sha256:".length);
    await importing(
      [`${server.url}/x.tgz`, "web", "--sha256", sha256.toUpperCase()],
      async ({ open, code, notes }) => {
        expect([code, notes]).toEqual([0, []]);
        const { layers } = await open("docker-archive:web.tar");
        expect(layers.map(({ digest, diffId }) => [digest, diffId])).toEqual([
          [`sha256:${sha256}`, digestOf(tar)],
        ]);
      },
    );
  } finally {
    await server.close();
  }
});

test("a folder, normalised, as JSON", () =>
  importing(
    ["public", "site:2", "--normalise", "--json", "--compression", "zstd"],
    ({ out, files, code }) => {
      expect([code, files]).toEqual([0, ["site-2.tar"]]);
      expect(JSON.parse(out)).toMatchObject({
        name: "site:2",
        created: "1970-01-01T00:08:20Z",
        entries: 1,
        layer: { compression: "zstd", asItCame: false },
        saved: [{ location: expect.stringMatching(/^docker-archive:.*site-2\.tar$/) }],
        warnings: [],
      });
    },
    { SOURCE_DATE_EPOCH: "500" },
  ));

test("an image on the standard output leaves the report to the standard error", () =>
  importing(["x.tar", "y", "--to", "docker-archive:-"], ({ out, notes, files }) => {
    expect([out, files]).toEqual(["", []]);
    expect(notes.join("\n")).toContain("2 entries");
  }));

test.each<[string[], number, RegExp]>([
  [["x.tar"], 2, /NAME is missing/],
  [["x.tar", "No Name"], 2, /"No Name" is no name for an image; see/],
  [["x.tar", "y", "--platform", "arm64"], 2, /no platform like/],
  [["x.tar", "y", "--compression", "xz"], 2, /--compression must be none, gzip/],
  [["x.tar", "y", "--sha256", "abc"], 2, /--sha256 needs 64 hexadecimal digits/],
  [["x.tar", "y", "--sha256", "0".repeat(64)], 1, /^x\.tar has the digest sha256:/],
  [["x.tar", "y", "--change", "RUN true"], 2, /RUN cannot be a change/],
  [["x.tar", "y", "--to", "nowhere"], 2, /begins with none of/],
  [["http://user.example/x.tar", "x"], 2, /give its --sha256/],
  [
    ["x.tar", "x"],
    2,
    /x\.tar" is no location that can be used here: it would take the place of what it is made of/,
  ],
  [["x.tar", "y", "--to", "oci:image", "--to", "tar:./x.tar"], 2, /take the place/],
  [[".", "site"], 2, /site\.tar" is no location that can be used here: it lies in the folder/],
  [["public", "site", "--to", "oci:public/image"], 2, /lies in the folder that it is made of/],
  [["y.tar", "x"], 3, /^y\.tar cannot be read: it is not there\.$/],
])("%j is refused, and leaves nothing", (args, code, why) =>
  importing(args, (ended) => {
    expect([ended.code, ended.files]).toEqual([code, []]);
    expect(ended.notes.join("\n")).toMatch(why);
  }),
);

test("a place that fails leaves no layer in a layout that was to come after it", () =>
  importing(["--to", "tar:/dev/full", "--to", "oci:image:1", "x.tar", "x"], ({ code, notes, files }) => {
    expect([code, files]).toEqual([3, []]);
    expect(notes.join()).toContain("no room left on the disk");
  }));

test("Ctrl-C ends the wait for the standard input, and nothing is left", () =>
  withFolder(async (folder) => {
    const main = join(import.meta.dirname, "../../src/cli/main.js");
    const child = spawn(process.execPath, [main, "import", "--store", "store", "-", "x"], { cwd: folder });
    child.stdin.write(tar);
    const written = () => existsSync(join(folder, "store/tmp"));
    while (!written()) await sleep(5);
    await sleep(100);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    expect(await readdir(folder)).toEqual(["store"]);
    const left = await readdir(join(folder, "store"), { recursive: true });
    expect(left.filter((name) => /blobs|tmp\//.test(name))).toEqual([]);
  }));
