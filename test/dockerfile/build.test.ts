// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have them
import { createHash } from "node:crypto";
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/bytes/bytes.ts";
import { writeTar } from "../../src/formats/tar/encode.ts";
import { assembleIndex } from "../../src/images/assemble.ts";
import { isIndex, singleImage } from "../../src/images/blobs.ts";
import { layerEntries } from "../../src/images/flatten.ts";
import { parseLocation } from "../../src/images/location.ts";
import { openImage } from "../../src/images/open.ts";
import { saveImage } from "../../src/images/save.ts";
import type { DockerfileResult } from "../../src/model/dockerfile-result.ts";
import { type FolderData, writeFolder } from "../kit/context-folder.ts";
import { treeOf } from "../kit/image-tree.ts";
import { arm64, entriesOf, imageOf, layerOf } from "../kit/images.ts";
import { serveFiles } from "../kit/serve.ts";
import { type Ran, runTare } from "../kit/tare.ts";
import { withFolder } from "../kit/temporary.ts";
import { withWorkplace } from "../kit/workplace.ts";

interface Place {
  readonly folder: string;
  /** `tare build -f Dockerfile`, with more options; the result goes to `oci:out`. */
  build(line?: string, environment?: Readonly<Record<string, string>>): Promise<Ran>;
  /** The tree of what was built. */
  tree(): Promise<string[]>;
}

/** A folder with a Dockerfile and what it copies. */
async function withDockerfile(text: string, files: FolderData, work: (place: Place) => Promise<void>) {
  await withFolder(async (top) => {
    const folder = join(top, "context");
    await writeFolder(folder, files);
    await writeFile(join(folder, "Dockerfile"), text);
    let built = 0;
    await work({
      folder,
      build(line = "", environment = {}) {
        built += 1;
        const words = line.split(" ").filter((word) => word !== "");
        const to = words.includes("--to") ? [] : ["--to", `oci:out${built}`];
        return runTare(["build", "-f", "Dockerfile", "--json", ...to, ...words], {
          folder,
          environment: { ...environment, TARE_STORE: `${top}/store` },
        });
      },
      async tree() {
        const image = await openImage(parseLocation(`oci:${folder}/out${built}`));
        return treeOf(singleImage(image, "").layers);
      },
    });
  });
}

async function built(text: string, files: FolderData, line = "") {
  let result: { tree: string[]; notes: readonly string[]; config: object } | undefined;
  await withDockerfile(text, files, async ({ build, tree, folder }) => {
    const { code, notes } = await build(line);
    if (code !== 0) throw new Error(notes.join("\n"));
    const image = singleImage(await openImage(parseLocation(`oci:${folder}/out1`)), "");
    result = { tree: await tree(), notes, config: image.config.config ?? {} };
  });
  return result as NonNullable<typeof result>;
}

const sum = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);

describe("a Dockerfile", () => {
  test("builds the same image again, whatever the files' times, and in another folder", async () => {
    const digests = new Set<string>();
    for (const time of [1_000_000, 2_000_000])
      await withDockerfile(
        "FROM scratch\nCOPY . /app\nWORKDIR /x\nCMD a",
        { "src/a": "a" },
        async (place) => {
          await utimes(join(place.folder, "src/a"), time, time);
          const { out } = await place.build();
          digests.add((JSON.parse(out) as DockerfileResult).images[0]?.digest ?? "");
        },
      );
    expect(digests.size).toBe(1);
  });

  test("has the times of SOURCE_DATE_EPOCH, else of its base, else of 1970", async () => {
    await withDockerfile(
      "ARG B\nFROM $B\nCOPY a /\nCOPY --from=oci:base /b /c",
      { a: "a" },
      async ({ build, folder }) => {
        const base = imageOf([await layerOf({ b: { content: "b", mtime: 2_000_000_000 } })]);
        await saveImage(base, parseLocation(`oci:${folder}/base`));
        const times = async (at: number) => {
          const image = singleImage(await openImage(parseLocation(`oci:${folder}/out${at}`)), "");
          const found = [];
          for (const layer of image.layers.slice(-2))
            for await (const { path, mtime } of layerEntries(layer)) found.push(`${path} ${mtime}`);
          return [image.config.created, ...found];
        };
        await build("--build-arg B=scratch");
        expect(await times(1)).toEqual(["1970-01-01T00:00:00Z", "a 0", "c 2000000000"]);
        await build("--build-arg B=oci:base");
        expect(await times(2)).toEqual(["2026-01-02T03:04:05Z", "a 1767323045", "c 2000000000"]);
        await build("--build-arg B=oci:base", { SOURCE_DATE_EPOCH: "1000" });
        expect(await times(3)).toEqual(["1970-01-01T00:16:40Z", "a 1000", "c 1000"]);
      },
    );
  });

  test("keeps its base's layers as they are, and tells its history as docker does", async () => {
    await withDockerfile(
      'FROM oci:base AS x\nENV A=1\nCOPY --chown=1:1 a /d/\nCOPY --from=oci:base /b /e\nWORKDIR /d\nCMD ["a", "b"]\nHEALTHCHECK --interval=90s CMD x',
      { a: "a" },
      async ({ build, folder }) => {
        const base = imageOf([await layerOf({ b: "b" }, "zstd")]);
        await saveImage(base, parseLocation(`oci:${folder}/base`));
        const { out } = await build();
        const image = singleImage(await openImage(parseLocation(`oci:${folder}/out1`)), "");
        expect(image.layers[0]?.digest).toBe(base.layers[0]?.digest);
        expect(image.config.history?.map(({ created_by, empty_layer }) => [created_by, empty_layer])).toEqual(
          [
            ["layer 0", undefined],
            ["ENV A=1", true],
            ["COPY --chown=1:1 a /d/", undefined],
            ["COPY --from=oci:base /b /e", undefined],
            ["WORKDIR /d", true],
            ['CMD ["a" "b"]', true],
            [
              "HEALTHCHECK {Test:[CMD-SHELL x] Interval:1m30s Timeout:0s StartPeriod:0s StartInterval:0s Retries:0}",
              true,
            ],
          ],
        );
        const layers = (JSON.parse(out) as DockerfileResult).images[0]?.layers.map(({ holds }) => holds);
        expect(layers).toEqual(["oci:base", "COPY --chown=1:1 a /d/", "COPY --from=oci:base /b /e"]);
      },
    );
  });

  test("has documents of its own, their variables replaced unless their name is quoted", async () => {
    const text = [
      "FROM scratch",
      "ENV WHO=world",
      "COPY <<one <<-'two' /d/",
      'hello $WHO, "$NONE" \\$WHO',
      "one",
      "\thello $WHO",
      "\ttwo",
      "COPY --chmod=755 <<EOF /run",
      "#!/bin/sh",
      "EOF",
    ].join("\n");
    expect((await built(text, {})).tree).toEqual([
      "d directory 755 0:0 ",
      `d/one file 644 0:0 ${sum('hello world, "" $WHO\n')}`,
      `d/two file 644 0:0 ${sum("hello $WHO\n")}`,
      `run file 755 0:0 ${sum("#!/bin/sh\n")}`,
    ]);
  });

  test("keeps folders with --parents and leaves files out with --exclude", async () => {
    const files = { "a/b/c.txt": "c", "a/b/d.md": "d", "a/e": "e", f: "f" };
    const text =
      "FROM scratch\nCOPY --parents a/b/c.txt f a/./b/d.md /p/\nCOPY --parents a/b /q/\nCOPY --exclude=**/*.md --exclude=e a /x";
    expect((await built(text, files)).tree.map((line) => line.split(" ")[0])).toEqual([
      ...["p", "p/a", "p/a/b", "p/a/b/c.txt", "p/b", "p/b/d.md", "p/f"],
      ...["q", "q/a", "q/a/b", "q/a/b/c.txt", "q/a/b/d.md"],
      ...["x", "x/b", "x/b/c.txt"],
    ]);
  });

  test("takes files of one layer as they are, however often and under however many names", async () => {
    const text =
      "FROM scratch AS one\nCOPY d /d\nFROM scratch\nCOPY --from=one /d/a /d/l /d/a /x/\nCOPY --from=one /d/b /d/a /y/\nCOPY --from=one /d /z";
    const { tree } = await built(text, { "d/a": "a", "d/b": "b", "d/l -> a": "" });
    expect(tree.filter((line) => !line.includes("directory"))).toEqual([
      `x/a file 644 0:0 ${sum("a")}`,
      `x/l file 644 0:0 ${sum("a")}`,
      `y/a file 644 0:0 ${sum("a")}`,
      `y/b file 644 0:0 ${sum("b")}`,
      `z/a file 644 0:0 ${sum("a")}`,
      `z/b file 644 0:0 ${sum("b")}`,
      "z/l symlink 777 0:0 a",
    ]);
  });

  test("carries out what its base has kept for it, before its own", async () => {
    await withDockerfile("FROM oci:base\nENV B=$A", { a: "a" }, async ({ build, tree, folder }) => {
      const config = { OnBuild: ["COPY a /t/", "ENV A=1"] };
      await saveImage(imageOf([], { config }), parseLocation(`oci:${folder}/base`));
      await build();
      const image = singleImage(await openImage(parseLocation(`oci:${folder}/out1`)), "");
      expect(image.config.config).toEqual({ Env: ["A=1", "B=1"] });
      expect(await tree()).toEqual(["t directory 755 0:0 ", `t/a file 644 0:0 ${sum("a")}`]);
    });
  });

  test("builds for the platforms that are asked for, each from its own base", async () => {
    const text = "FROM oci:base\nARG TARGETARCH\nARG BUILDPLATFORM\nENV T=$TARGETARCH\nCOPY ${TARGETARCH} /";
    await withDockerfile(text, { amd64: "1", arm64: "2" }, async ({ build, folder }) => {
      const images = [
        imageOf([await layerOf({ x: "x" })]),
        imageOf([await layerOf({ y: "y" })], { platform: arm64 }),
      ];
      await saveImage(assembleIndex(images), parseLocation(`oci:${folder}/base`));
      const { code } = await build("--platform linux/amd64 --platform linux/arm64");
      expect(code).toBe(0);
      const index = await openImage(parseLocation(`oci:${folder}/out1`));
      if (!isIndex(index)) throw new Error("no index");
      expect(index.images.map(({ config }) => config.config?.Env)).toEqual([["T=amd64"], ["T=arm64"]]);
      expect(await treeOf(index.images[1]?.layers ?? [])).toEqual([
        `arm64 file 644 0:0 ${sum("2")}`,
        `y file 644 0:0 ${sum("y")}`,
      ]);
      const { notes } = await build("--platform linux/riscv64");
      expect(notes).toEqual([
        "Dockerfile:1: oci:base has no image for linux/riscv64; it has linux/amd64, linux/arm64.",
      ]);
    });
  });

  test("adds from the web: checked and kept, or as it comes, with a warning", async () => {
    const server = await serveFiles(new Map([["d/tool.tar.gz", gzipSync("x")]]));
    const digest = `sha256:${createHash("sha256").update(gzipSync("x")).digest("hex")}`;
    const url = `${server.url}/d/tool.tar.gz`;
    try {
      await withDockerfile(
        `FROM scratch\nARG C\nADD --checksum=$C ${url} /\n`,
        {},
        async ({ build, tree }) => {
          const right = await build(`--build-arg C=${digest}`);
          expect(right.notes).toEqual([]);
          const line = `tool.tar.gz file 600 0:0 ${digest.slice(7, 15)}`;
          expect(await tree()).toEqual([line]);
          expect((await build(`--build-arg C=${digest} --offline`)).code).toBe(0);
          const wrong = await build(`--build-arg C=sha256:${"0".repeat(64)}`);
          expect(wrong.code).toBe(1);
          expect(wrong.notes[0]).toMatch(`Dockerfile:3: ${url} has the digest ${digest}`);
        },
      );
      await withDockerfile(`FROM scratch\nADD ${url} /x`, {}, async ({ build }) => {
        const { out } = await build();
        expect((JSON.parse(out) as DockerfileResult).warnings).toEqual([
          `ADD ${url} has no --checksum: whoever serves it decides what is in the image; --checksum=${digest} holds it.`,
        ]);
      });
      await withDockerfile(`FROM scratch\nADD ${url}.gone /x`, {}, async ({ build }) => {
        const { code, notes } = await build();
        expect([code, notes]).toEqual([
          3,
          [`Dockerfile:2: ${url}.gone could not be fetched: it answered 404.`],
        ]);
      });
    } finally {
      await server.close();
    }
  });

  test("is built upon a tare recipe", async () => {
    const data = {
      packages: [{ name: "base", files: { "opt/base": "base" } }],
      recipe: { packages: { include: ["base"] } },
    };
    await withWorkplace(data, async ({ folder, tare }) => {
      await mkdir(join(folder, "app"));
      await writeFile(join(folder, "app/Dockerfile"), 'FROM tare:..\nCOPY main.js /app/\nCMD ["x"]');
      await writeFile(join(folder, "app/main.js"), "1");
      const { code, notes, out } = await tare("build -f app/Dockerfile --json --to oci:out --tag app:1");
      expect([code, notes]).toEqual([0, ["tare.lock was written."]]);
      const image = singleImage(await openImage(parseLocation(`oci:${folder}/out`)), "");
      const tree = await treeOf(image.layers);
      expect(tree).toContain(`app/main.js file 644 0:0 ${sum("1")}`);
      expect(tree).toContain(`opt/base file 644 0:0 ${sum("base")}`);
      const [only] = (JSON.parse(out) as DockerfileResult).images;
      expect(only?.layers.map(({ holds }) => holds)).toEqual([
        ...image.layers.slice(1).map(() => "tare:.."),
        "COPY main.js /app/",
      ]);
      const again = await tare("build --locked --json --to oci:out app/Dockerfile");
      expect(JSON.parse(again.out).images[0].digest).toBe(only?.digest);
    });
  });

  test("leaves nothing but the image's ID with --quiet", async () => {
    await withFolder(async (folder) => {
      await writeFolder(folder, { Dockerfile: "FROM scratch\nCOPY a /\n", a: "a" });
      const quiet = await runTare(["build", "-q", "--to", "oci:out"], { folder });
      const image = singleImage(await openImage(parseLocation(`oci:${folder}/out`)), "");
      expect(quiet.out).toBe(`${image.configuration.digest}\n`);
      const line = "build -q --platform linux/amd64 --platform linux/arm64 --to oci:both";
      const both = await runTare(line.split(" "), { folder });
      const index = await openImage(parseLocation(`oci:${folder}/both`));
      expect(both.out).toBe(`${isIndex(index) ? index.index.digest : ""}\n`);
    });
  });

  test("goes to NAME.tar where nothing else is said, and says what is in it", async () => {
    await withFolder(async (folder) => {
      await writeFolder(folder, { "My App/Containerfile": "FROM scratch\nCOPY a /\n", "My App/a": "a" });
      const { code, out, notes } = await runTare(["build", "My App/Containerfile"], { folder });
      expect([code, notes]).toEqual([0, []]);
      expect(out).toContain("COPY a /");
      expect(out).toContain(`docker-archive:${folder}/my-app.tar`);
      expect((await readFile(join(folder, "my-app.tar"))).length).toBeGreaterThan(1000);
    });
  });
});

describe("what this build writes", () => {
  test.each(["oci:out", "oci-archive:out", "docker-archive:app.tar", "dir:sub/out"])(
    "to %s in the context is not of the context, which is said",
    async (to) => {
      await withDockerfile("FROM scratch\nCOPY . /", { a: "a" }, async ({ build, folder }) => {
        const digests = new Set<string>();
        const warnings: string[] = [];
        for (let times = 0; times < 3; times += 1) {
          const { out } = await build(`--to ${to} --tag t:1`);
          const result = JSON.parse(out) as DockerfileResult;
          digests.add(result.images[0]?.digest ?? "");
          warnings.push(...result.warnings);
        }
        const path = join(folder, to.slice(to.indexOf(":") + 1));
        const said = `${path} is what this build writes, so it is left out of what is copied.`;
        // A folder that is made for the output is a folder of the context from then on.
        expect(digests.size).toBe(to.includes("/") ? 2 : 1);
        expect(warnings).toEqual([said, said]);
      });
    },
  );

  test("is not left out of another build, and not copied by name, nor is half of it", async () => {
    const half = ".o.tar.01234567-89ab-cdef-0123-456789abcdef.part";
    await withDockerfile(
      "ARG S\nFROM scratch\nARG S\nCOPY $S /x/",
      { "o.tar": "o", [half]: "h" },
      async ({ build, tree }) => {
        const named = await build("--build-arg S=o.tar --to oci-archive:o.tar");
        expect(named.notes).toEqual([
          'Dockerfile:4: "o.tar" cannot be copied: it is what this build writes.',
        ]);
        const halved = await build(`--build-arg S=${half} --to oci-archive:o.tar`);
        expect(halved.code).toBe(2);
        await build(`--build-arg S=o.tar`);
        expect(await tree()).toEqual(["x directory 755 0:0 ", `x/o.tar file 644 0:0 ${sum("o")}`]);
      },
    );
  });
});

describe("a Dockerfile is found", () => {
  const text = "FROM scratch\nCOPY a /\n";
  const from = async (files: FolderData, line: string, stdin?: string) => {
    let ran: { code: number; notes: readonly string[]; tree: string[] } | undefined;
    await withFolder(async (folder) => {
      await writeFolder(folder, files);
      const argv = ["build", ...line.split(" ").filter(Boolean), "--to", "oci:../image"];
      const { code, notes } = await runTare(argv, {
        folder: join(folder, "here"),
        ...(stdin !== undefined && { stdin: Readable.from([Buffer.from(stdin)]) }),
      });
      const image = code === 0 ? await openImage(parseLocation(`oci:${folder}/image`)) : undefined;
      ran = { code, notes, tree: image === undefined ? [] : await treeOf(singleImage(image, "").layers) };
    });
    return ran as NonNullable<typeof ran>;
  };
  const built = { code: 0, notes: [], tree: [`a file 644 0:0 ${sum("a")}`] };

  test.each([
    ["in this folder", { "here/Dockerfile": text, "here/a": "a" }, ""],
    ["in a folder that is named", { "here/x/Dockerfile": text, "here/x/a": "a" }, "x"],
    ["as a Containerfile", { "here/Containerfile": text, "here/a": "a" }, "."],
    ["by its name", { "here/prod.dockerfile": text, "here/a": "a" }, "-f prod.dockerfile ."],
    ["by what it begins with", { "here/foo": `\n# why\n${text}`, "here/x/a": "a" }, "-f foo x"],
    [
      "by its syntax directive",
      { "here/foo": `# syntax=docker/dockerfile:1\n${text}`, "here/a": "a" },
      "foo",
    ],
    ["elsewhere than its context", { "here/x/Dockerfile": text, "here/a": "a" }, "-f x/Dockerfile ."],
  ])("%s", async (_, files, line) => {
    expect(await from(files as FolderData, line)).toEqual(built);
  });

  test("on the standard input", async () => {
    expect(await from({ "here/x/a": "a" }, "-f - x", text)).toEqual(built);
    expect(await from({ "here/a": "a" }, "-f -", text)).toEqual(built);
    expect((await from({ "here/a": "" }, "-f - .", "FROM scratch\nCOPY none /")).notes).toEqual([
      'Dockerfile:2: there is no "none" in the context.',
    ]);
    expect((await from({ "here/a": "" }, "-f - -", text)).notes).toEqual([
      "the context cannot come from the standard input: name a folder; see `tare build --help`.",
    ]);
  });

  test("not where a recipe is, nor in one", async () => {
    const both = { "here/Dockerfile": text, "here/tare.yaml": "nme: x\n", "here/a": "a" };
    expect((await from(both, "")).notes[0]).toMatch(/^tare\.yaml:1/);
    expect((await from({ "here/foo": "from: x\n" }, "-f foo")).notes[0]).toMatch(/^foo:1/);
    expect((await from({ "here/a": "" }, "-f foo .")).notes).toEqual([
      "There is no file foo: name a Dockerfile with --file.",
    ]);
  });
});

describe("a hostile context or base", () => {
  test("cannot bring in what lies outside", async () => {
    const files = { "in/out -> ../../..": "", "in/abs -> /etc": "", "top -> /etc/passwd": "", a: "a" };
    await withDockerfile("ARG S\nFROM scratch\nARG S\nCOPY $S /x/", files, async ({ build }) => {
      for (const [source, link, to] of [
        ["top", "top", "/etc/passwd"],
        ["t*p", "top", "/etc/passwd"],
        ["in/abs/passwd", "in/abs", "/etc"],
        ["in/out/etc/passwd", "in/out", "../../.."],
      ]) {
        const { notes } = await build(`--build-arg S=${source}`);
        const named = source === "t*p" ? link : source;
        expect(notes).toEqual([
          `Dockerfile:4: "${named}" cannot be copied: the link ${link} leads out of the context, to ${to}; put a copy of that into the context, or build with a context that holds both.`,
        ]);
      }
      const { notes } = await build("--build-arg S=../a");
      expect(notes).toEqual(['Dockerfile:4: "../a" leads out of what is copied from.']);
    });
  });

  test("cannot hide files of other layers, nor climb out of an archive", async () => {
    const climbing = Buffer.from(await collect(writeTar(entriesOf([["xx/evil", "1"]])), 1 << 20, ""));
    climbing.write("../evil", 0);
    climbing.fill(" ", 148, 156);
    const check = climbing.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    climbing.write(`${check.toString(8).padStart(6, "0")}\0 `, 148);
    const files = {
      "d/.wh.etc": "",
      "good.tar": await collect(writeTar(entriesOf({ "a => b": {} })), 1 << 20, ""),
    };
    await withDockerfile(
      "FROM scratch\nARG S\nADD $S /",
      { ...files, "bad.tar": climbing },
      async ({ build, tree }) => {
        const hidden = await build("--build-arg S=d");
        expect(hidden.notes[0]).toMatch(
          /^Dockerfile:3: \/\.wh\.etc cannot go into the image: it would hide files of other layers/,
        );
        const link = await build("--build-arg S=good.tar");
        expect(link.notes[0]).toBe(
          "Dockerfile:3: good.tar is not a sound archive: its a is a hardlink to b, which is no earlier file of it.",
        );
        // What is no sound tar is no archive to docker, either: it is copied.
        await build("--build-arg S=bad.tar");
        expect((await tree()).map((line) => line.split(" ")[0])).toEqual(["bad.tar"]);
      },
    );
  });

  test("gets its entries where the links of the image lead, and no further", async () => {
    await withDockerfile(
      "FROM oci:base\nCOPY a /up/up/x/\nCOPY a /abs/y",
      { a: "a" },
      async ({ build, tree, folder }) => {
        const layer = await layerOf({ "up -> ../../..": "", "abs -> /real": "", "real/": { uid: 5 } });
        await saveImage(imageOf([layer]), parseLocation(`oci:${folder}/base`));
        await build();
        expect((await tree()).filter((line) => !line.includes("symlink"))).toEqual([
          "real directory 755 5:0 ",
          `real/y file 644 0:0 ${sum("a")}`,
          "x directory 755 0:0 ",
          `x/a file 644 0:0 ${sum("a")}`,
        ]);
      },
    );
  });
});

describe("a Dockerfile that cannot be built says where and why:", () => {
  const files = {
    a: "a",
    b: "b",
    "d/x": "x",
    passwd: "root:x:0:0::/:\n",
    hidden: "",
    "dangling -> gone": "",
    ".dockerignore": "hidden\n",
  };
  test.each([
    [
      "# nothing",
      "Dockerfile:1: it has no FROM, which says what the image is built upon: FROM scratch is nothing at all.",
    ],
    ["ENV A=1\nFROM scratch", "Dockerfile:1: ENV stands before the first FROM, where only ARG may stand."],
    [
      "FROM debian:12",
      'Dockerfile:1: "debian:12" would have to be pulled from a registry, which tare does not do yet: `skopeo copy docker://debian:12 oci:debian:12` beside the Dockerfile brings it, for FROM oci:debian:12; or name a location such as oci:FOLDER or docker-archive:FILE, or a recipe as tare:FOLDER.',
    ],
    [
      "FROM oci:",
      'Dockerfile:1: "oci:" is no location that can be used here: it names no path, as in oci:PATH[:TAG].',
    ],
    ["FROM $X", "Dockerfile:1: $X stands for nothing: give the argument a value."],
    ["FROM --platform=pc scratch", 'Dockerfile:1: "pc" is no platform, such as linux/arm64.'],
    [
      "FROM --platform=linux/aarch64 scratch",
      'Dockerfile:1: there is no architecture "aarch64"; did you mean linux/arm64?',
    ],
    ["FROM scratch AS a\nFROM scratch AS A", "Dockerfile:2: there is a stage a already, on line 1."],
    [
      "# syntax=other/language\nFROM scratch",
      "Dockerfile:1: # syntax=other/language asks for a language that tare does not know.",
    ],
    [
      "FROM scratch\nCOPY a /\nRUN make \\\n  all",
      "Dockerfile:3: RUN make   all needs a container, and tare starts none while it builds: put packages into a recipe and build upon it with FROM tare:FOLDER, or make the files beforehand and COPY them.",
    ],
    ["FROM scratch\nCOPY none /", 'Dockerfile:2: there is no "none" in the context.'],
    [
      "FROM scratch\nCOPY dangling /",
      'Dockerfile:2: "dangling" cannot be copied: the link dangling leads to gone, which is not there.',
    ],
    [
      "FROM scratch\nCOPY hidden /",
      'Dockerfile:2: "hidden" cannot be copied: a .dockerignore leaves it out.',
    ],
    ["FROM scratch\nCOPY none* /", "Dockerfile:2: nothing in the context matches none*."],
    ["FROM scratch\nCOPY [a /", 'Dockerfile:2: "[a" is no pattern: a [ is not closed, or a \\ ends it.'],
    [
      "FROM scratch\nCOPY $NONE /",
      "Dockerfile:2: COPY has a source that stands for nothing: give the variable in it a value.",
    ],
    [
      "FROM scratch\nCOPY --from=later a /\nFROM scratch AS later\nFROM 0",
      "Dockerfile:2: --from=later names no stage above this one.",
    ],
    [
      "FROM scratch AS build\nFROM scratch\nCOPY --from=biuld a /",
      'Dockerfile:3: there is no stage "biuld" above; did you mean build?',
    ],
    ["FROM scratch\nCOPY --from=7 a /", "Dockerfile:2: --from=7 names no stage above this one."],
    [
      "FROM scratch\nCOPY --from=$S a /",
      "Dockerfile:2: --from takes no variables: name a stage that is made FROM them.",
    ],
    [
      "FROM scratch\nCOPY --chown=bob a /",
      "Dockerfile:2: the image has no user bob: /etc/passwd does not list it; use a number, or COPY an /etc/passwd that does.",
    ],
    [
      "FROM scratch\nCOPY --chown=1:2:3 a /",
      'Dockerfile:2: "1:2:3" is no owner, as in user, user:group or 1000:1000.',
    ],
    [
      "FROM scratch\nCOPY --chown=4294967295 a /",
      'Dockerfile:2: "4294967295" stands for no number that an owner can have.',
    ],
    [
      "FROM scratch\nCOPY --chmod=u+x a /",
      'Dockerfile:2: --chmod must be an octal mode such as 644 or 0755, not "u+x".',
    ],
    ["FROM scratch\nCOPY --exclude=!a d /", "Dockerfile:2: --exclude cannot take back with !."],
    [
      "FROM scratch\nCOPY a /f\nCOPY b /f/x",
      "Dockerfile:3: /f cannot go into the image: the image has a file there, where a folder should be.",
    ],
    ["FROM scratch\nCOPY d /\nCOPY a /d\nCOPY d /y\nCOPY a b /z", undefined],
    [
      "FROM scratch\nCOPY a /d/x/y\nCOPY d /d",
      "Dockerfile:3: the file /d/x cannot be put where the image has a folder.",
    ],
    [
      "FROM scratch\nCOPY http://registry.example/x /",
      "Dockerfile:2: COPY takes no address; ADD http://registry.example/x does.",
    ],
    [
      "FROM scratch\nADD --checksum=sha256:0 a /",
      "Dockerfile:2: --checksum is for one address of http or https.",
    ],
    [
      "FROM scratch\nADD --checksum=md5:0 http://registry.example/x /",
      'Dockerfile:2: --checksum must be sha256: or sha512: with as many hex digits as it has, not "md5:0".',
    ],
    [
      "FROM scratch\nADD git@example.org:x.git /",
      "Dockerfile:2: git@example.org:x.git is a git repository, which tare does not clone: clone it first.",
    ],
    [
      "FROM scratch\nUSER bob\nWORKDIR /x",
      "Dockerfile:3: the image has no user bob: /etc/passwd does not list it; use a number, or COPY an /etc/passwd that does.",
    ],
    [
      "FROM scratch\nCOPY <<../x /d/\n../x",
      'Dockerfile:2: "../x" cannot be what a document\'s file is called.',
    ],
    [
      "FROM scratch\nEXPOSE many",
      'Dockerfile:2: EXPOSE cannot use "many": a port is a number from 0 to 65535, or two with a - between them.',
    ],
    [
      'FROM scratch\nENV A="${B:?set B}"',
      'Dockerfile:2: "\\"${B:?set B}\\"" cannot be understood: B: set B.',
    ],
  ])("%j", async (text, sentence) => {
    await withDockerfile(text, files, async ({ build }) => {
      const { code, notes } = await build();
      expect(notes).toEqual(sentence === undefined ? [] : [sentence]);
      expect(code).toBe(sentence === undefined ? 0 : 2);
    });
  });

  test.each([
    ["--target other", 'Dockerfile has no stage "other"; see `tare build --help`.'],
    ["--set A=1", "--set is for recipes; a Dockerfile has --build-arg; see `tare build --help`."],
    ["--build-arg =1", '--build-arg needs NAME=VALUE, not "=1"; see `tare build --help`.'],
    ["--tag Not/A/Name", '"Not/A/Name" is no name for an image; see `tare build --help`.'],
    ["nowhere", "There is no folder nowhere: the context is the folder that is copied from."],
    ["a", "the context a is no folder; see `tare build --help`."],
    [
      "--compression lzma",
      "--compression must be none, gzip, gzip:1 to gzip:9, zstd, or zstd:1 to zstd:19; see `tare build --help`.",
    ],
  ])("with %s", async (line, sentence) => {
    await withDockerfile("FROM scratch AS one", files, async ({ build }) => {
      const { code, notes } = await build(line);
      expect([code, notes]).toEqual([2, [sentence]]);
    });
  });

  test("a list that is not JSON is said to be text", async () => {
    expect((await built('FROM scratch\nCMD ["a",]', {})).config).toMatchObject({
      Cmd: ["/bin/sh", "-c", '["a",]'],
    });
    await withDockerfile('FROM scratch\n\nCMD ["a",]', {}, async ({ build }) => {
      expect((JSON.parse((await build()).out) as DockerfileResult).warnings).toEqual([
        'Dockerfile:3: CMD ["a",] looks like a list but is not JSON, so it is taken as plain text.',
      ]);
    });
  });

  test("an argument that nothing declares is said, and guessed", async () => {
    await withDockerfile("FROM scratch\nARG VERSION", {}, async ({ build }) => {
      const { out } = await build("--build-arg VERSOIN=1");
      expect((JSON.parse(out) as DockerfileResult).warnings).toEqual([
        "Dockerfile has no ARG VERSOIN, so --build-arg VERSOIN changes nothing; did you mean VERSION?",
      ]);
    });
  });

  test("a stage knows the arguments of the stage that it is built upon, and no other", async () => {
    const text = [
      "ARG G=global",
      "FROM scratch AS a",
      "ARG V=1",
      "ARG G",
      "FROM scratch AS other",
      "ARG O=o",
      "FROM a AS b",
      "FROM b",
      "ARG V",
      "ENV ALL=$V-$G-$O",
      "ARG V=2",
      "ENV OWN=$V",
    ].join("\n");
    const environment = async (line?: string) => {
      const { config, notes } = await built(text, {}, line);
      return [...((config as { Env: string[] }).Env.slice(1) ?? []), ...notes];
    };
    expect(await environment()).toEqual(["ALL=1-global-", "OWN=2"]);
    expect(await environment("--build-arg V=9")).toEqual(["ALL=9-global-", "OWN=9"]);
    expect(await environment("--build-arg G=g")).toEqual(["ALL=1-g-", "OWN=2"]);
  });

  test("an argument that begins as docker's own do is no exception", async () => {
    await withDockerfile("FROM scratch", {}, async ({ build }) => {
      const { out } = await build(
        "--build-arg BUILDER=1 --build-arg TARGETARCH=arm64 --build-arg http_proxy=x",
      );
      expect((JSON.parse(out) as DockerfileResult).warnings).toEqual([
        "Dockerfile has no ARG BUILDER, so --build-arg BUILDER changes nothing.",
      ]);
    });
  });

  test("--locked where there is no lock", async () => {
    await withDockerfile("FROM scratch", {}, async ({ build }) => {
      const { out } = await build("--locked");
      expect((JSON.parse(out) as DockerfileResult).warnings).toEqual([
        "--locked changes nothing: Dockerfile is not built upon a recipe, as FROM tare:FOLDER is.",
      ]);
    });
  });

  test("a Dockerfile that is not there, and options of its that a recipe has not", async () => {
    await withFolder(async (folder) => {
      const missing = await runTare(["build", "-f", "x/Dockerfile", "."], { folder });
      expect(missing.notes).toEqual(["There is no file x/Dockerfile: name a Dockerfile with --file."]);
      const recipe = await runTare(["build", "--target", "x"], { folder });
      expect(recipe.notes).toEqual(["--target is for Dockerfiles; see `tare build --help`."]);
    });
  });
});
